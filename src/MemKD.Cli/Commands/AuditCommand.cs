using System.CommandLine;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Experiments;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd audit</c>: whether the records of a benchmark can be believed.</summary>
internal static class AuditCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "audit",
            "Check a benchmark's records: TEST read last, every number recomputed, same cases and teachers",
            "memkd audit runs/bench"
        );
        var folder = new Argument<string>("DIR") { Description = "Folder of a benchmark" };
        verb.Add(folder);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var bench = new BenchmarkFolder(parsed.GetValue(folder)!);
            var plan =
                bench.ReadPlan()
                ?? throw new InputException($"{bench.Root}: no plan here; give a folder that `memkd benchmark` wrote.");
            var results = BenchmarkResults.Read(plan, bench);
            Require(results);
            if (File.Exists(bench.Table) && !Agrees(bench.Table, results))
            {
                throw new InputException(
                    $"{bench.Table}: is not what the records say; write it again with `memkd benchmark --collect --out {bench.Root}`."
                );
            }

            var checkedRuns = plan.Runs.Count - results.Missing.Count;
            if (common.Json(parsed))
            {
                session.WriteJson(
                    new JsonObject
                    {
                        ["folder"] = bench.Root,
                        ["plan"] = plan.Hash,
                        ["passed"] = checkedRuns,
                        ["missing"] = results.Missing.Count,
                    }
                );
            }
            else
            {
                session.Out.WriteLine(
                    $"{checkedRuns} records passed{(results.Missing.Count == 0 ? "" : $", {results.Missing.Count} runs are not finished")}"
                );
            }

            return results.Missing.Count == 0 ? ExitCode.Ok : ExitCode.Incomplete;
        });
        return verb;
    }

    /// <summary>Refuses results of which some records failed the audit.</summary>
    /// <exception cref="InputException">What the first fault is, and how many there are.</exception>
    public static void Require(BenchmarkResults results)
    {
        if (results.Faults.Count > 0)
        {
            var more = results.Faults.Count - 1;
            throw new InputException(
                $"the audit failed: {results.Faults[0].TrimEnd('.')}{(more == 0 ? "" : $" (and {more} more)")}; remove the record, then `memkd benchmark` does the run again."
            );
        }
    }

    private static bool Agrees(string table, BenchmarkResults results) =>
        results.Missing.Count > 0 || string.Equals(File.ReadAllText(table), results.ToCsv(), StringComparison.Ordinal);
}
