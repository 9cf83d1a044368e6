namespace MemKD.Runtime.Integer;

/// <summary>What an <see cref="IntegerStudent"/> remembers of one stream; the caller's, one a stream. New: as after a reset.</summary>
public sealed class IntegerState
{
    /// <summary>State for a student.</summary>
    public IntegerState(IntegerStudent student)
    {
        Cell = student.Cell == Runtime.Cell.Lstm ? new int[student.HiddenSize] : [];
        Hidden = new short[student.HiddenSize];
        Sums = student.Pooling == StatePooling.Mean ? new int[student.HiddenSize] : [];
        Previous = student.DifferenceMultipliers.Count > 0 ? new short[student.ChannelCount] : [];
        Inputs = new short[student.HiddenSize + student.InputSize];
    }

    /// <summary>LSTM's cells, Q11.20, [H]; else empty.</summary>
    internal int[] Cell { get; }

    /// <summary>Hidden state, Q0.15, [H].</summary>
    internal short[] Hidden { get; }

    /// <summary>Mean pooling: sums of the hidden states, Q16.15, [H]; else empty.</summary>
    internal int[] Sums { get; }

    /// <summary>Differences: the sample before, Q4.12, [C]; else empty.</summary>
    internal short[] Previous { get; }

    /// <summary>What the weights are multiplied with in this step: old hidden state, then inputs. Not kept between steps.</summary>
    internal short[] Inputs { get; }

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
}
