using System.Globalization;

namespace MemKD.Comparison.Figures;

/// <summary>
/// The critical-difference diagram (Demšar, JMLR 7, 2006, figure 1): average ranks on a line, the best to the right, and a bar over each
/// group of methods that do not differ. Dots on a bar are the group's members; a method under a bar without a dot is not one.
/// </summary>
public static class CriticalDifferenceFigure
{
    private const double AxisLength = 420;
    private const double Margin = 16;
    private const double LabelStep = 22;
    private const double BarStep = 9;

    /// <summary>Draws.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <returns>An SVG document, the same bytes for the same comparison.</returns>
    public static string ToSvg(MethodComparison comparison)
    {
        var count = comparison.Methods.Count;
        var labels = comparison
            .Methods.Select(
                (name, m) => $"{name} ({comparison.AverageRanks[m].ToString("F2", CultureInfo.InvariantCulture)})"
            )
            .ToArray();
        // by rank: presets that order by the mean have another order
        var byRank = Enumerable.Range(0, count).OrderBy(m => comparison.AverageRanks[m]).ToArray();
        var half = (count + 1) / 2;
        var rightWidth = byRank[..half].Max(m => SvgDrawing.WidthOf(labels[m]));
        var leftWidth = byRank[half..].Max(m => SvgDrawing.WidthOf(labels[m]));
        var left = Margin + leftWidth + 24;
        var right = left + AxisLength;
        var axis = comparison.CriticalDifference is null ? 56.0 : 86.0;
        var firstLabel = axis + 24 + (comparison.Cliques.Count * BarStep) + 12;
        var height = firstLabel + ((half - 1) * LabelStep) + 40;
        var drawing = new SvgDrawing();

        drawing.Text(Margin, 20, Title(comparison), size: 11, colour: SvgDrawing.Faint);
        drawing.Line(left, axis, right, axis, 1.5);
        // at most about 20 numbers fit; half ranks are marked between few of them
        var numberStep = ((count - 1) / 20) + 1;
        for (var halves = 2; halves <= 2 * count; halves += numberStep == 1 ? 1 : 2)
        {
            var rank = halves / 2.0;
            var numbered = halves % 2 == 0 && ((halves / 2) - 1) % numberStep == 0;
            drawing.Line(X(rank), axis - (numbered ? 8 : 4), X(rank), axis);
            if (numbered)
            {
                drawing.Text(X(rank), axis - 12, rank.ToString("F0", CultureInfo.InvariantCulture), TextAnchor.Middle);
            }
        }

        if (comparison.CriticalDifference is { } critical)
        {
            var end = X(count) + (Math.Min(critical, count - 1) * AxisLength / (count - 1));
            drawing.Line(left, axis - 36, end, axis - 36, 1.5);
            drawing.Line(left, axis - 40, left, axis - 32, 1.5);
            drawing.Line(end, axis - 40, end, axis - 32, 1.5);
            drawing.Text(left, axis - 43, $"CD = {critical.ToString("F3", CultureInfo.InvariantCulture)}", size: 11);
        }

        for (var place = 0; place < count; place++)
        {
            var method = byRank[place];
            var toRight = place < half;
            var y = firstLabel + ((toRight ? place : count - 1 - place) * LabelStep);
            var x = X(comparison.AverageRanks[method]);
            var edge = toRight ? right + 12 : left - 12;
            drawing.Path([(x, axis), (x, y), (edge, y)]);
            drawing.Text(
                toRight ? edge + 6 : edge - 6,
                y + 4.5,
                labels[method],
                toRight ? TextAnchor.Start : TextAnchor.End
            );
        }

        for (var bar = 0; bar < comparison.Cliques.Count; bar++)
        {
            var y = axis + 14 + (bar * BarStep);
            var places = comparison.Cliques[bar].Select(m => X(comparison.AverageRanks[m])).ToArray();
            drawing.Line(places.Min() - 3, y, places.Max() + 3, y, 4, SvgDrawing.Accent);
            foreach (var x in places)
            {
                drawing.Circle(x, y, 3.2, "#ffffff", SvgDrawing.Accent);
            }
        }

        drawing.Text((left + right) / 2, height - 10, "average rank (1 is best)", TextAnchor.Middle, 11);
        var needed = Margin + SvgDrawing.WidthOf(Title(comparison), 11) + Margin;
        return drawing.ToSvg(
            Math.Max(right + 24 + rightWidth + Margin, needed),
            height,
            $"Critical-difference diagram. {Title(comparison)}"
        );

        double X(double rank) => right - ((rank - 1) * AxisLength / (count - 1));
    }

    private static string Title(MethodComparison comparison) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{comparison.Table.Measure}, {comparison.Table.Datasets.Count} data sets, preset {comparison.Preset.Name}, level {comparison.Level:0.###}"
        );
}
