using System.CommandLine;
using System.Diagnostics;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Experiments;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd benchmark</c>: methods compared over data sets and seeds, in child processes, resumable.</summary>
internal static class BenchmarkCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "benchmark",
            "Compare methods over data sets, seeds and student sizes; the same command goes on after a stop",
            "memkd benchmark --datasets CBF SyntheticControl --methods none memkd --seeds 0..4 --out runs/bench",
            "memkd benchmark --datasets CBF --methods memkd none --compression 10,50,100,500,1000 --out runs/curve",
            "memkd benchmark --recipe bench.yaml --out runs/bench --workers 8 --dry-run",
            "memkd benchmark --recipe more-methods.yaml --reuse runs/bench --out runs/more",
            "memkd benchmark --out runs/bench --collect --json"
        );
        var recipe = new BenchmarkOptions(verb);
        var output = new Option<string>("--out", "-o")
        {
            Description = "Folder of the benchmark",
            HelpName = "DIR",
            Required = true,
        };
        var executor = ChoiceOption.Of("--executor", "What does the runs (default local: child processes)", "local");
        var workers = NumberOption.Whole("--workers", "Runs at once, one thread each (default: all cores)", 1, 1024);
        var retries = NumberOption.Whole("--retries", "Further tries of a run whose process died (default 1)", 0, 100);
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Only say what would be done, and how long it takes",
        };
        var collect = new Option<bool>("--collect")
        {
            Description = "Do no run, only write the tables of those that are done",
        };
        var reuse = new Option<string[]>("--reuse")
        {
            Description =
                "Folders of other benchmarks: finished runs that are the same are copied instead of done again",
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        Option[] options = [output, executor, workers, retries, reuse, dryRun, collect];
        foreach (var option in options)
        {
            verb.Add(option);
        }

        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var folder = new BenchmarkFolder(parsed.GetValue(output)!);
            var asked = recipe.Get(parsed);
            var planner = asked is null ? null : new Planner(asked, new ArchiveCatalog());
            var plan =
                planner?.Make()
                ?? folder.ReadPlan()
                ?? throw new UsageException(
                    "what is compared? Give --datasets and --methods, or --recipe FILE; or --out of a benchmark that was begun."
                );
            var run = new Run(
                folder,
                plan,
                (int)(parsed.GetValue(workers) ?? Environment.ProcessorCount),
                (int)(parsed.GetValue(retries) ?? 1),
                common.Json(parsed),
                common.Quiet(parsed)
            );
            if (parsed.GetValue(dryRun))
            {
                folder.RequireSame(plan);
                BenchmarkReport.WritePlan(plan, run.Progress(), run.Workers, session, run.Json);
                return ExitCode.Ok;
            }

            if (planner is not null)
            {
                folder.Begin(plan, planner.Sources);
            }

            foreach (var other in parsed.GetValue(reuse) ?? [])
            {
                var from = new BenchmarkFolder(other);
                var copied = folder.Reuse(plan, from);
                if (!run.Quiet)
                {
                    session.Note($"{copied} runs copied from {other}");
                }
            }

            return parsed.GetValue(collect) ? Collect(run, [], null, session) : Execute(run, session);
        });
        return verb;
    }

    private static int Execute(Run run, Session session)
    {
        var clock = Stopwatch.StartNew();
        var progress = run.Progress();
        var todo = run.Plan.Runs.Where(r => !progress.IsDone(r)).ToArray();
        var failures = new List<(PlannedRun, string)>();
        progress.FailedRun = (r, message, again) =>
        {
            lock (failures)
            {
                session.Warn($"{r.Spec.Title}: {message}{(again ? "; it is tried again" : "")}");
                if (!again)
                {
                    failures.Add((r, message));
                }
            }
        };
        if (!run.Quiet)
        {
            session.Note($"{run.Plan.Runs.Count} runs in {run.Folder.Root}: {progress.Text}, {run.Workers} at once");
        }

        var pending = new PendingRuns(todo, run.Retries);
        session.StopsCleanly = true;
        ProgressDisplay.Run(
            session,
            run.Quiet,
            progress.Text,
            (share, text) =>
            {
                progress.Changed = () =>
                {
                    share(progress.Share);
                    text(progress.Text);
                };
                new LocalExecutor(
                    () => ChildProcess.Start(WorkCommand.Name, run.Folder.Root),
                    run.Folder,
                    pending,
                    progress,
                    Math.Min(run.Workers, Math.Max(1, todo.Length))
                ).Run(session.Stop);
                return true;
            }
        );
        if (session.Stop.IsCancellationRequested)
        {
            session.Error.WriteLine(
                $"memkd: interrupted with {progress.Done} of {run.Plan.Runs.Count} runs done; give the same command again to go on."
            );
            return ExitCode.Interrupted;
        }

        session.StopsCleanly = false;
        failures.AddRange(pending.Blocked.Select(r => (r, "its teacher failed")));
        return Collect(run, failures, clock.Elapsed, session);
    }

    private static int Collect(
        Run run,
        IReadOnlyList<(PlannedRun Run, string Message)> failures,
        TimeSpan? elapsed,
        Session session
    )
    {
        var results = BenchmarkResults.Read(run.Plan, run.Folder, new TsmlExport(run.Plan, run.Folder).Write);
        AuditCommand.Require(results);
        BenchmarkFolder.WriteText(run.Folder.Table, results.ToCsv());
        BenchmarkReport.WriteResults(run.Plan, run.Folder, results, failures, elapsed, session, run.Json);
        return failures.Count > 0 ? ExitCode.SomeFailed
            : results.Missing.Count > 0 ? ExitCode.Incomplete
            : ExitCode.Ok;
    }

    private sealed record Run(BenchmarkFolder Folder, Plan Plan, int Workers, int Retries, bool Json, bool Quiet)
    {
        /// <summary>What is done already.</summary>
        public BenchmarkProgress Progress()
        {
            var progress = new BenchmarkProgress(Plan.Runs, Workers);
            foreach (var run in Plan.Runs)
            {
                if (Folder.TryRead(run) is { } record)
                {
                    progress.Finish(run, record.Seconds);
                }
            }

            return progress;
        }
    }
}
