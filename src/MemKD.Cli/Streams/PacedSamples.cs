using System.Diagnostics;

namespace MemKD.Cli.Streams;

/// <summary>Another source's samples, each not before its time.</summary>
/// <param name="source">The samples.</param>
/// <param name="rate">Samples a second.</param>
/// <param name="beforeWaiting">Called before waiting: what is known so far goes out.</param>
/// <param name="stop">Ends the waiting.</param>
internal sealed class PacedSamples(ISampleSource source, double rate, Action beforeWaiting, CancellationToken stop)
    : ISampleSource
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long count;

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public bool Next(Span<float> sample)
    {
        var due = TimeSpan.FromSeconds(Math.Min(count++ / rate, 1e9));
        if (due > clock.Elapsed)
        {
            beforeWaiting();
        }

        // A wait of the system has at most 2^31 milliseconds.
        while (due - clock.Elapsed is var left && left > TimeSpan.Zero)
        {
            stop.WaitHandle.WaitOne(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1));
            stop.ThrowIfCancellationRequested();
        }

        return source.Next(sample);
    }
}
