namespace MemKD.Runtime.Streaming;

/// <summary>
/// Makes the samples of a stream into the network's input, in the order of training's preparation: gaps, time points,
/// scaling, differences. What it remembers grows with nothing.
/// </summary>
internal sealed class SamplePreparation
{
    private readonly StreamOptions options;
    private readonly IReadOnlyList<double>? differenceScales;
    private readonly ChannelScale[] scales;
    private readonly float[] known; // latest known value of each channel, NaN before the first
    private readonly float[] before; // `known` as it was one sample earlier
    private readonly float[] point; // latest time point before scaling
    private readonly float[] input;
    private long samples; // known to the network: without what a skip passed over
    private long points;

    public SamplePreparation(StudentModel model, StreamOptions options)
    {
        this.options = options;
        differenceScales = model.DifferenceScales;
        scales = new ChannelScale[model.ChannelCount];
        for (var c = 0; c < scales.Length; c++)
        {
            scales[c] = new ChannelScale(model, options, c);
        }

        known = new float[scales.Length];
        before = new float[scales.Length];
        point = new float[scales.Length];
        input = new float[model.InputSize];
        Reset();
    }

    /// <summary>The latest time point as the network sees it, [D].</summary>
    public ReadOnlySpan<float> Input => input;

    /// <summary>Takes a sample.</summary>
    /// <returns>Whether <see cref="Input"/> is a new time point.</returns>
    public bool Take(ReadOnlySpan<float> sample)
    {
        if (options.Gaps == GapPolicy.Skip && HasMissing(sample))
        {
            return false;
        }

        for (var c = 0; c < known.Length; c++)
        {
            before[c] = known[c];
            if (float.IsFinite(sample[c]))
            {
                known[c] = sample[c];
                scales[c].Learn(sample[c]);
            }
        }

        return options.SamplesPerPoint == 1 ? Emit(1) : EmitBetween(samples++);
    }

    /// <summary>Whether the sample has a missing value.</summary>
    public static bool HasMissing(ReadOnlySpan<float> sample)
    {
        foreach (var value in sample)
        {
            if (!float.IsFinite(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets the stream.</summary>
    public void Reset()
    {
        foreach (ref var scale in scales.AsSpan())
        {
            scale.Reset();
        }

        known.AsSpan().Fill(float.NaN);
        before.AsSpan().Fill(float.NaN);
        point.AsSpan().Fill(float.NaN);
        samples = points = 0;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(samples);
        writer.Write(points);
        foreach (var scale in scales)
        {
            scale.Write(writer);
        }

        Write(writer, known);
        Write(writer, point);
    }

    public bool Read(BinaryReader reader)
    {
        Reset();
        samples = reader.ReadInt64();
        points = reader.ReadInt64();
        var good = samples >= 0 && points >= 0 && points <= samples + 1;
        foreach (ref var scale in scales.AsSpan())
        {
            good &= scale.Read(reader);
        }

        return good & Read(reader, known) & Read(reader, point);
    }

    private static void Write(BinaryWriter writer, float[] values) => Array.ForEach(values, writer.Write);

    private static bool Read(BinaryReader reader, float[] values)
    {
        foreach (ref var value in values.AsSpan())
        {
            value = reader.ReadSingle();
        }

        return !Array.Exists(values, float.IsInfinity);
    }

    /// <summary>A time point at, or on the line before, the latest sample; with fewer points than samples, often none.</summary>
    private bool EmitBetween(long sample)
    {
        // The last point of a series falls on its last sample but for rounding.
        const double Rounding = 1e-6;
        var position = points * options.SamplesPerPoint;
        if (position > sample + Rounding)
        {
            return false;
        }

        points++;
        return Emit(Math.Min(1, position - (sample - 1)));
    }

    /// <summary>Scales the value at a share of the way from the sample before to the latest, and its difference to the point before.</summary>
    private bool Emit(double share)
    {
        for (var c = 0; c < known.Length; c++)
        {
            var (from, to) = (before[c], known[c]);
            var value = share >= 1 || float.IsNaN(from) ? to : (float)(from + (((double)to - from) * share));
            var scaled = float.IsNaN(value) ? 0 : scales[c].Apply(value);
            if (differenceScales is not null)
            {
                // The point before is scaled again, by today's values: two scalings apart would be no difference.
                var difference = float.IsNaN(point[c]) ? 0 : (double)scaled - scales[c].Apply(point[c]);
                input[known.Length + c] = differenceScales[c] == 0 ? 0 : (float)(difference / differenceScales[c]);
            }

            point[c] = value;
            input[c] = scaled;
        }

        return true;
    }
}
