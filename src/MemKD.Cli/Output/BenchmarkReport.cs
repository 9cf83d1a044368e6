using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Experiments;

namespace MemKD.Cli.Output;

/// <summary>What a benchmark says on standard output.</summary>
internal static class BenchmarkReport
{
    /// <summary>Writes what a plan asks for.</summary>
    public static void WritePlan(Plan plan, BenchmarkProgress progress, int workers, Session session, bool json)
    {
        var teachers = plan.Runs.Count(r => r.Spec.IsTeacher);
        var datasets = plan.Runs.Select(r => r.Spec.Dataset).Distinct(StringComparer.Ordinal).Count();
        if (json)
        {
            session.WriteJson(
                new JsonObject
                {
                    ["plan"] = plan.Hash,
                    ["datasets"] = datasets,
                    ["runs"] = plan.Runs.Count,
                    ["teachers"] = teachers,
                    ["students"] = plan.Runs.Count - teachers,
                    ["done"] = progress.Done,
                    ["workers"] = workers,
                    ["estimated_seconds"] = Math.Round(progress.TimeLeft.TotalSeconds, 1),
                }
            );
            return;
        }

        session.Out.WriteLine(
            $"{datasets} data sets, {teachers} teachers, {plan.Runs.Count - teachers} students; {progress.Done} of {plan.Runs.Count} runs done"
        );
        session.Out.WriteLine(
            $"about {BenchmarkProgress.Duration(progress.TimeLeft)} with {workers} at once; plan {plan.Hash[..12]}"
        );
    }

    /// <summary>Writes what came out.</summary>
    public static void WriteResults(
        Plan plan,
        BenchmarkFolder folder,
        BenchmarkResults results,
        IReadOnlyList<(PlannedRun Run, string Message)> failures,
        TimeSpan? elapsed,
        Session session,
        bool json
    )
    {
        var groups = results
            .Rows.GroupBy(r => (r.Run.Spec.Method, r.Size))
            .OrderBy(g => g.Key.Method is not RunSpec.TeacherMethod)
            .ThenBy(g => g.Key.Size.Length)
            .ThenBy(g => g.Key.Size, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Method, StringComparer.Ordinal)
            .Select(g => new Group(g.Key.Method, g.Key.Size, [.. g]))
            .ToArray();
        if (json)
        {
            session.WriteJson(
                new JsonObject
                {
                    ["folder"] = folder.Root,
                    ["plan"] = plan.Hash,
                    ["runs"] = plan.Runs.Count,
                    ["done"] = plan.Runs.Count - results.Missing.Count,
                    ["results"] = folder.Table,
                    ["failed"] = new JsonArray([
                        .. failures.Select(f =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["id"] = f.Run.Id,
                                    ["run"] = f.Run.Spec.Title,
                                    ["error"] = f.Message,
                                }
                        ),
                    ]),
                    ["summary"] = new JsonArray([.. groups.Select(g => (JsonNode)g.ToJson())]),
                    ["seconds"] = elapsed is { } e ? Math.Round(e.TotalSeconds, 3) : null,
                }
            );
            return;
        }

        TextTable.Write(
            session.Out,
            ["method", "size", "runs", "parameters", "AUC-PRC", "accuracy", "agreement"],
            [.. groups.Select(g => g.ToRow())]
        );
        session.Out.WriteLine();
        var missing = results.Missing.Count == 0 ? "" : $", {results.Missing.Count} missing";
        session.Out.WriteLine(
            $"{plan.Runs.Count - results.Missing.Count} of {plan.Runs.Count} runs done{missing}; means over data sets, resamples and seeds"
        );
        session.Out.WriteLine($"saved {folder.Table}");
    }

    /// <summary>All runs of a method and size.</summary>
    private sealed record Group(string Method, string Size, IReadOnlyList<ResultRow> Rows)
    {
        private double AucPrc => Rows.Average(r => r.Metrics.AucPrc);

        private double Accuracy => Rows.Average(r => r.Metrics.Accuracy);

        private double Parameters => Rows.Average(r => (double)(r.Metrics.Parameters ?? 0));

        private double Agreement => Rows.Average(r => r.Metrics.Agreement ?? double.NaN);

        public string[] ToRow() =>
            [
                Method,
                Size,
                Rows.Count.ToString(CultureInfo.InvariantCulture),
                Numbers.Count((long)Math.Round(Parameters)),
                Numbers.Measure(AucPrc),
                Numbers.Measure(Accuracy),
                Numbers.Measure(Agreement),
            ];

        public JsonObject ToJson() =>
            new()
            {
                ["method"] = Method,
                ["size"] = Size,
                ["runs"] = Rows.Count,
                ["parameters"] = Parameters,
                ["auc_prc"] = Numbers.Json(AucPrc),
                ["accuracy"] = Numbers.Json(Accuracy),
                ["agreement"] = Numbers.Json(Agreement),
            };
    }
}
