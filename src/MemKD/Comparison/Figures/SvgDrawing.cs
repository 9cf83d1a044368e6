using System.Globalization;
using System.Text;

namespace MemKD.Comparison.Figures;

/// <summary>Where a text starts from its x.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}

/// <summary>
/// A drawing as SVG 1.1: nothing from outside (no fonts, styles, scripts), a white ground so that it is legible on dark pages,
/// coordinates with at most two digits after the point, so that the bytes are the same everywhere.
/// </summary>
internal sealed class SvgDrawing
{
    public const string Ink = "#1a1a1a";
    public const string Faint = "#8a8a8a";
    public const string Accent = "#0b5cad";
    public const double FontSize = 13;

    private readonly StringBuilder body = new();

    /// <summary>
    /// How wide a text is at most: the sans-serif fonts of browsers take about 0.55 of their size a letter on average, capitals and
    /// digits more.
    /// </summary>
    public static double WidthOf(string text, double size = FontSize) =>
        text.Sum(c =>
            char.IsUpper(c) || char.IsDigit(c) || c > 127 ? 0.72
            : c is 'm' or 'w' or '+' or '=' or '<' or '>' ? 0.85
            : c is 'i' or 'l' or 'j' or 't' or 'f' or ' ' or '.' or ',' or '-' or '(' or ')' or '/' ? 0.4
            : 0.6
        ) * size;

    public void Line(double x1, double y1, double x2, double y2, double width = 1, string colour = Ink) =>
        body.Append(
            CultureInfo.InvariantCulture,
            $"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" stroke=\"{colour}\" stroke-width=\"{N(width)}\"/>\n"
        );

    public void Path(IEnumerable<(double X, double Y)> points, string colour = Ink, string? dashes = null) =>
        body.Append(
            CultureInfo.InvariantCulture,
            $"<polyline points=\"{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}\" fill=\"none\" stroke=\"{colour}\"{(dashes is null ? "" : $" stroke-dasharray=\"{dashes}\"")}/>\n"
        );

    public void Circle(double x, double y, double radius, string fill = Ink, string stroke = "none") =>
        body.Append(
            CultureInfo.InvariantCulture,
            $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n"
        );

    public void Rectangle(double x, double y, double width, double height, string fill, string stroke = "none") =>
        body.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n"
        );

    /// <summary>A text on its base line.</summary>
    public void Text(
        double x,
        double y,
        string text,
        TextAnchor anchor = TextAnchor.Start,
        double size = FontSize,
        bool bold = false,
        string colour = Ink
    ) =>
        body.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(size)}\" fill=\"{colour}\" text-anchor=\"{anchor switch
            {
                TextAnchor.Start => "start",
                TextAnchor.Middle => "middle",
                _ => "end",
            }}\"{(bold ? " font-weight=\"bold\"" : "")}>{Escape(text)}</text>\n"
        );

    /// <summary>The whole document.</summary>
    /// <param name="width">Width of the ground.</param>
    /// <param name="height">Its height.</param>
    /// <param name="title">What a screen reader says.</param>
    public string ToSvg(double width, double height, string title) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{N(width)}\" height=\"{N(height)}\" viewBox=\"0 0 {N(width)} {N(height)}\" font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" role=\"img\">\n<title>{Escape(title)}</title>\n<rect x=\"0\" y=\"0\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
        );

    private static string N(double value) =>
        (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Text for XML: markup escaped, characters that XML 1.0 cannot hold replaced.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                < ' ' or 0x7F or 0xFFFE or 0xFFFF => escaped.Append('?'),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }
}
