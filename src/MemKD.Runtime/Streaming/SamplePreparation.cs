using System.Runtime.CompilerServices;

namespace MemKD.Runtime.Streaming;

/// <summary>
/// Makes the samples of a stream into the network's input, in the order of training's preparation: gaps, time points,
/// scaling, differences (not for exported students, which make them). What it remembers grows with nothing.
/// </summary>
internal sealed class SamplePreparation
{
    private readonly bool skips;
    private readonly bool differences;
    private readonly double samplesPerPoint;
    private readonly StreamChannel[] channels;
    private readonly float[] input;
    private long samples;
    private long points;

    public SamplePreparation(StudentModel model, StreamOptions options, bool isExported = false)
    {
        skips = options.Gaps == GapPolicy.Skip;
        differences = model.DifferenceScales is not null && !isExported;
        samplesPerPoint = options.SamplesPerPoint;
        channels = new StreamChannel[model.ChannelCount];
        for (var c = 0; c < channels.Length; c++)
        {
            channels[c] = new StreamChannel(model, options, c, isExported);
        }

        input = new float[isExported ? model.ChannelCount : model.InputSize];
    }

    /// <summary>The latest time point as the network takes it, [D]; of exported students [C].</summary>
    public ReadOnlySpan<float> Input => input;

    /// <summary>Takes a sample.</summary>
    /// <returns>Whether <see cref="Input"/> is a new time point.</returns>
    public bool Take(ReadOnlySpan<float> sample)
    {
        if (skips && HasMissing(sample))
        {
            return false;
        }

        for (var c = 0; c < channels.Length; c++)
        {
            channels[c].Take(sample[c]);
        }

        return samplesPerPoint > 1 ? MakePointBetween(samples++) : MakePoint(1);
    }

    /// <summary>Forgets the stream.</summary>
    public void Reset()
    {
        foreach (ref var channel in channels.AsSpan())
        {
            channel.Reset();
        }

        samples = points = 0;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(samples);
        writer.Write(points);
        foreach (ref var channel in channels.AsSpan())
        {
            channel.Write(writer);
        }
    }

    public bool Read(BinaryReader reader)
    {
        samples = reader.ReadInt64();
        points = reader.ReadInt64();
        var good = samples >= 0 && points >= 0 && points <= samples;
        foreach (ref var channel in channels.AsSpan())
        {
            good &= channel.Read(reader);
        }

        return good;
    }

    private static bool HasMissing(ReadOnlySpan<float> sample)
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

    /// <summary>A time point at, or on the line before, the latest sample; with fewer points than samples, often none.</summary>
    private bool MakePointBetween(long sample)
    {
        // The last point of a series falls on its last sample but for rounding.
        const double Rounding = 1e-6;
        var position = points * samplesPerPoint;
        if (position > sample + Rounding)
        {
            return false;
        }

        points++;
        return MakePoint(Math.Min(1, position - (sample - 1)));
    }

    /// <summary>The point at a share of the way from the sample before to the latest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MakePoint(double share)
    {
        for (var c = 0; c < channels.Length; c++)
        {
            ref var channel = ref channels[c];
            var value = channel.Known;
            if (share < 1 && !float.IsNaN(channel.Before))
            {
                value = (float)(channel.Before + (((double)value - channel.Before) * share));
            }

            input[c] = channel.MakePoint(value, out var difference);
            if (differences)
            {
                input[channels.Length + c] = difference;
            }
        }

        return true;
    }
}
