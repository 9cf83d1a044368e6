namespace MemKD.Runtime.Integer;

/// <summary>What an <see cref="IntegerStudent"/> remembers of one stream; the caller's, one a stream. New: as after a reset.</summary>
public sealed class IntegerState
{
    /// <summary>State for a student.</summary>
    public IntegerState(IntegerStudent student)
    {
        var states = student.LayerCount * student.HiddenSize;
        Cell = student.Cell == Runtime.Cell.Lstm ? new int[states] : [];
        Hidden = new short[states];
        Sums = student.Pooling == StatePooling.Mean ? new int[student.HiddenSize] : [];
        Previous = student.DifferenceMultipliers.Count > 0 ? new short[student.ChannelCount] : [];
        Inputs = new short[
            student.HiddenSize + Math.Max(student.InputSize, student.LayerCount > 1 ? student.HiddenSize : 0)
        ];
        Logits = new int[student.ClassCount];
    }

    /// <summary>LSTM's cells, Q11.20, [L·H], first layer to last; else empty.</summary>
    internal int[] Cell { get; }

    /// <summary>Hidden state, Q0.15, [L·H].</summary>
    internal short[] Hidden { get; }

    /// <summary>Mean pooling: sums of the last layer's hidden states, Q16.15, [H]; else empty.</summary>
    internal int[] Sums { get; }

    /// <summary>Differences: the sample before, Q4.12, [C]; else empty.</summary>
    internal short[] Previous { get; }

    /// <summary>What a layer's weights are multiplied with in this step: its old hidden state, then its inputs. Not kept between steps.</summary>
    internal short[] Inputs { get; }

    /// <summary>Room for the linear layer's outputs, [K]. Not kept.</summary>
    internal int[] Logits { get; }

    /// <summary>
    /// Samples since the reset. With mean pooling 65,536 becomes 32,768 and the sums are halved with it; else it stays
    /// at 1 (only whether there was a sample counts).
    /// </summary>
    internal int Count { get; set; }

    /// <summary>Forgets everything: the next sample is a stream's first.</summary>
    public void Reset()
    {
        Array.Clear(Cell);
        Array.Clear(Hidden);
        Array.Clear(Sums);
        Array.Clear(Previous);
        Count = 0;
    }

    /// <summary>Writes what is remembered.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        Array.ForEach(Cell, writer.Write);
        Array.ForEach(Hidden, writer.Write);
        Array.ForEach(Sums, writer.Write);
        Array.ForEach(Previous, writer.Write);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <returns>Whether steps can lead there as far as no sum may leave 32 bits from there.</returns>
    internal bool Read(BinaryReader reader)
    {
        Count = reader.ReadInt32();
        Fill(Cell, reader.ReadInt32);
        Fill(Hidden, reader.ReadInt16);
        Fill(Sums, reader.ReadInt32);
        Fill(Previous, reader.ReadInt16);
        return Count >= 0
            && Count < (Sums.Length > 0 ? IntegerStudent.MostCount : 2)
            && Array.TrueForAll(Cell, c => c is >= -IntegerStudent.MostCell and < IntegerStudent.MostCell)
            && Array.TrueForAll(Sums, sum => Math.Abs((long)sum) <= 32768L * Count);
    }

    private static void Fill<T>(T[] values, Func<T> next)
    {
        foreach (ref var value in values.AsSpan())
        {
            value = next();
        }
    }
}
