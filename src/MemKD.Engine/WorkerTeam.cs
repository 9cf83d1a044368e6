namespace MemKD.Engine;

/// <summary>
/// A fixed team of threads that share the numbered pieces of one job. Which thread does a piece never matters to the
/// result. Waiting threads spin briefly, then sleep.
/// </summary>
public sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] threads;
    private readonly SemaphoreSlim start = new(0);
    private readonly ManualResetEventSlim done = new(false);
    private Action<int>? job;
    private int count;
    private int next;
    private int running;
    private int busy;
    private Exception? failure;
    private volatile bool stopping;

    /// <summary>Starts the team.</summary>
    /// <param name="threadCount">Threads that work at once, the caller included; at least 1.</param>
    public WorkerTeam(int threadCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ThreadCount = threadCount;
        threads = new Thread[threadCount - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = "memkd worker" };
            threads[i].Start();
        }
    }

    /// <summary>Threads that work at once, the caller included.</summary>
    public int ThreadCount { get; }

    /// <summary>Calls <paramref name="piece"/> with 0..count−1, spread over the team, and returns when all are done.</summary>
    /// <param name="pieceCount">Number of pieces.</param>
    /// <param name="piece">The work; pieces must not depend on each other.</param>
    public void Run(int pieceCount, Action<int> piece)
    {
        if (threads.Length == 0 || pieceCount <= 1)
        {
            for (var i = 0; i < pieceCount; i++)
            {
                piece(i);
            }

            return;
        }

        if (Interlocked.Exchange(ref busy, 1) != 0)
        {
            throw new InvalidOperationException("a team does one job at a time, and no job inside another");
        }

        job = piece;
        count = pieceCount;
        next = 0;
        failure = null;
        done.Reset();
        var helpers = Math.Min(threads.Length, pieceCount - 1);
        Volatile.Write(ref running, helpers);
        start.Release(helpers);
        Take();
        done.Wait();
        job = null;
        Volatile.Write(ref busy, 0);
        if (failure != null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        stopping = true;
        if (threads.Length > 0)
        {
            start.Release(threads.Length);
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        start.Dispose();
        done.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            start.Wait();
            if (stopping)
            {
                return;
            }

            Take();
            if (Interlocked.Decrement(ref running) == 0)
            {
                done.Set();
            }
        }
    }

    private void Take()
    {
        try
        {
            for (var i = Interlocked.Increment(ref next) - 1; i < count; i = Interlocked.Increment(ref next) - 1)
            {
                job!(i);
            }
        }
#pragma warning disable CA1031 // carried to the caller of Run
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure ??= e;
        }
    }
}
