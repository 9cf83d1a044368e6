using System.Globalization;
using MemKD.Comparison.Statistics;
using MemKD.Comparison.Tables;

namespace MemKD.Comparison;

/// <summary>The tables of a comparison, ready for a renderer. Each carries the exact test and what was left out.</summary>
public static class ComparisonTables
{
    private const string ScoreFormat = "F4";

    /// <summary>
    /// A row a data set, a column a method: the mean, with ± the standard deviation over repetitions where there are several; the best
    /// of each row is marked. Below, mean and average rank over the complete data sets.
    /// </summary>
    /// <param name="scores">The scores.</param>
    public static ReportTable PerSet(ScoreTable scores)
    {
        var rows = new List<TableCell[]>();
        for (var d = 0; d < scores.Datasets.Count; d++)
        {
            var cells = Enumerable.Range(0, scores.Methods.Count).Select(m => scores[d, m]).ToArray();
            var best = Best(cells.Select(c => c.Mean), scores.HigherIsBetter);
            rows.Add([
                new TableCell(scores.Datasets[d]),
                .. cells.Select(c =>
                {
                    var cell = TableCell.Of(c.Mean, ScoreFormat, c.Mean.Equals(best));
                    return double.IsNaN(c.Spread) ? cell : cell with { Text = $"{cell.Text} ± {Text(c.Spread)}" };
                }),
            ]);
        }

        var complete = scores.Complete();
        if (complete.Datasets.Count > 0)
        {
            var columns = MethodComparison.Oriented(complete);
            var ranks = Enumerable
                .Range(0, complete.Datasets.Count)
                .Select(d => Ranks.Descending(Array.ConvertAll(columns, c => c[d])))
                .ToArray();
            rows.Add(
                Summary(
                    $"mean of {complete.Datasets.Count}",
                    columns.Select(c => complete.HigherIsBetter ? c.Average() : -c.Average()),
                    complete.HigherIsBetter
                )
            );
            rows.Add(
                Summary(
                    "average rank",
                    Enumerable.Range(0, columns.Length).Select(m => ranks.Average(r => r[m])),
                    false
                )
            );
        }

        return new ReportTable(
            $"{scores.Measure} on each data set",
            ["data set", .. scores.Methods],
            rows,
            [
                "Mean over the repetitions, ± their standard deviation (n - 1).",
                "The last rows are over the data sets on which every method has a score.",
                .. scores.Notes(),
            ]
        );
    }

    /// <summary>A row for each cell with number of repetitions, mean and standard deviation: for other programs.</summary>
    /// <param name="scores">The scores.</param>
    public static ReportTable Cells(ScoreTable scores) =>
        new(
            $"{scores.Measure}, cell by cell",
            ["dataset", "method", "repetitions", "mean", "sd"],
            [
                .. from d in Enumerable.Range(0, scores.Datasets.Count)
                from m in Enumerable.Range(0, scores.Methods.Count)
                select new[]
                {
                    new TableCell(scores.Datasets[d]),
                    new TableCell(scores.Methods[m]),
                    Count(scores[d, m].Repetitions),
                    TableCell.Of(scores[d, m].Mean, ScoreFormat),
                    TableCell.Of(scores[d, m].Spread, ScoreFormat),
                },
            ],
            scores.Notes()
        );

    /// <summary>Methods from the best: average rank, mean score, data sets won.</summary>
    /// <param name="comparison">The comparison.</param>
    public static ReportTable RanksOf(MethodComparison comparison)
    {
        var table = comparison.Table;
        var columns = MethodComparison.Oriented(table);
        var sign = table.HigherIsBetter ? 1 : -1;
        var rows = comparison.Methods.Select(
            (name, m) =>
                new[]
                {
                    new TableCell(name),
                    TableCell.Of(comparison.AverageRanks[m], ScoreFormat),
                    TableCell.Of(sign * columns[m].Average(), ScoreFormat),
                    Count(
                        Enumerable.Range(0, table.Datasets.Count).Count(d => columns.All(c => c[d] <= columns[m][d]))
                    ),
                }
        );
        var bars = comparison.Cliques.Select(c =>
            "Not different: " + string.Join(", ", c.Select(m => comparison.Methods[m])) + "."
        );
        return new ReportTable(
            $"average ranks, {table.Measure}",
            ["method", "average rank", $"mean {table.Measure}", "best on"],
            [.. rows],
            [.. comparison.Notes, "Best on: data sets on which no method is better; a tie counts for each.", .. bars]
        );
    }

    /// <summary>Rows against columns: data sets won / tied / lost by the row.</summary>
    /// <param name="comparison">The comparison.</param>
    public static ReportTable WinTieLoss(MethodComparison comparison) =>
        Square(
            comparison,
            $"wins / ties / losses of the row, {comparison.Table.Measure}",
            pair => new TableCell(WinsOf(pair)),
            "A tie is an equal mean over the repetitions."
        );

    /// <summary>Rows against columns: mean gain of the row, wins / ties / losses, p-value; different pairs are marked.</summary>
    /// <param name="comparison">The comparison.</param>
    public static ReportTable Matrix(MethodComparison comparison) =>
        Square(
            comparison,
            $"multi-comparison matrix, {comparison.Table.Measure}",
            pair => new TableCell(
                $"{Signed(pair.MeanGain)} ({WinsOf(pair)}; p {ComparisonNotes.PValue(pair.PValue)}){(pair.Differs ? " !" : "")}"
            ),
            "Mean gain of the row (wins / ties / losses; p-value); ! marks pairs that differ."
        );

