using System.Runtime.CompilerServices;
using MemKD.Runtime.Integer;

namespace MemKD.Runtime.Streaming;

/// <summary>
/// One channel of a stream: its latest values and its scaling. Running and forgetting: mean and sum of squares with weights
/// (West 1979, after Welford 1962): W ← wW + 1, mean ← mean + (x − mean)/W, S ← wS + (x − mean before)(x − mean after),
/// deviation = √(S/W); w = 1 is running.
/// </summary>
internal struct StreamChannel
{
    private readonly bool learns;
    private readonly bool isExported; // scaled as exported C does it
    private readonly double keep;
    private readonly double inverseDifferenceScale;
    private double mean;
    private double inverseDeviation; // 0 where the deviation is 0
    private double weight;
    private double squares;

    public StreamChannel(StudentModel model, StreamOptions options, int channel, bool isExported)
    {
        this.isExported = isExported;
        learns = options.Scaling != StreamScaling.AsTrained;
        keep = options.Scaling == StreamScaling.Forgetting ? Math.Pow(2, -1 / options.HalfLife) : 1;
        inverseDeviation = 1;
        if (model.Scaling == SampleScaling.TrainChannel)
        {
            mean = model.ChannelMeans[channel];
            inverseDeviation = Inverse(model.ChannelDeviations[channel]);
        }

        inverseDifferenceScale = Inverse(model.DifferenceScales?[channel] ?? 0);
        Reset();
    }

    /// <summary>Latest known value; NaN before the first.</summary>
    public float Known { get; private set; }

    /// <summary><see cref="Known"/> as it was one sample earlier.</summary>
    public float Before { get; private set; }

    /// <summary>Latest time point before scaling; NaN before the first.</summary>
    public float Point { get; private set; }

    /// <summary>Takes a value of the stream; one that is not finite leaves the known one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(float value)
    {
        Before = Known;
        if (float.IsFinite(value))
        {
            Known = value;
            if (learns)
            {
                Learn(value);
            }
        }
    }

    /// <summary>Makes a value the latest time point.</summary>
    /// <param name="value">In the stream's units; NaN when nothing is known yet.</param>
    /// <param name="difference">Its scaled difference to the point before; 0 when there is none.</param>
    /// <returns>The scaled value.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float MakePoint(float value, out float difference)
    {
        var scaled = Scale(value);
        // The point before is scaled again, by today's values: two scalings apart would be no difference.
        var change = ((double)scaled - Scale(Point)) * inverseDifferenceScale;
        difference = float.IsNaN(Point) ? 0 : (float)change;
        Point = value;
        return float.IsNaN(value) ? 0 : scaled;
    }

    /// <summary>Forgets the stream.</summary>
    public void Reset()
    {
        Known = Before = Point = float.NaN;
        if (learns)
        {
            mean = inverseDeviation = weight = squares = 0;
        }
    }

    public readonly void Write(BinaryWriter writer)
    {
        writer.Write(Known);
        writer.Write(Point);
        if (learns)
        {
            writer.Write(mean);
            writer.Write(weight);
            writer.Write(squares);
        }
    }

    public bool Read(BinaryReader reader)
    {
        Known = reader.ReadSingle();
        Point = reader.ReadSingle();
        if (learns)
        {
            mean = reader.ReadDouble();
            weight = reader.ReadDouble();
            squares = reader.ReadDouble();
            inverseDeviation = Inverse(Math.Sqrt(squares / weight));
        }

        return !float.IsInfinity(Known)
            && !float.IsInfinity(Point)
            && double.IsFinite(mean)
            && double.IsFinite(inverseDeviation)
            && weight >= 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Scale(float value) =>
        isExported
            ? ExportedScaling.Norm(value, (float)mean, (float)inverseDeviation)
            : (float)((value - mean) * inverseDeviation);

    private void Learn(double value)
    {
        weight = (keep * weight) + 1;
        var before = value - mean;
        mean += before / weight;
        squares = (keep * squares) + (before * (value - mean));
        inverseDeviation = squares > 0 ? Math.Sqrt(weight / squares) : 0;
    }

    /// <summary>0 for 0 and for the 0/0 of no values.</summary>
    private static double Inverse(double value) => value > 0 ? 1 / value : 0;
}
