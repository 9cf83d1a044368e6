using MemKD.Series;

namespace MemKD.Cli.Streams;

/// <summary>A case of a data set as a stream; a channel that has ended is missing.</summary>
internal sealed class CaseSamples(TimeSeriesCase one) : ISampleSource
{
    private int time;

    /// <inheritdoc/>
    public bool Next(Span<float> sample)
    {
        for (var c = 0; c < sample.Length; c++)
        {
            sample[c] = time < one.Channels[c].Length ? one.Channels[c][time] : float.NaN;
        }

        return time++ < one.Length;
    }
}