    /// <summary>What each method gains over the control.</summary>
    /// <param name="gains">The gains.</param>
    public static ReportTable Gains(GainsOverControl gains) =>
        new(
            $"gain in {gains.Table.Measure} over {gains.Control}",
            [
                "method",
                "mean gain",
                "median gain",
                "wins",
                "ties",
                "losses",
                "p",
                "p Holm",
                "P(better)",
                "P(same)",
                "P(worse)",
            ],
            [
                .. gains.Gains.Select(g =>
                    new[]
                    {
                        new TableCell(g.Method),
                        TableCell.Of(g.Pair.MeanGain, "+0.0000;-0.0000;0.0000"),
                        TableCell.Of(g.MedianGain, "+0.0000;-0.0000;0.0000"),
                        Count(g.Pair.Wins),
                        Count(g.Pair.Ties),
                        Count(g.Pair.Losses),
                        P(g.Pair.PValue),
                        P(g.AdjustedPValue),
                        TableCell.Of(g.Bayesian.FirstBetter, "F3"),
                        TableCell.Of(g.Bayesian.Equivalent, "F3"),
                        TableCell.Of(g.Bayesian.SecondBetter, "F3"),
                    }
                ),
            ],
            gains.Notes
        );

    /// <summary>A row a data set: the gain of each method over the control.</summary>
    /// <param name="gains">The gains.</param>
    public static ReportTable GainsPerSet(GainsOverControl gains)
    {
        var columns = MethodComparison.Oriented(gains.Table);
        var control = gains.Table.MethodNumber(gains.Control);
        var others = gains.Gains.Select(g => gains.Table.MethodNumber(g.Method)).ToArray();
        return new ReportTable(
            $"gain in {gains.Table.Measure} over {gains.Control} on each data set",
            ["data set", .. gains.Gains.Select(g => g.Method)],
            [
                .. gains.Table.Datasets.Select(
                    (name, d) =>
                        (TableCell[])
                            [
                                new TableCell(name),
                                .. others.Select(m =>
                                    TableCell.Of(columns[m][d] - columns[control][d], "+0.0000;-0.0000;0.0000")
                                ),
                            ]
                ),
            ],
            [gains.Notes[0]]
        );
    }

    /// <summary>Score against size, from the largest.</summary>
    /// <param name="sizes">The sizes.</param>
    public static ReportTable Sizes(SizeComparison sizes)
    {
        var largest = sizes.Points[0].Parameters;
        var best = Best(sizes.Points.Select(p => p.Score), sizes.HigherIsBetter);
        return new ReportTable(
            $"{sizes.Measure} against parameters",
            ["method", "parameters", "times smaller", sizes.Measure, "on the front"],
            [
                .. sizes.Points.Select(p =>
                    new[]
                    {
                        new TableCell(p.Method),
                        TableCell.Of(p.Parameters, "F0"),
                        TableCell.Of(largest / p.Parameters, "F1"),
                        TableCell.Of(p.Score, ScoreFormat, p.Score.Equals(best)),
                        new TableCell(p.IsOnFront ? "yes" : "no"),
                    }
                ),
            ],
            [.. sizes.Notes, "On the front: no other method is at least as good with at most as many parameters."]
        );
    }

    private static ReportTable Square(
        MethodComparison comparison,
        string title,
        Func<PairComparison, TableCell> cell,
        string note
    ) =>
        new(
            title,
            ["", .. comparison.Methods],
            [
                .. comparison.Methods.Select(
                    (name, i) =>
                        (TableCell[])
                            [
                                new TableCell(name),
                                .. comparison.Methods.Select(
                                    (_, j) => i == j ? new TableCell("-", "") : cell(comparison[i, j])
                                ),
                            ]
                ),
            ],
            [note, .. comparison.Notes]
        );

    private static TableCell[] Summary(string name, IEnumerable<double> values, bool higherIsBetter)
    {
        var all = values.ToArray();
        var best = Best(all, higherIsBetter);
        return [new TableCell(name), .. all.Select(v => TableCell.Of(v, ScoreFormat, v.Equals(best)))];
    }

    private static double Best(IEnumerable<double> values, bool higherIsBetter)
    {
        var known = values.Where(v => !double.IsNaN(v)).ToArray();
        return known.Length < 2 ? double.PositiveInfinity
            : higherIsBetter ? known.Max()
            : known.Min();
    }

    private static TableCell Count(int count) => new(count.ToString(CultureInfo.InvariantCulture));

    private static TableCell P(double p) =>
        new(ComparisonNotes.PValue(p), double.IsNaN(p) ? "" : p.ToString("R", CultureInfo.InvariantCulture));

    private static string WinsOf(PairComparison pair) =>
        string.Create(CultureInfo.InvariantCulture, $"{pair.Wins} / {pair.Ties} / {pair.Losses}");

    private static string Text(double value) => value.ToString(ScoreFormat, CultureInfo.InvariantCulture);

    private static string Signed(double value) =>
        value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
