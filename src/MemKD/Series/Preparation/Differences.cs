namespace MemKD.Series;

/// <summary>
/// First differences as further channels: d(t) = (x(t) − x(t−1)) / s, d(0) = 0, one a channel, after the channels
/// themselves. s is the root mean square of the differences of TRAIN, so that the network sees slow changes of a
/// smooth series as large as the series itself (docs/training.md). They can be computed on a stream.
/// </summary>
/// <param name="Scales">s of each channel; a channel that never changes in TRAIN has s = 0 and differences of 0.</param>
public sealed record Differences(IReadOnlyList<double> Scales)
{
    /// <summary>Scales of prepared series without differences.</summary>
    public static Differences Fit(PreparedCases train)
    {
        var squares = new double[train.ChannelCount];
        var counts = new long[train.ChannelCount];
        for (var i = 0; i < train.Count; i++)
        {
            var length = train.Lengths[i];
            var values = train.Values(i);
            for (var c = 0; c < train.ChannelCount; c++)
            {
                var x = values.Slice(c * length, length);
                for (var t = 1; t < length; t++)
                {
                    var d = (double)x[t] - x[t - 1];
                    squares[c] += d * d;
                }

                counts[c] += length - 1;
            }
        }

        return new Differences([.. squares.Zip(counts, (s, n) => n == 0 ? 0 : Math.Sqrt(s / n))]);
    }

    /// <summary>Writes the difference channels of a case, the second half, from its channels, the first.</summary>
    /// <param name="values">[channel, timepoint], twice as many channels as there are scales.</param>
    public void Fill(Span<float> values)
    {
        var length = values.Length / (2 * Scales.Count);
        for (var c = 0; c < Scales.Count; c++)
        {
            var x = values.Slice(c * length, length);
            var d = values.Slice((Scales.Count + c) * length, length);
            d[0] = 0;
            for (var t = 1; t < length; t++)
            {
                d[t] = Scales[c] == 0 ? 0 : (float)(((double)x[t] - x[t - 1]) / Scales[c]);
            }
        }
    }
}
