namespace MemKD.Experiments;

/// <summary>
/// The runs that are still to be done, for several takers: students wait for their teacher, teachers come first,
/// then what takes longest.
/// </summary>
public sealed class PendingRuns
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly object gate = new();
    private readonly List<PlannedRun> ready = [];
    private readonly List<PlannedRun> waiting = [];
    private readonly Dictionary<string, int> triesLeft;
    private readonly int retries;
    private int running;

    /// <summary>Fills the queue.</summary>
    /// <param name="todo">Runs that are not finished.</param>
    /// <param name="retries">How often a run is tried again when the process that did it died.</param>
    public PendingRuns(IReadOnlyCollection<PlannedRun> todo, int retries)
    {
        this.retries = retries;
        triesLeft = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = todo.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var run in todo.OrderBy(r => !r.Spec.IsTeacher).ThenByDescending(r => r.Cost))
        {
            (run.Spec.Teacher is { } teacher && ids.Contains(teacher) ? waiting : ready).Add(run);
        }
    }

    /// <summary>Runs whose teacher failed, once nothing is left to do.</summary>
    public IReadOnlyList<PlannedRun> Blocked
    {
        get
        {
            lock (gate)
            {
                return [.. waiting];
            }
        }
    }

    /// <summary>Takes a run; waits while there may be one later. Null: nothing more will come, or it was stopped.</summary>
    public PlannedRun? Take(CancellationToken stop)
    {
        lock (gate)
        {
            while (ready.Count == 0)
            {
                if (running == 0 || stop.IsCancellationRequested)
                {
                    return null;
                }

                Monitor.Wait(gate, Glance);
            }

            if (stop.IsCancellationRequested)
            {
                return null;
            }

            var run = ready[0];
            ready.RemoveAt(0);
            running++;
            return run;
        }
    }

    /// <summary>A taken run is finished; students of a teacher become ready.</summary>
    public void Finish(PlannedRun run)
    {
        lock (gate)
        {
            running--;
            foreach (var student in waiting.Where(w => string.Equals(w.Spec.Teacher, run.Id, StringComparison.Ordinal)))
            {
                Insert(student);
            }

            waiting.RemoveAll(w => string.Equals(w.Spec.Teacher, run.Id, StringComparison.Ordinal));
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>A taken run failed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="mayRetry">Whether another try can end otherwise.</param>
    /// <returns>Whether it will be tried again.</returns>
    public bool Fail(PlannedRun run, bool mayRetry)
    {
        lock (gate)
        {
            running--;
            var left = triesLeft.GetValueOrDefault(run.Id, retries);
            triesLeft[run.Id] = left - 1;
            var again = mayRetry && left > 0;
            if (again)
            {
                Insert(run);
            }

            Monitor.PulseAll(gate);
            return again;
        }
    }

    private void Insert(PlannedRun run)
    {
        var at = ready.FindIndex(r => r.Spec.IsTeacher == run.Spec.IsTeacher ? r.Cost < run.Cost : run.Spec.IsTeacher);
        ready.Insert(at < 0 ? ready.Count : at, run);
    }
}
