namespace MemKD.Runtime.Streaming;

/// <summary>How the samples of a stream are scaled.</summary>
public enum StreamScaling
{
    /// <summary>As in training: by the stored values of the training channels, or not at all.</summary>
    AsTrained,

    /// <summary>
    /// By mean and deviation of the samples since the last reset. An approximation for models trained on series that were
    /// normalised whole: it gives what training gave only at the end of a series, and is unsteady over the first samples.
    /// </summary>
    Running,

    /// <summary>As <see cref="Running"/>, with weights that halve every <see cref="StreamOptions.HalfLife"/> samples.</summary>
    Forgetting,
}

/// <summary>What stands in for missing values. Interpolation, as in training, would need the next sample and is not offered.</summary>
public enum GapPolicy
{
    /// <summary>The channel's latest known value; before the first one, the value that the network sees as 0.</summary>
    Hold,

    /// <summary>Nothing: a sample with a missing value is passed over, as if it had not been taken.</summary>
    Skip,
}

/// <summary>Choices for one stream that the model does not make.</summary>
public sealed record StreamOptions
{
    /// <summary>Scaling; anything but <see cref="StreamScaling.AsTrained"/> is for models with <see cref="SampleScaling.Series"/> alone.</summary>
    public StreamScaling Scaling { get; init; } = StreamScaling.AsTrained;

    /// <summary>Samples after which a value counts half under <see cref="StreamScaling.Forgetting"/>; above 0.</summary>
    public double HalfLife { get; init; } = 1000;

    /// <summary>What stands in for missing values.</summary>
    public GapPolicy Gaps { get; init; } = GapPolicy.Hold;

    /// <summary>So many samples in a row without any known value reset the stream, which then waits for a known one; null: never.</summary>
    public int? ResetAfterGap { get; init; }

    /// <summary>
    /// Samples of the stream for one time point of the network, at least 1: training series longer than
    /// <see cref="StudentModel.MaxLength"/> M were resampled to it, so a stream at the rate of series of L samples needs
    /// (L − 1) / (M − 1). Values between two samples lie on a straight line, as in training.
    /// </summary>
    public double SamplesPerPoint { get; init; } = 1;

    internal void Check(StudentModel model, bool isExported)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ResetAfterGap ?? 1, 1, nameof(ResetAfterGap));
        ArgumentOutOfRangeException.ThrowIfLessThan(SamplesPerPoint, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SamplesPerPoint, int.MaxValue);
        if (Scaling == StreamScaling.Forgetting)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(HalfLife);
        }

        if (isExported && (model.Scaling == SampleScaling.Series || Scaling != StreamScaling.AsTrained))
        {
            throw new InputException(
                "integer students scale samples by stored values alone, as exported C does; classify windows, or train with --normalise train-channel-z."
            );
        }

        if (model.Scaling == SampleScaling.Series && Scaling == StreamScaling.AsTrained)
        {
            throw new InputException(
                "the model was trained on series normalised whole (series-z), which a stream cannot be; classify windows, choose running or forgetting scaling as an approximation, or train with --normalise train-channel-z."
            );
        }

        if (model.Scaling != SampleScaling.Series && Scaling != StreamScaling.AsTrained)
        {
            throw new InputException(
                "the model has its scaling from training; running and forgetting scaling are for models trained on series-z."
            );
        }
    }
}
