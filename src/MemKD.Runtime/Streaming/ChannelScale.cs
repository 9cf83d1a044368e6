namespace MemKD.Runtime.Streaming;

/// <summary>
/// Scaling of one channel. Running and forgetting: mean and sum of squares with weights (West 1979, after Welford 1962):
/// W ← wW + 1, mean ← mean + (x − mean)/W, S ← wS + (x − mean before)(x − mean after), deviation = √(S/W); w = 1 is running.
/// </summary>
internal struct ChannelScale
{
    private readonly SampleScaling kind;
    private readonly double keep;
    private double mean;
    private double deviation;
    private double weight;
    private double squares;

    public ChannelScale(StudentModel model, StreamOptions options, int channel)
    {
        kind = model.Scaling;
        keep = options.Scaling == StreamScaling.Forgetting ? Math.Pow(2, -1 / options.HalfLife) : 1;
        if (kind == SampleScaling.TrainChannel)
        {
            mean = model.ChannelMeans[channel];
            deviation = model.ChannelDeviations[channel];
        }
    }

    /// <summary>Takes a known value into the running statistics.</summary>
    public void Learn(float value)
    {
        if (kind != SampleScaling.Series)
        {
            return;
        }

        weight = (keep * weight) + 1;
        var before = value - mean;
        mean += before / weight;
        squares = (keep * squares) + (before * (value - mean));
        deviation = Math.Sqrt(squares / weight);
    }

    /// <summary>A value as the network sees it; 0 where the deviation is 0.</summary>
    public readonly float Apply(float value) =>
        kind == SampleScaling.Raw ? value
        : deviation == 0 ? 0
        : (float)((value - mean) / deviation);

    /// <summary>Forgets the running statistics.</summary>
    public void Reset()
    {
        if (kind == SampleScaling.Series)
        {
            mean = deviation = weight = squares = 0;
        }
    }

    public readonly void Write(BinaryWriter writer)
    {
        if (kind == SampleScaling.Series)
        {
            writer.Write(mean);
            writer.Write(weight);
            writer.Write(squares);
        }
    }

    public bool Read(BinaryReader reader)
    {
        if (kind == SampleScaling.Series)
        {
            mean = reader.ReadDouble();
            weight = reader.ReadDouble();
            squares = reader.ReadDouble();
            deviation = weight > 0 ? Math.Sqrt(squares / weight) : 0;
        }

        return double.IsFinite(mean) && double.IsFinite(deviation) && weight >= 0;
    }
}
