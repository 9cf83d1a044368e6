using MemKD.Engine.Random;

namespace MemKD.Training;

/// <summary>
/// Draws batches: every case once an epoch in a new random order; a batch may span two epochs, so that all have the same
/// size, but never holds more cases than there are.
/// </summary>
public sealed class CaseSampler
{
    private readonly int[] order;
    private SeededRandom random;
    private int next;

    /// <summary>Starts a sampler.</summary>
    /// <param name="caseCount">Number of cases.</param>
    /// <param name="batchSize">Cases a batch; at most <paramref name="caseCount"/> are used.</param>
    /// <param name="random">The run's generator for batches.</param>
    public CaseSampler(int caseCount, int batchSize, SeededRandom random)
    {
        this.random = random;
        order = [.. Enumerable.Range(0, caseCount)];
        next = caseCount;
        BatchSize = Math.Min(batchSize, caseCount);
    }

    /// <summary>Cases a batch.</summary>
    public int BatchSize { get; }

    /// <summary>The next batch's case numbers.</summary>
    /// <param name="batch">Destination [<see cref="BatchSize"/>].</param>
    public void Next(Span<int> batch)
    {
        for (var i = 0; i < BatchSize; i++)
        {
            if (next == order.Length)
            {
                random.Shuffle(order);
                next = 0;
            }

            batch[i] = order[next++];
        }
    }

    /// <summary>The whole state: generator, position and order.</summary>
    public (ulong[] Random, int Next, int[] Order) GetState() => (random.GetState(), next, [.. order]);

    /// <summary>Goes on from a saved state.</summary>
    public void SetState((ulong[] Random, int Next, int[] Order) state)
    {
        random = SeededRandom.FromState(state.Random);
        next = state.Next;
        state.Order.CopyTo(order, 0);
    }
}
