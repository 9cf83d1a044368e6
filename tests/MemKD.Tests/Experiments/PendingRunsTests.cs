using MemKD.Experiments;

namespace MemKD.Tests.Experiments;

public sealed class PendingRunsTests : IDisposable
{
    private readonly SmallBenchmark bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Students_wait_for_their_teacher_and_what_takes_longest_comes_first()
    {
        var plan = bench.Plan(("seeds", "0"), ("hidden", "2 9"));
        var pending = new PendingRuns(plan.Runs, retries: 0);

        var teacher = pending.Take(default)!;
        Assert.True(teacher.Spec.IsTeacher);
        Assert.Equal(["none 9", "none 2"], [Name(pending.Take(default)), Name(pending.Take(default))]);

        // Nothing is ready: a taker waits until the teacher is done.
        PlannedRun? later = null;
        var waiting = new Thread(() => later = pending.Take(default));
        waiting.Start();
        Assert.False(waiting.Join(50));
        pending.Finish(teacher);
        Assert.True(waiting.Join(10_000));
        Assert.Equal(["memkd 9", "memkd 2"], [Name(later), Name(pending.Take(default))]);

        foreach (var run in plan.Runs.Where(r => !r.Spec.IsTeacher))
        {
            pending.Finish(run);
        }

        Assert.Null(pending.Take(default));
        Assert.Empty(pending.Blocked);
    }

    [Fact]
    public void A_teacher_that_fails_blocks_its_students_and_no_others()
    {
        var plan = bench.Plan();
        var pending = new PendingRuns(plan.Runs, retries: 2);
        var failing = pending.Take(default)!;
        Assert.False(pending.Fail(failing, mayRetry: false));

        var done = 0;
        while (pending.Take(default) is { } run)
        {
            done++;
            pending.Finish(run);
        }

        Assert.Equal(plan.Runs.Count - 2, done);
        Assert.Equal(failing.Id, Assert.Single(pending.Blocked).Spec.Teacher);
    }

    [Fact]
    public void A_run_whose_process_died_is_tried_again_so_often_and_not_more()
    {
        var pending = new PendingRuns([bench.Plan().Runs[0]], retries: 2);

        Assert.True(pending.Fail(pending.Take(default)!, mayRetry: true));
        Assert.True(pending.Fail(pending.Take(default)!, mayRetry: true));
        Assert.False(pending.Fail(pending.Take(default)!, mayRetry: true));
        Assert.Null(pending.Take(default));
    }

    [Fact]
    public void A_stop_ends_the_waiting()
    {
        using var stop = new CancellationTokenSource();
        var pending = new PendingRuns(bench.Plan(("seeds", "0"), ("methods", "memkd")).Runs, retries: 0);
        pending.Take(default);
        stop.CancelAfter(20);

        Assert.Null(pending.Take(stop.Token));
    }

    [Fact]
    public void Time_left_follows_what_was_measured()
    {
        var plan = bench.Plan(("seeds", "0"), ("methods", "none"), ("hidden", "2 3"));
        var progress = new BenchmarkProgress(plan.Runs, workers: 1);
        var (teacher, large, small) = (plan.Runs[0], plan.Runs[1], plan.Runs[2]);
        progress.Finish(teacher, 5);
        progress.Start(large);
        progress.Finish(large, 100);

        Assert.Equal(100.0 * small.Cost / large.Cost, progress.TimeLeft.TotalSeconds, 1e-6);
        progress.Start(small);
        progress.Advance(small, 0.5);
        Assert.Equal(50.0 * small.Cost / large.Cost, progress.TimeLeft.TotalSeconds, 1e-6);
        Assert.StartsWith("2 of 3 done, 1 running, 0 failed, ", progress.Text, StringComparison.Ordinal);
        progress.Fail(small, "x", again: false);
        Assert.Equal((1, 1.0, TimeSpan.Zero), (progress.Failed, progress.Share, progress.TimeLeft));
    }

    private static string Name(PlannedRun? run) => $"{run!.Spec.Method} {run.Spec.Shape.HiddenSize}";
}
