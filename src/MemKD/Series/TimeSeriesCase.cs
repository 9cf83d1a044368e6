namespace MemKD.Series;

/// <summary>
/// One labelled series: channels × time points, exactly as read. Channels may differ in length (within a case and
/// between cases); a missing value is <see cref="float.NaN"/>. Nothing is padded, cut or filled here:
/// that is the work of <c>Preparation</c>.
/// </summary>
/// <param name="Channels">One array of values a channel, [channel][timepoint].</param>
/// <param name="Label">The class label as it stands in the file, case kept.</param>
public sealed record TimeSeriesCase(float[][] Channels, string Label)
{
    /// <summary>Time points of the longest channel.</summary>
    public int Length => Channels.Length == 0 ? 0 : Channels.Max(c => c.Length);

    /// <summary>Whether any value is missing (NaN).</summary>
    public bool HasMissing => Channels.Any(c => c.Any(float.IsNaN));
}
