using MemKD.Comparison;

namespace MemKD.Tests.Comparison;

/// <summary>Score tables for tests.</summary>
internal static class Scores
{
    /// <summary>One repetition a cell; methods m0, m1, …, data sets d00, d01, ….</summary>
    public static ScoreTable Of(double[][] scores, bool higherIsBetter = true) =>
        ScoreTable.Of(
            higherIsBetter ? "accuracy" : "error",
            scores.SelectMany((row, d) => row.Select((value, m) => new Score($"d{d:00}", $"m{m}", 0, value))),
            higherIsBetter
        );

    /// <summary>Three methods on four sets, two of them with three repetitions.</summary>
    public static ScoreTable Small() =>
        ScoreTable.Of(
            "accuracy",
            [
                .. Rows("alpha", [0.90, 0.92, 0.94], [0.80, 0.82, 0.84], 0.70),
                .. Rows("beta", [0.80, 0.80, 0.80], [0.79, 0.80, 0.81], 0.90),
                .. Rows("gamma", [0.71, 0.72, 0.73], [0.60, 0.65, 0.70], 0.50),
                .. Rows("delta", [0.96, 0.96, 0.96], [0.95, 0.95, 0.95], 0.95),
            ]
        );

    private static IEnumerable<Score> Rows(string dataset, double[] first, double[] second, double third) =>
        first
            .Select((v, i) => new Score(dataset, "student_a", i, v))
            .Concat(second.Select((v, i) => new Score(dataset, "alone", i, v)))
            .Append(new Score(dataset, "R&D <x>", 0, third));
}
