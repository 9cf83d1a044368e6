using System.Globalization;

namespace MemKD.Comparison.Figures;

/// <summary>
/// The multi-comparison matrix as a heat map (Ismail-Fawaz et al., arXiv 2305.11921): in each cell the mean gain of the row over the
/// column, wins / ties / losses and the p-value, bold where the two differ. Blue: the row is better; red: the column is.
/// </summary>
public static class ComparisonMatrixFigure
{
    private const double CellWidth = 104;
    private const double CellHeight = 54;
    private const double Margin = 16;
    private const double Top = 74;

    /// <summary>Draws.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <returns>An SVG document, the same bytes for the same comparison.</returns>
    public static string ToSvg(MethodComparison comparison)
    {
        var count = comparison.Methods.Count;
        var means = Enumerable
            .Range(0, count)
            .Select(m => Enumerable.Range(0, comparison.Table.Datasets.Count).Average(d => comparison.Table[d, m].Mean))
            .ToArray();
        var nameWidth = Math.Max(60, comparison.Methods.Max(m => SvgDrawing.WidthOf(m, 12)));
        var width = Math.Max(CellWidth, comparison.Methods.Max(m => SvgDrawing.WidthOf(m, 12)) + 10);
        var left = Margin + nameWidth + 10;
        var largest = Math.Max(
            1e-12,
            Enumerable
                .Range(0, count)
                .Max(i => Enumerable.Range(0, count).Max(j => Math.Abs(comparison[i, j].MeanGain)))
        );
        var drawing = new SvgDrawing();
        drawing.Text(Margin, 20, Title(comparison), size: 11, colour: SvgDrawing.Faint);
        for (var j = 0; j < count; j++)
        {
            var x = left + ((j + 0.5) * width);
            drawing.Text(x, Top - 24, comparison.Methods[j], TextAnchor.Middle, 12, bold: true);
            drawing.Text(x, Top - 9, Number(means[j]), TextAnchor.Middle, 11);
        }

        for (var i = 0; i < count; i++)
        {
            var y = Top + (i * CellHeight);
            drawing.Text(left - 8, y + 24, comparison.Methods[i], TextAnchor.End, 12, bold: true);
            drawing.Text(left - 8, y + 40, Number(means[i]), TextAnchor.End, 11);
            for (var j = 0; j < count; j++)
            {
                var pair = comparison[i, j];
                var x = left + (j * width);
                drawing.Rectangle(
                    x,
                    y,
                    width,
                    CellHeight,
                    i == j ? "#f2f2f2" : Tint(pair.MeanGain / largest),
                    "#ffffff"
                );
                if (i == j)
                {
                    continue;
                }

                var middle = x + (width / 2);
                drawing.Text(middle, y + 17, Signed(pair.MeanGain), TextAnchor.Middle, 11, pair.Differs);
                drawing.Text(
                    middle,
                    y + 32,
                    $"{pair.Wins} / {pair.Ties} / {pair.Losses}",
                    TextAnchor.Middle,
                    11,
                    pair.Differs
                );
                if (!double.IsNaN(pair.PValue))
                {
                    drawing.Text(
                        middle,
                        y + 47,
                        $"p {ComparisonNotes.PValue(pair.PValue)}",
                        TextAnchor.Middle,
                        11,
                        pair.Differs
                    );
                }
            }
        }

        var bottom = Top + (count * CellHeight);
        const string Legend = "mean gain of the row; wins / ties / losses of the row; p-value; bold: different";
        drawing.Text(Margin, bottom + 22, Legend, size: 11, colour: SvgDrawing.Faint);
        var needed =
            Margin + Math.Max(SvgDrawing.WidthOf(Legend, 11), SvgDrawing.WidthOf(Title(comparison), 11)) + Margin;
        return drawing.ToSvg(
            Math.Max(left + (count * width) + Margin, needed),
            bottom + 36,
            $"Multi-comparison matrix. {Title(comparison)}"
        );
    }

    /// <summary>From red at −1 by white at 0 to blue at 1, never darker than black text on it allows.</summary>
    private static string Tint(double share)
    {
        var (red, green, blue) = share > 0 ? (122, 172, 222) : (235, 142, 122);
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(red):x2}{Mix(green):x2}{Mix(blue):x2}");

        int Mix(int full) => (int)Math.Round(255 + ((full - 255) * Math.Abs(share)));
    }

    private static string Title(MethodComparison comparison) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"mean {comparison.Table.Measure} of {comparison.Table.Datasets.Count} data sets, preset {comparison.Preset.Name}, level {comparison.Level:0.###}"
        );

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Signed(double value) =>
        value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
