namespace MemKD.Series;

/// <summary>
/// Series ready for a network: gaps filled, resampled and normalised by a <c>Preparation</c>. One block of
/// float32; each case is [channel, timepoint] with its own length, no padding.
/// </summary>
public sealed class PreparedCases
{
    private readonly float[] values;
    private readonly int[] offsets;

    /// <summary>Wraps prepared values.</summary>
    /// <param name="channelCount">Channels of every case.</param>
    /// <param name="lengths">Time points of each case (all channels of a case have the same length).</param>
    /// <param name="values">All values, case after case, each [channel, timepoint].</param>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="differences">What made the second half of the channels from the first; null: nothing did.</param>
    public PreparedCases(
        int channelCount,
        int[] lengths,
        float[] values,
        int[] labels,
        int classCount,
        Differences? differences = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, lengths.Length);
        ChannelCount = channelCount;
        Lengths = lengths;
        Labels = labels;
        ClassCount = classCount;
        Differences = differences;
        this.values = values;
        offsets = new int[lengths.Length + 1];
        for (var i = 0; i < lengths.Length; i++)
        {
            offsets[i + 1] = checked(offsets[i] + (channelCount * lengths[i]));
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, offsets[^1]);
    }

    /// <summary>Number of cases.</summary>
    public int Count => Lengths.Length;

    /// <summary>Channels of every case, differences included.</summary>
    public int ChannelCount { get; }

    /// <summary>
    /// What made the second half of the channels from the first; who changes a series changes the first half and fills
    /// the second again. Null: all channels are the series' own.
    /// </summary>
    public Differences? Differences { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Time points of each case.</summary>
    public int[] Lengths { get; }

    /// <summary>Class number of each case.</summary>
    public int[] Labels { get; }

    /// <summary>Time points of the longest case.</summary>
    public int MaxLength => Lengths.Length == 0 ? 0 : Lengths.Max();

    /// <summary>The values of one case, [channel, timepoint].</summary>
    public ReadOnlySpan<float> Values(int index) => values.AsSpan(offsets[index], offsets[index + 1] - offsets[index]);

    /// <summary>The chosen cases, in the given order.</summary>
    public PreparedCases Select(ReadOnlySpan<int> indices)
    {
        var lengths = new int[indices.Length];
        var labels = new int[indices.Length];
        var total = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            lengths[i] = Lengths[indices[i]];
            labels[i] = Labels[indices[i]];
            total += ChannelCount * lengths[i];
        }

        var chosen = new float[total];
        var at = 0;
        foreach (var index in indices)
        {
            Values(index).CopyTo(chosen.AsSpan(at));
            at += ChannelCount * Lengths[index];
        }

        return new PreparedCases(ChannelCount, lengths, chosen, labels, ClassCount, Differences);
    }
}
