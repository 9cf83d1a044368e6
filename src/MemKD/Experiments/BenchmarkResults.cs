using System.Globalization;
using System.Text;
using MemKD.Evaluation;

namespace MemKD.Experiments;

/// <summary>A finished run in the table; a run that stands for two sizes has two rows.</summary>
/// <param name="Run">The run.</param>
/// <param name="Size">The student size of the recipe that the row stands for; empty for a teacher.</param>
/// <param name="Metrics">Its measures; those of agreement are with its own or its neighbour's teacher.</param>
/// <param name="Lambda">λ; null where there is none.</param>
/// <param name="Compression">Parameters of the teacher over its own; null while the teacher is not finished.</param>
/// <param name="SelectedUpdate">Updates behind the weights.</param>
/// <param name="Collapsed">Whether training ended where guessing starts.</param>
public sealed record ResultRow(
    PlannedRun Run,
    string Size,
    EvaluationReport Metrics,
    double? Lambda,
    double? Compression,
    int SelectedUpdate,
    bool Collapsed
);

/// <summary>
/// All finished runs of a plan, audited. Built from the records' fixed part in the plan's order: the same bytes
/// whatever did the runs, in whatever order.
/// </summary>
public sealed class BenchmarkResults
{
    /// <summary>Columns of the table.</summary>
    public const string Header =
        "dataset,resample,seed,method,size,hidden,parameters,bytes,compression,lambda,selected_update,collapsed,cases,auc_prc,average_precision,accuracy,balanced_accuracy,f1_macro,roc_auc,nll,brier,ece,teacher_agreement,teacher_kl,id";

    private readonly List<ResultRow> rows = [];
    private readonly List<PlannedRun> missing = [];
    private readonly List<string> faults = [];

    private BenchmarkResults() { }

    /// <summary>Finished runs, in the plan's order.</summary>
    public IReadOnlyList<ResultRow> Rows => rows;

    /// <summary>Runs without a record.</summary>
    public IReadOnlyList<PlannedRun> Missing => missing;

    /// <summary>What the audit found, one line a record.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Reads and audits all records.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">The benchmark's folder.</param>
    /// <param name="visit">Told each record that passed, or null.</param>
    public static BenchmarkResults Read(Plan plan, BenchmarkFolder folder, Action<PlannedRun, RunRecord>? visit = null)
    {
        var results = new BenchmarkResults();
        var audit = new RecordAudit(folder);
        RunRecord? teacher = null;
        foreach (var run in plan.Runs)
        {
            // The teacher of a data set, resample and seed comes before its students.
            teacher = run.Spec.IsTeacher ? null : teacher;
            if (!File.Exists(folder.Record(run.Id)))
            {
                results.missing.Add(run);
                continue;
            }

            try
            {
                var record = RunRecord.Read(folder.Record(run.Id), run.Id);
                if (audit.Check(record, teacher) is { } fault)
                {
                    throw new InputException($"{folder.Record(run.Id)}: {fault}.");
                }

                teacher = run.Spec.IsTeacher ? record : teacher;
                results.rows.AddRange(RowsOf(run, record, teacher));
                visit?.Invoke(run, record);
            }
            catch (InputException e)
            {
                results.faults.Add($"{run.Spec.Title}: {e.Message}");
            }
        }

        return results;
    }

    /// <summary>The table as CSV (RFC 4180), lines end with LF; undefined values are empty, numbers read back exactly.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var row in rows)
        {
            var (spec, m) = (row.Run.Spec, row.Metrics);
            text.AppendJoin(
                    ',',
                    Quote(spec.Dataset),
                    Text(spec.Resample),
                    spec.Seed.ToString(CultureInfo.InvariantCulture),
                    Quote(spec.Method),
                    row.Size,
                    Text(spec.Shape.HiddenSize),
                    Text(m.Parameters),
                    Text(m.Bytes),
                    Text(row.Compression),
                    Text(row.Lambda),
                    Text(row.SelectedUpdate),
                    row.Collapsed ? "1" : "0",
                    Text(m.Cases),
                    Text(m.AucPrc),
                    Text(m.AveragePrecision),
                    Text(m.Accuracy),
                    Text(m.BalancedAccuracy),
                    Text(m.F1Macro),
                    Text(m.RocAuc),
                    Text(m.Nll),
                    Text(m.Brier),
                    Text(m.Ece),
                    Text(m.Agreement),
                    Text(m.MeanKl),
                    row.Run.Id
                )
                .Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<ResultRow> RowsOf(PlannedRun run, RunRecord record, RunRecord? teacher)
    {
        var result = record.Result;
        var metrics =
            teacher is null || run.Spec.IsTeacher
                ? result.Metrics
                : result.Measure(run.Spec.Dataset, teacher.Result.Scores());
        IReadOnlyList<string> sizes = run.Sizes.Count == 0 ? [""] : run.Sizes;
        return sizes.Select(size => new ResultRow(
            run,
            size,
            metrics,
            result.Lambda,
            (double?)teacher?.Result.Metrics.Parameters / metrics.Parameters,
            result.SelectedUpdate,
            result.Collapsed
        ));
    }

    private static string Text(double? value) =>
        value is { } v && double.IsFinite(v) ? v.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
