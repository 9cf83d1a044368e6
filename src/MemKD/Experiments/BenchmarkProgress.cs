using System.Globalization;

namespace MemKD.Experiments;

/// <summary>How far a benchmark is, and how long it will take by what was measured so far.</summary>
public sealed class BenchmarkProgress
{
    // Seconds for a million multiply-adds before anything is measured: one core of a server, small networks are slower.
    private const double TeacherRate = 1.0 / 15_000;
    private const double StudentRate = 1.0 / 9_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, double> running = new(StringComparer.Ordinal);
    private readonly HashSet<string> finished = new(StringComparer.Ordinal);
    private readonly HashSet<string> failed = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<PlannedRun> runs;
    private readonly int workers;
    private readonly double[] measuredCost = new double[2];
    private readonly double[] measuredSeconds = new double[2];

    /// <summary>Starts with nothing done.</summary>
    /// <param name="runs">All runs of the plan.</param>
    /// <param name="workers">Runs at once.</param>
    public BenchmarkProgress(IReadOnlyList<PlannedRun> runs, int workers)
    {
        this.runs = runs;
        this.workers = workers;
    }

    /// <summary>Told after every change, from several threads.</summary>
    public Action? Changed { get; set; }

    /// <summary>Told when a run failed: run, message, whether it will be tried again.</summary>
    public Action<PlannedRun, string, bool>? FailedRun { get; set; }

    /// <summary>Runs that are done.</summary>
    public int Done => Count(finished);

    /// <summary>Whether a run is done.</summary>
    public bool IsDone(PlannedRun run)
    {
        lock (gate)
        {
            return finished.Contains(run.Id);
        }
    }

    /// <summary>Runs that failed for good.</summary>
    public int Failed => Count(failed);

    /// <summary>Share of the work that is done, 0..1.</summary>
    public double Share
    {
        get
        {
            lock (gate)
            {
                var all = runs.Sum(Seconds);
                return all > 0 ? 1 - (runs.Sum(Left) / all) : 1;
            }
        }
    }

    /// <summary>Time that is left at this number of workers.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            lock (gate)
            {
                var left = runs.Select(Left).ToArray();
                return TimeSpan.FromSeconds(left.Length == 0 ? 0 : Math.Max(left.Sum() / workers, left.Max()));
            }
        }
    }

    /// <summary>The state in a few words: <c>12 of 40 done, 2 running, 0 failed, 3 min left</c>.</summary>
    public string Text
    {
        get
        {
            lock (gate)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{finished.Count} of {runs.Count} done, {running.Count} running, {failed.Count} failed, {Duration(TimeLeft)} left"
                );
            }
        }
    }

    /// <summary>A duration for a person: <c>40 s</c>, <c>12 min</c>, <c>3.5 h</c>.</summary>
    public static string Duration(TimeSpan time) =>
        time.TotalSeconds < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s")
        : time.TotalMinutes < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h");

    /// <summary>A run has begun.</summary>
    public void Start(PlannedRun run) => Change(() => running[run.Id] = 0);

    /// <summary>A run goes on.</summary>
    public void Advance(PlannedRun run, double share) => Change(() => running[run.Id] = share);

    /// <summary>A run is done, now or in an earlier session.</summary>
    /// <param name="run">The run.</param>
    /// <param name="seconds">What it took.</param>
    public void Finish(PlannedRun run, double seconds) =>
        Change(() =>
        {
            running.Remove(run.Id);
            finished.Add(run.Id);
            measuredCost[Kind(run)] += run.Cost;
            measuredSeconds[Kind(run)] += seconds;
        });

    /// <summary>A run failed.</summary>
    public void Fail(PlannedRun run, string message, bool again)
    {
        Change(() =>
        {
            running.Remove(run.Id);
            if (!again)
            {
                failed.Add(run.Id);
            }
        });
        FailedRun?.Invoke(run, message, again);
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
        }

        Changed?.Invoke();
    }

    private int Count(HashSet<string> set)
    {
        lock (gate)
        {
            return set.Count;
        }
    }

    private static int Kind(PlannedRun run) => run.Spec.IsTeacher ? 0 : 1;

    private double Seconds(PlannedRun run)
    {
        var kind = Kind(run);
        var rate =
            measuredCost[kind] > 0 ? measuredSeconds[kind] / measuredCost[kind]
            : run.Spec.IsTeacher ? TeacherRate
            : StudentRate;
        return run.Cost * rate;
    }

    private double Left(PlannedRun run) =>
        finished.Contains(run.Id) || failed.Contains(run.Id)
            ? 0
            : Seconds(run) * (1 - running.GetValueOrDefault(run.Id));
}
