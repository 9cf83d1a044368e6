using System.Globalization;

namespace MemKD.Comparison.Figures;

/// <summary>Score against number of parameters, on a logarithmic axis; a dashed line joins the methods that no other beats.</summary>
public static class SizeFigure
{
    private const double Left = 70;
    private const double Top = 44;
    private const double PlotWidth = 520;
    private const double PlotHeight = 320;
    private const double LabelSize = 12;

    /// <summary>Draws.</summary>
    /// <param name="sizes">Sizes and scores.</param>
    /// <returns>An SVG document, the same bytes for the same sizes.</returns>
    public static string ToSvg(SizeComparison sizes)
    {
        var logs = sizes.Points.Select(p => Math.Log10(p.Parameters)).ToArray();
        var (fromX, toX) = (Math.Floor(logs.Min() - 0.05), Math.Ceiling(logs.Max() + 0.05));
        var step = ScoreStep(sizes.Points.Max(p => p.Score) - sizes.Points.Min(p => p.Score));
        var fromY = Math.Floor((sizes.Points.Min(p => p.Score) / step) - 0.3) * step;
        var toY = Math.Ceiling((sizes.Points.Max(p => p.Score) / step) + 0.3) * step;
        var drawing = new SvgDrawing();
        var title = $"{sizes.Measure} against number of parameters";
        drawing.Text(Left, 24, title, size: 12, bold: true);
        for (var decade = fromX; decade <= toX; decade++)
        {
            drawing.Line(X(decade), Top, X(decade), Top + PlotHeight, 0.6, "#dddddd");
            drawing.Text(X(decade), Top + PlotHeight + 18, Decade(decade), TextAnchor.Middle, 11);
        }

        for (var i = 0; fromY + (i * step) <= toY + (step / 2); i++)
        {
            var score = fromY + (i * step);
            drawing.Line(Left, Y(score), Left + PlotWidth, Y(score), 0.6, "#dddddd");
            drawing.Text(
                Left - 8,
                Y(score) + 4,
                score.ToString("0.###", CultureInfo.InvariantCulture),
                TextAnchor.End,
                11
            );
        }

        drawing.Line(Left, Top + PlotHeight, Left + PlotWidth, Top + PlotHeight, 1.2);
        drawing.Line(Left, Top, Left, Top + PlotHeight, 1.2);
        var front = sizes.Points.Where(p => p.IsOnFront).Select(p => (X(Math.Log10(p.Parameters)), Y(p.Score)));
        drawing.Path(front, SvgDrawing.Accent, "5 4");
        var boxes = sizes
            .Points.Select((p, i) => new Box(X(logs[i]) - 5, Y(p.Score) - 5, X(logs[i]) + 5, Y(p.Score) + 5))
            .ToList();
        for (var i = 0; i < sizes.Points.Count; i++)
        {
            var (x, y) = (X(logs[i]), Y(sizes.Points[i].Score));
            var label = Place(x, y, SvgDrawing.WidthOf(sizes.Points[i].Method, LabelSize), boxes);
            boxes.Add(label);
            drawing.Rectangle(label.Left - 1, label.Top + 1, label.Right - label.Left, 14, "#ffffff"); // over lines
            drawing.Text(label.Left, label.Bottom - 3, sizes.Points[i].Method, size: LabelSize);
        }

        for (var i = 0; i < sizes.Points.Count; i++)
        {
            var colour = sizes.Points[i].IsOnFront ? SvgDrawing.Accent : SvgDrawing.Faint;
            drawing.Circle(X(logs[i]), Y(sizes.Points[i].Score), 4.5, colour);
        }

        drawing.Text(
            Left + (PlotWidth / 2),
            Top + PlotHeight + 38,
            $"parameters (mean over data sets), logarithmic; {(sizes.HigherIsBetter ? "up" : "down")} is better",
            TextAnchor.Middle,
            11
        );
        var right = boxes.Max(b => b.Right);
        return drawing.ToSvg(Math.Max(Left + PlotWidth, right) + 24, Top + PlotHeight + 56, title);

        double X(double log) => Left + ((log - fromX) / (toX - fromX) * PlotWidth);
        double Y(double score) => Top + PlotHeight - ((score - fromY) / (toY - fromY) * PlotHeight);
    }

    /// <summary>A place for a label beside its point: the first of right, left, above, below and further out that is free.</summary>
    private static Box Place(double x, double y, double width, List<Box> taken)
    {
        var places = Enumerable
            .Range(0, 8)
            .SelectMany(ring =>
            {
                var shift = ring * 13;
                return (Box[])
                    [
                        Box.At(x + 9, y - 8 - shift, width),
                        Box.At(x + 9, y - 8 + shift, width),
                        Box.At(x - 9 - width, y - 8 - shift, width),
                        Box.At(x - 9 - width, y - 8 + shift, width),
                    ];
            })
            .Where(b => b.Left > Left && b.Top > Top - 16 && b.Bottom < Top + PlotHeight)
            .ToArray();
        var free = Array.FindIndex(places, b => !taken.Exists(b.Overlaps));
        return free >= 0 ? places[free] : Box.At(x + 9, y - 8, width);
    }

    /// <summary>1, 2 or 5 times a power of ten, about a fifth of the range.</summary>
    private static double ScoreStep(double range)
    {
        var rough = Math.Max(range, 0.005) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch
        {
            < 1.5 => power,
            < 3.5 => 2 * power,
            < 7.5 => 5 * power,
            _ => 10 * power,
        };
    }

    private static string Decade(double exponent) =>
        exponent is >= 0 and <= 3 ? Math.Pow(10, exponent).ToString("F0", CultureInfo.InvariantCulture)
        : exponent is > 3 and < 6 ? $"{Math.Pow(10, exponent - 3).ToString("F0", CultureInfo.InvariantCulture)}k"
        : exponent is >= 6 and < 9 ? $"{Math.Pow(10, exponent - 6).ToString("F0", CultureInfo.InvariantCulture)}M"
        : $"1e{exponent.ToString("F0", CultureInfo.InvariantCulture)}";

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public static Box At(double left, double top, double width) => new(left, top, left + width, top + 16);

        public bool Overlaps(Box other) =>
            Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }
}
