using MemKD.Runtime.Integer;

namespace MemKD.Runtime.Streaming;

/// <summary>
/// Makes a whole window into the network's input exactly as training's preparation makes a series: gaps on straight lines,
/// the ends with the nearest value; longer windows to <see cref="StudentModel.MaxLength"/> points, ends kept; scaling;
/// differences. A channel without any known value is 0. For exported students scaling is that of the C code, and
/// differences are theirs.
/// </summary>
internal sealed class WindowPreparation(StudentModel model, int longest, bool isExported)
{
    private readonly float[] raw = new float[longest];
    private readonly float[] prepared = new float[
        Inputs(model, isExported) * Math.Min(longest, model.MaxLength ?? longest)
    ];
    private readonly float[] input = new float[Inputs(model, isExported)];

    /// <summary>Time points of the prepared window.</summary>
    public int Length { get; private set; }

    /// <summary>Where a channel's samples go before <see cref="Prepare"/>: NaN and infinities are missing.</summary>
    public Span<float> Raw(int length) => raw.AsSpan(0, length);

    /// <summary>Says how many samples the window has; then channels are prepared one by one.</summary>
    public void Begin(int length) => Length = Math.Min(length, model.MaxLength ?? length);

    /// <summary>Prepares a channel from the <paramref name="length"/> samples in <see cref="Raw"/>.</summary>
    public void Prepare(int channel, int length)
    {
        var target = prepared.AsSpan(channel * Length, Length);
        var known = Interpolation.FillGaps(Raw(length));
        if (known && isExported && model.Scaling == SampleScaling.Series)
        {
            ExportedScaling.Window(Raw(length), target);
        }
        else if (known)
        {
            Interpolation.ToLength(Raw(length), target);
            Scale(target, channel);
        }
        else
        {
            target.Clear();
        }

        if (model.DifferenceScales is { } scales && !isExported)
        {
            Differences(target, scales[channel], prepared.AsSpan((model.ChannelCount + channel) * Length, Length));
        }
    }

    /// <summary>A time point as the network sees it, [D].</summary>
    public ReadOnlySpan<float> Input(int time)
    {
        for (var d = 0; d < input.Length; d++)
        {
            input[d] = prepared[(d * Length) + time];
        }

        return input;
    }

    private static int Inputs(StudentModel model, bool isExported) => isExported ? model.ChannelCount : model.InputSize;

    private void Scale(Span<float> values, int channel)
    {
        if (model.Scaling == SampleScaling.Raw)
        {
            return;
        }

        var (mean, deviation) =
            model.Scaling == SampleScaling.Series
                ? Moments.Of(values)
                : (model.ChannelMeans[channel], model.ChannelDeviations[channel]);
        foreach (ref var value in values)
        {
            value =
                deviation == 0 ? 0
                : isExported ? ExportedScaling.Norm(value, (float)mean, (float)(1 / deviation))
                : (float)((value - mean) / deviation);
        }
    }

    private static void Differences(ReadOnlySpan<float> values, double scale, Span<float> target)
    {
        target[0] = 0;
        for (var t = 1; t < target.Length; t++)
        {
            target[t] = scale == 0 ? 0 : (float)(((double)values[t] - values[t - 1]) / scale);
        }
    }
}
