using System.Globalization;
using MemKD.Comparison;
using MemKD.Comparison.Tables;
using MemKD.Experiments;

namespace MemKD.Reporting;

/// <summary>Two methods of a benchmark case by case.</summary>
public static class FlippedCases
{
    private const int MostCases = 20;

    /// <summary>One row for each run that both methods have: cases that exactly one decides rightly, and McNemar's test.</summary>
    /// <param name="folder">The benchmark.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="first">A method by its name in the tables.</param>
    /// <param name="second">Another.</param>
    /// <exception cref="InputException">A method that is not there, or no run that both have.</exception>
    public static ReportTable Of(BenchmarkFolder folder, BenchmarkScores scores, string first, string second)
    {
        var (left, right) = (Runs(scores, first), Runs(scores, second));
        var rows = new List<TableCell[]>();
        foreach (var (name, id) in left)
        {
            if (!right.TryGetValue(name, out var other))
            {
                continue;
            }

            var a = RunRecord.Read(folder.Record(id), id).Result;
            var b = RunRecord.Read(folder.Record(other), other).Result;
            var pair = RunComparison.Of([.. a.Labels], [.. a.Predicted], [.. b.Predicted]);
            var onlyFirst = pair.Flipped.Count(f => f.First == f.Label);
            rows.Add([
                new TableCell(name),
                TableCell.Of(pair.BothRight, "F0"),
                TableCell.Of(onlyFirst, "F0"),
                TableCell.Of(pair.Flipped.Count - onlyFirst, "F0"),
                TableCell.Of(pair.BothWrong, "F0"),
                TableCell.Of(pair.Test.ExactPValue, "F4"),
                new TableCell(
                    string.Join(
                        ' ',
                        pair.Flipped.Take(MostCases).Select(f => (f.Case + 1).ToString(CultureInfo.InvariantCulture))
                    ) + (pair.Flipped.Count > MostCases ? " …" : "")
                ),
            ]);
        }

        return rows.Count == 0
            ? throw new InputException($"no finished run of {first} has a partner of {second}; finish the benchmark.")
            : new ReportTable(
                $"{first} and {second}, case by case",
                [
                    "run",
                    "both right",
                    $"only {first}",
                    $"only {second}",
                    "both wrong",
                    "p (McNemar)",
                    "cases that flip",
                ],
                rows,
                ["McNemar's exact test, two-sided, unadjusted. Cases are counted from 1 in the order of the test file."]
            );
    }

    private static IReadOnlyDictionary<string, string> Runs(BenchmarkScores scores, string method) =>
        scores.RunsOf(method) is { Count: > 0 } runs
            ? runs
            : throw new InputException($"'{method}' has no finished run; name methods as the tables do.");
}
