using System.Diagnostics;
using System.Globalization;

namespace MemKD.Experiments;

/// <summary>
/// Does runs by their ids, one a line, until there are no more; every back end ends here. Answers a line for each:
/// <c>done ID</c> or <c>failed ID MESSAGE</c>, and <c>progress SHARE</c> in between.
/// </summary>
public static class WorkLoop
{
    /// <summary>First word of an answer: the share of the run that is done.</summary>
    public const string Progress = "progress";

    /// <summary>First word of an answer: the record is there.</summary>
    public const string Done = "done";

    /// <summary>First word of an answer: there is no record, and why.</summary>
    public const string Failed = "failed";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    /// <summary>Does the runs; finished ones are only answered.</summary>
    /// <param name="folder">The benchmark's folder.</param>
    /// <param name="executor">Does a run.</param>
    /// <param name="ids">Ids, one a line.</param>
    /// <param name="answers">Answers, one a line.</param>
    /// <param name="cancellation">Stops the run in flight, which leaves nothing.</param>
    /// <returns>Runs that failed.</returns>
    /// <exception cref="InputException">The folder holds no plan, or an id is not of it.</exception>
    public static int Run(
        BenchmarkFolder folder,
        RunExecutor executor,
        TextReader ids,
        TextWriter answers,
        CancellationToken cancellation
    )
    {
        var plan =
            folder.ReadPlan()
            ?? throw new InputException($"{folder.Root}: no plan here; give a folder that `memkd benchmark` wrote.");
        var failed = 0;
        while (ids.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } id)
            {
                failed += Do(plan.Find(id), folder, executor, answers, cancellation) ? 0 : 1;
            }
        }

        return failed;
    }

    private static bool Do(
        PlannedRun run,
        BenchmarkFolder folder,
        RunExecutor executor,
        TextWriter answers,
        CancellationToken cancellation
    )
    {
        var clock = Stopwatch.StartNew();
        void Report(double share)
        {
            if (clock.Elapsed > Interval)
            {
                clock.Restart();
                Answer(answers, string.Create(CultureInfo.InvariantCulture, $"{Progress} {share:F4}"));
            }
        }

        try
        {
            if (folder.TryRead(run) is null)
            {
                executor.Execute(run, cancellation, Report);
            }

            Answer(answers, $"{Done} {run.Id}");
            return true;
        }
#pragma warning disable CA1031 // one failed run does not end the rest
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            var message = e is InputException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            message = message.ReplaceLineEndings(" ");
            folder.WriteFailure(run.Spec, message);
            Answer(answers, $"{Failed} {run.Id} {message}");
            return false;
        }
    }

    /// <summary>Says something to whoever listens; when nobody does any more, the runs go on.</summary>
    private static void Answer(TextWriter answers, string line)
    {
        try
        {
            answers.WriteLine(line);
            answers.Flush();
        }
        catch (IOException)
        {
            // The parent died; the record on disk is what counts.
        }
    }
}
