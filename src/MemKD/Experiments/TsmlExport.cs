using System.Globalization;
using System.Text.RegularExpressions;
using MemKD.Evaluation;

namespace MemKD.Experiments;

/// <summary>
/// Writes finished runs as tsml-eval reads them: <c>tsml/ESTIMATOR/Predictions/DATASET/testResampleR.csv</c>. Its files know
/// neither seeds nor sizes, so these are part of the estimator's name where the plan has several.
/// </summary>
public sealed partial class TsmlExport
{
    private readonly string folder;
    private readonly bool namesSeed;
    private readonly bool namesSize;

    /// <summary>Prepares the export of a plan.</summary>
    public TsmlExport(Plan plan, BenchmarkFolder folder)
    {
        this.folder = Path.Combine(folder.Root, "tsml");
        namesSeed = plan.Runs.Select(r => r.Spec.Seed).Distinct().Skip(1).Any();
        namesSize = plan.Runs.SelectMany(r => r.Sizes).Distinct(StringComparer.Ordinal).Skip(1).Any();
    }

    /// <summary>Writes the files of a run, one for each size that it stands for.</summary>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Write(PlannedRun run, RunRecord record)
    {
        var (spec, result) = (record.Spec, record.Result);
        IReadOnlyList<string> sizes = run.Sizes.Count == 0 ? [""] : run.Sizes;
        foreach (var size in sizes)
        {
            TsmlResultFile.WriteBelow(
                folder,
                TsmlResult.Of(
                    spec.Dataset,
                    Estimator(spec, size),
                    spec.Resample,
                    [.. result.Labels],
                    result.Scores(),
                    result.Classes.Count
                ) with
                {
                    FitTime = Milliseconds(record, "train_seconds"),
                    PredictTime = Milliseconds(record, "test_seconds"),
                    MemoryBytes = result.Metrics.Bytes ?? -1,
                    Comment = $"memkd run {spec.Id}, seed {spec.Seed.ToString(CultureInfo.InvariantCulture)}",
                    Parameters = CanonicalJson.Write(spec.ToJson()),
                }
            );
        }
    }

    /// <summary>The name in tsml's files: <c>memkd</c>, <c>memkd_pairs_50-c500-s1</c>.</summary>
    internal string Estimator(RunSpec spec, string size) =>
        Unfit().Replace(spec.Method, "_")
        + (namesSize && size.Length > 0 ? $"-{size}" : "")
        + (namesSeed ? $"-s{spec.Seed.ToString(CultureInfo.InvariantCulture)}" : "");

    private static double Milliseconds(RunRecord record, string key) =>
        record.Machine[key] is { } seconds ? 1000 * seconds.GetValue<double>() : -1;

    [GeneratedRegex("[^A-Za-z0-9.+-]", RegexOptions.None, 1000)]
    private static partial Regex Unfit();
}
