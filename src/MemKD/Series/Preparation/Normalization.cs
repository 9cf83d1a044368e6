using System.Text.Json.Serialization;

namespace MemKD.Series;

/// <summary>
/// How values are scaled. It is part of every result, because published numbers differ by it: texts <c>raw</c>,
/// <c>series-z</c>, <c>train-channel-z</c>, and <c>auto</c> as a choice to be made at fitting.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Normalization>))]
public enum Normalization
{
    /// <summary>Chosen when fitted: <see cref="SeriesZ"/> for one channel, <see cref="TrainChannelZ"/> for several.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>Values as they are.</summary>
    [JsonStringEnumMemberName("raw")]
    Raw,

    /// <summary>
    /// Each channel of each series to mean 0 and population standard deviation 1; a constant channel becomes zeros.
    /// Needs the whole series, so it cannot be used on a stream.
    /// </summary>
    [JsonStringEnumMemberName("series-z")]
    SeriesZ,

    /// <summary>
    /// Each channel by the mean and population standard deviation of all its TRAIN values; a channel that is constant
    /// in TRAIN becomes zeros.
    /// </summary>
    [JsonStringEnumMemberName("train-channel-z")]
    TrainChannelZ,
}

/// <summary>The texts of <see cref="Normalization"/>, as in files and on the command line.</summary>
public static class NormalizationText
{
    /// <summary>The text of a value, for example <c>series-z</c>.</summary>
    public static string ToText(this Normalization normalization) =>
        normalization switch
        {
            Normalization.Auto => "auto",
            Normalization.Raw => "raw",
            Normalization.SeriesZ => "series-z",
            Normalization.TrainChannelZ => "train-channel-z",
            _ => throw new ArgumentOutOfRangeException(nameof(normalization), normalization, null),
        };

    /// <summary>The value of a text, case ignored.</summary>
    /// <exception cref="InputException">No such text.</exception>
    public static Normalization Parse(string text) =>
        Enum.GetValues<Normalization>()
            .Where(n => string.Equals(n.ToText(), text, StringComparison.OrdinalIgnoreCase))
            .Select(n => (Normalization?)n)
            .FirstOrDefault()
        ?? throw new InputException(
            $"normalisation '{text}' is not known; use auto, raw, series-z or train-channel-z."
        );
}
