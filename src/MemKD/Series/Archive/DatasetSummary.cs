namespace MemKD.Series;

/// <summary>Facts about one part of a data set.</summary>
/// <param name="Cases">Number of cases.</param>
/// <param name="ClassCounts">Cases of each class, in the order of the class list.</param>
/// <param name="MinLength">Time points of the shortest case.</param>
/// <param name="MedianLength">Median of the time points (the lower one of two).</param>
/// <param name="MaxLength">Time points of the longest case.</param>
/// <param name="CasesWithMissing">Cases with at least one missing value.</param>
/// <param name="MissingValues">Missing values in all.</param>
public sealed record PartSummary(
    int Cases,
    IReadOnlyList<int> ClassCounts,
    int MinLength,
    int MedianLength,
    int MaxLength,
    int CasesWithMissing,
    long MissingValues
);

/// <summary>What <c>memkd data show</c> prints.</summary>
/// <param name="Name">The data set's name.</param>
/// <param name="Channels">Channels of every case.</param>
/// <param name="Classes">The class labels.</param>
/// <param name="Train">The training part.</param>
/// <param name="Test">The test part.</param>
/// <param name="Normalized">
/// Whether the values are z-normalised as they are: at least 95 % of the TRAIN channels have a mean within 0.01 of 0 and a
/// standard deviation, by n or by n − 1, within 0.02 of 1.
/// </param>
public sealed record DatasetSummary(
    string Name,
    int Channels,
    IReadOnlyList<string> Classes,
    PartSummary Train,
    PartSummary Test,
    bool Normalized
)
{
    /// <summary>Collects the facts.</summary>
    public static DatasetSummary Of(TrainTestSplit split)
    {
        var channels = split.Train.Cases.SelectMany(c => c.Channels).ToArray();
        return new DatasetSummary(
            split.Train.Name,
            split.Train.ChannelCount,
            split.Train.Classes,
            Part(split.Train),
            Part(split.Test),
            channels.Count(IsNormalized) >= 0.95 * channels.Length
        );
    }

    private static PartSummary Part(TimeSeriesDataset data)
    {
        var lengths = data.Cases.Select(c => c.Length).Order().ToArray();
        var counts = new int[data.Classes.Count];
        foreach (var label in data.Labels)
        {
            counts[label]++;
        }

        return new PartSummary(
            data.Cases.Count,
            counts,
            lengths[0],
            lengths[(lengths.Length - 1) / 2],
            lengths[^1],
            data.Cases.Count(c => c.HasMissing),
            data.Cases.Sum(c => c.Channels.Sum(x => x.LongCount(float.IsNaN)))
        );
    }

    private static bool IsNormalized(float[] channel)
    {
        var known = channel.Where(v => !float.IsNaN(v)).Select(v => (double)v).ToArray();
        if (known.Length < 2)
        {
            return false;
        }

        var mean = known.Average();
        var squares = known.Sum(v => (v - mean) * (v - mean));
        bool IsOne(int divisor) => Math.Abs(Math.Sqrt(squares / divisor) - 1) <= 0.02;
        return Math.Abs(mean) <= 0.01 && (IsOne(known.Length) || IsOne(known.Length - 1));
    }
}
