namespace MemKD.Engine;

/// <summary>
/// A fixed team of threads that share the numbered pieces of one job. Which thread does a piece never matters to the
/// result. Waiting threads spin briefly, then sleep.
/// </summary>
public sealed class WorkerTeam : IDisposable
{
    /// <summary>Turns of waiting before a thread sleeps, some 200 µs: waking it would cost a small network half a pass.</summary>
    private const int Spins = 1000;

    /// <summary>
    /// Multiply-adds from which on a second thread surely pays, some 100 µs of one: below, fetching the other's results from its
    /// cache, and waiting for it on a busy machine, can cost more than it saves.
    /// </summary>
    private const long LeastShared = 5_000_000;

    private readonly Thread[] threads;
    private readonly SemaphoreSlim start = new(0);
    private readonly ManualResetEventSlim done = new(initialState: false, Spins);
    private Action<int>? job;
    private int count;
    private int[] claimed = [];
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
            var number = i + 1;
            threads[i] = new Thread(() => Work(number)) { IsBackground = true, Name = "memkd worker" };
            threads[i].Start();
        }
    }

    /// <summary>Threads that work at once, the caller included.</summary>
    public int ThreadCount { get; }

    /// <summary>Calls <paramref name="piece"/> with 0..count−1, spread over the team, and returns when all are done.</summary>
    /// <param name="pieceCount">Number of pieces.</param>
    /// <param name="piece">The work; pieces must not depend on each other.</param>
    /// <param name="multiplyAdds">About how much work it is in all; little of it the caller does alone.</param>
    public void Run(int pieceCount, Action<int> piece, long multiplyAdds = long.MaxValue)
    {
        if (threads.Length == 0 || pieceCount <= 1 || multiplyAdds < LeastShared)
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
        if (claimed.Length < pieceCount)
        {
            claimed = new int[pieceCount];
        }

        claimed.AsSpan().Clear();
        failure = null;
        done.Reset();
        var helpers = Math.Min(threads.Length, pieceCount - 1);
        Volatile.Write(ref running, helpers);
        start.Release(helpers);
        Take(0);
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

    private void Work(int number)
    {
        while (true)
        {
            for (var spin = new SpinWait(); start.CurrentCount == 0 && spin.Count < Spins; spin.SpinOnce(-1)) { }
            start.Wait();
            if (stopping)
            {
                return;
            }

            Take(number);
            if (Interlocked.Decrement(ref running) == 0)
            {
                done.Set();
            }
        }
    }

    /// <summary>A thread's own pieces first, for what it did in the job before still lies in its cache; then what others have not begun.</summary>
    private void Take(int number)
    {
        try
        {
            for (var turn = 0; turn < ThreadCount; turn++)
            {
                for (var i = (number + turn) % ThreadCount; i < count; i += ThreadCount)
                {
                    if (Interlocked.Exchange(ref claimed[i], 1) == 0)
                    {
                        job!(i);
                    }
                }
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
