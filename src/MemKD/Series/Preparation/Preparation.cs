using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Runtime;

namespace MemKD.Series;

/// <summary>
/// Makes series ready for a network, by values fitted on TRAIN alone and the same for every later case. In this order:
/// <list type="number">
/// <item>gaps (NaN): inner ones on a straight line, the ends with the nearest value;</item>
/// <item>length: a case's channels all get the length of its longest one, at most <see cref="MaxLength"/>, by linear
/// interpolation with the ends kept. Every case is treated by itself, so in a set of unequal lengths a series
/// above the limit is compressed in time, the others are not;</item>
/// <item>normalisation, after that, so that the network sees mean 0 and standard deviation 1;</item>
/// <item>first differences as further channels, where asked for.</item>
/// </list>
/// A channel of a case with no known value is 0 in the result whatever the normalisation, and takes no part in the
/// fitted statistics; a case without time points becomes one time point of zeros.
/// </summary>
public sealed class Preparation
{
    private const string Format = "memkd-preparation-2";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
    };

    private readonly double[] means;
    private readonly double[] deviations;

    private Preparation(
        Normalization normalization,
        int? maxLength,
        int channelCount,
        int maxLengthOfTrain,
        double[] means,
        double[] deviations,
        Differences? differences = null,
        RawLengths? rawLengths = null
    )
    {
        Normalization = normalization;
        MaxLength = maxLength;
        ChannelCount = channelCount;
        MaxLengthOfTrain = maxLengthOfTrain;
        this.means = means;
        this.deviations = deviations;
        Differences = differences;
        RawLengthsOfTrain = rawLengths;
    }

    /// <summary>How values are scaled; never <see cref="Normalization.Auto"/>.</summary>
    public Normalization Normalization { get; }

    /// <summary>Longest length of a prepared case; null when lengths are kept.</summary>
    public int? MaxLength { get; }

    /// <summary>Channels of TRAIN; a case needs the same number.</summary>
    public int ChannelCount { get; }

    /// <summary>The difference channels, or null.</summary>
    public Differences? Differences { get; }

    /// <summary>Channels that a network sees: those of the series and their differences.</summary>
    public int InputSize => Differences == null ? ChannelCount : 2 * ChannelCount;

    /// <summary>Time points of the longest prepared TRAIN case.</summary>
    public int MaxLengthOfTrain { get; }

    /// <summary>Time points of TRAIN's cases before preparation; null where it was fitted before these were kept.</summary>
    public RawLengths? RawLengthsOfTrain { get; }

    /// <summary>TRAIN mean of each channel; empty unless <see cref="Normalization.TrainChannelZ"/>.</summary>
    public IReadOnlyList<double> ChannelMeans => means;

    /// <summary>Population standard deviation of each TRAIN channel; empty unless <see cref="Normalization.TrainChannelZ"/>.</summary>
    public IReadOnlyList<double> ChannelDeviations => deviations;

    /// <summary>Fits the preparation to the training cases.</summary>
    /// <exception cref="InputException"><see cref="PreparationOptions.MaxLength"/> below 2, or an infinite value.</exception>
    public static Preparation Fit(TimeSeriesDataset train, PreparationOptions options)
    {
        if (options.MaxLength < 2)
        {
            throw new InputException(
                $"the longest length is {options.MaxLength}; use at least 2 time points, or no limit."
            );
        }

        var normalization =
            options.Normalization != Normalization.Auto ? options.Normalization
            : train.ChannelCount == 1 ? Normalization.SeriesZ
            : Normalization.TrainChannelZ;
        var unscaled = new Preparation(Normalization.Raw, options.MaxLength, train.ChannelCount, 0, [], []);
        var longest = train.Cases.Max(unscaled.LengthOf);
        var raw = new RawLengths(train.Cases.Min(c => c.Length), train.Cases.Max(c => c.Length));
        var (means, deviations) =
            normalization == Normalization.TrainChannelZ ? unscaled.ChannelStatistics(train) : ([], []);
        Preparation Make(Differences? differences) =>
            new(normalization, options.MaxLength, train.ChannelCount, longest, means, deviations, differences, raw);
        return Make(options.Differences ? Differences.Fit(Make(null).Apply(train)) : null);
    }

    /// <summary>Prepares cases, those of TRAIN or any others, by the fitted values alone.</summary>
    /// <exception cref="InputException">Another number of channels than TRAIN, or an infinite value.</exception>
    public PreparedCases Apply(TimeSeriesDataset cases)
    {
        if (cases.ChannelCount != ChannelCount)
        {
            throw new InputException(
                $"{cases.Name}: the cases have {cases.ChannelCount} channels, the training data had {ChannelCount}; give the same channels."
            );
        }

        var lengths = cases.Cases.Select(LengthOf).ToArray();
        var values = new float[checked(InputSize * lengths.Sum())];
        var at = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            var one = values.AsSpan(at, InputSize * lengths[i]);
            for (var c = 0; c < ChannelCount; c++)
            {
                var target = one.Slice(c * lengths[i], lengths[i]);
                if (FillAndResize(cases, i, c, target))
                {
                    Normalize(target, c);
                }
            }

            Differences?.Fill(one);
            at += one.Length;
        }

        return new PreparedCases(InputSize, lengths, values, [.. cases.Labels], cases.Classes.Count, Differences);
    }

    /// <summary>All fitted values as JSON text; <see cref="FromJson"/> reads it.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(
            new Fitted(
                Format,
                Normalization,
                MaxLength,
                ChannelCount,
                MaxLengthOfTrain,
                means,
                deviations,
                Differences == null ? null : [.. Differences.Scales],
                RawLengthsOfTrain
            ),
            Json
        );

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InputException">Not such a text, or values that cannot be.</exception>
    public static Preparation FromJson(string json)
    {
        try
        {
            var fitted = JsonSerializer.Deserialize<Fitted>(json, Json);
            if (fitted is { IsValid: true })
            {
                return new Preparation(
                    fitted.Normalization,
                    fitted.MaxLength,
                    fitted.ChannelCount,
                    fitted.MaxLengthOfTrain,
                    fitted.ChannelMeans,
                    fitted.ChannelDeviations,
                    fitted.DifferenceScales == null ? null : new Differences(fitted.DifferenceScales),
                    fitted.RawLengthsOfTrain
                );
            }
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"the preparation is not valid JSON (line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}); prepare the training data again.",
                e
            );
        }

        throw new InputException(
            $"the preparation is not of the form {Format}, or its values contradict each other; prepare the training data again."
        );
    }

    private int LengthOf(TimeSeriesCase one) =>
        Math.Max(1, MaxLength is { } limit ? Math.Min(one.Length, limit) : one.Length);

    /// <summary>Steps 1 and 2 for one channel of one case; false (target untouched: zeros) when no value is known.</summary>
    private static bool FillAndResize(TimeSeriesDataset cases, int index, int channel, Span<float> target)
    {
        var source = cases.Cases[index].Channels[channel];
        for (var t = 0; t < source.Length; t++)
        {
            if (float.IsInfinity(source[t]))
            {
                throw new InputException(
                    $"{cases.Name}: case {index + 1}, channel {channel + 1}, time point {t + 1} is infinite; correct the value or mark it as missing."
                );
            }
        }

        var filled = source;
        if (Array.Exists(source, float.IsNaN))
        {
            filled = [.. source];
        }

        if (filled.Length == 0 || !Interpolation.FillGaps(filled))
        {
            return false;
        }

        Interpolation.ToLength(filled, target);
        return true;
    }

    private void Normalize(Span<float> values, int channel)
    {
        if (Normalization == Normalization.Raw)
        {
            return;
        }

        var (mean, deviation) =
            Normalization == Normalization.SeriesZ ? Moments.Of(values) : (means[channel], deviations[channel]);
        foreach (ref var value in values)
        {
            value = deviation == 0 ? 0 : (float)((value - mean) / deviation);
        }
    }

    /// <summary>Mean and deviation of each channel over all known, resized TRAIN values, in two passes.</summary>
    private (double[] Means, double[] Deviations) ChannelStatistics(TimeSeriesDataset train)
    {
        var mean = new double[ChannelCount];
        var deviation = new double[ChannelCount];
        for (var c = 0; c < ChannelCount; c++)
        {
            var known = new List<float>();
            for (var i = 0; i < train.Cases.Count; i++)
            {
                var values = new float[LengthOf(train.Cases[i])];
                if (FillAndResize(train, i, c, values))
                {
                    known.AddRange(values);
                }
            }

            if (known.Count > 0)
            {
                (mean[c], deviation[c]) = Moments.Of(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(known));
            }
        }

        return (mean, deviation);
    }

    private sealed record Fitted(
        string Format,
        Normalization Normalization,
        int? MaxLength,
        int ChannelCount,
        int MaxLengthOfTrain,
        double[] ChannelMeans,
        double[] ChannelDeviations,
        double[]? DifferenceScales,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RawLengths? RawLengthsOfTrain = null
    )
    {
        [JsonIgnore]
        public bool IsValid =>
            string.Equals(Format, Preparation.Format, StringComparison.Ordinal)
            && Normalization is Normalization.Raw or Normalization.SeriesZ or Normalization.TrainChannelZ
            && MaxLength is null or >= 2
            && ChannelCount >= 1
            && MaxLengthOfTrain >= 1
            && (Normalization == Normalization.TrainChannelZ ? ChannelCount : 0) is var count
            && ChannelMeans?.Length == count
            && ChannelDeviations?.Length == count
            && ChannelMeans.All(double.IsFinite)
            && ChannelDeviations.All(d => double.IsFinite(d) && d >= 0)
            && (
                DifferenceScales == null
                || (
                    DifferenceScales.Length == ChannelCount
                    && Array.TrueForAll(DifferenceScales, d => double.IsFinite(d) && d >= 0)
                )
            )
            && (RawLengthsOfTrain is not { } raw || (raw.Shortest >= 0 && raw.Shortest <= raw.Longest));
    }
}
