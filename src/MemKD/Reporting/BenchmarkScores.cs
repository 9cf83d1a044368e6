using System.Globalization;
using MemKD.Comparison;
using MemKD.Evaluation;
using MemKD.Experiments;

namespace MemKD.Reporting;

/// <summary>A column of a benchmark's table that methods can be compared by.</summary>
/// <param name="Name">Its name in <c>results.csv</c>.</param>
/// <param name="HigherIsBetter">Whether more is better.</param>
/// <param name="Of">Its value in a report.</param>
public sealed record ComparedMeasure(string Name, bool HigherIsBetter, Func<EvaluationReport, double?> Of)
{
    /// <summary>All of them, the measure of the MemKD paper first.</summary>
    public static IReadOnlyList<ComparedMeasure> All { get; } =
    [
        new("auc_prc", true, m => m.AucPrc),
        new("average_precision", true, m => m.AveragePrecision),
        new("accuracy", true, m => m.Accuracy),
        new("balanced_accuracy", true, m => m.BalancedAccuracy),
        new("f1_macro", true, m => m.F1Macro),
        new("roc_auc", true, m => m.RocAuc),
        new("nll", false, m => m.Nll),
        new("brier", false, m => m.Brier),
        new("ece", false, m => m.Ece),
        new("teacher_agreement", true, m => m.Agreement),
    ];
}

/// <summary>
/// A benchmark's audited results as tables of scores. A method's name carries its size where the benchmark has several; the
/// repetitions are the pairs of resample and seed, in order.
/// </summary>
public sealed class BenchmarkScores
{
    private readonly IReadOnlyList<ResultRow> rows;
    private readonly bool hasSizes;
    private readonly List<(int Resample, ulong Seed)> repetitions;

    /// <summary>Takes the rows of a benchmark.</summary>
    /// <param name="results">Its results.</param>
    /// <param name="withTeachers">Whether the teachers stand in the tables, as the method <c>teacher</c>.</param>
    public BenchmarkScores(BenchmarkResults results, bool withTeachers)
    {
        rows = [.. results.Rows.Where(r => withTeachers || !r.Run.Spec.IsTeacher)];
        hasSizes = rows.Where(r => r.Size.Length > 0)
            .Select(r => r.Size)
            .Distinct(StringComparer.Ordinal)
            .Skip(1)
            .Any();
        repetitions = [.. rows.Select(RepetitionOf).Distinct().Order()];
    }

    /// <summary>Scores by one measure.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public ScoreTable By(ComparedMeasure measure) =>
        rows.Count == 0
            ? throw new InputException("no run is finished; run `memkd benchmark` first.")
            : ScoreTable.Of(
                measure.Name,
                rows.Select(r => Score(r, measure.Of(r.Metrics) ?? double.NaN)),
                measure.HigherIsBetter
            );

    /// <summary>Numbers of parameters.</summary>
    public ScoreTable Parameters() =>
        ScoreTable.Of("parameters", rows.Select(r => Score(r, r.Metrics.Parameters ?? double.NaN)));

    /// <summary>What stands for a method in the tables.</summary>
    public string NameOf(ResultRow row) =>
        hasSizes && row.Size.Length > 0 ? $"{row.Run.Spec.Method} {row.Size}" : row.Run.Spec.Method;

    /// <summary>The finished runs of a method by its name in the tables: data set, resample and seed, and id.</summary>
    public IReadOnlyDictionary<string, string> RunsOf(string method) =>
        rows.Where(r => string.Equals(NameOf(r), method, StringComparison.Ordinal))
            .ToDictionary(
                r =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{r.Run.Spec.Dataset}, resample {r.Run.Spec.Resample}, seed {r.Run.Spec.Seed}"
                    ),
                r => r.Run.Id,
                StringComparer.Ordinal
            );

    private Score Score(ResultRow row, double value) =>
        new(row.Run.Spec.Dataset, NameOf(row), repetitions.IndexOf(RepetitionOf(row)), value);

    private static (int Resample, ulong Seed) RepetitionOf(ResultRow row) => (row.Run.Spec.Resample, row.Run.Spec.Seed);
}
