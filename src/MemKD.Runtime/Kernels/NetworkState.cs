using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MemKD.Runtime.Kernels;

/// <summary>
/// What a network remembers of one stream: hidden states (and cell states) of each layer, and where the linear layer
/// sees a mean, the sum of the last layer's hidden states.
/// </summary>
internal sealed class NetworkState
{
    /// <summary>States that a mean is exact over; from then on sum and count are halved each time they get there.</summary>
    public const int MeanLimit = 65_536;

    private readonly StepNetwork network;
    private readonly int padded;
    private readonly float[] hidden; // [2][layer][padded]: the states before and after the latest step take turns
    private readonly float[] cell; // [layer][padded]
    private readonly double[] sums; // [padded]
    private int now;

    public NetworkState(StepNetwork network)
    {
        this.network = network;
        padded = (network.HiddenSize + PackedLayer.Lanes - 1) / PackedLayer.Lanes * PackedLayer.Lanes;
        hidden = new float[2 * network.LayerCount * padded];
        cell = new float[network.HasCellState ? network.LayerCount * padded : 0];
        sums = new double[network.IsMean ? padded : 0];
    }

    /// <summary>States in <see cref="Sums"/>.</summary>
    public int MeanCount { get; private set; }

    /// <summary>Sum of the last layer's hidden states, [H] or more; empty where no mean is taken.</summary>
    public ReadOnlySpan<double> Sums => sums;

    /// <summary>Hidden state of a layer, [padded]; during a step, the one being written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<float> Hidden(int layer) => hidden.AsSpan((now + layer) * padded, padded);

    /// <summary>During a step: the hidden state of a layer before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<float> HiddenBefore(int layer) =>
        hidden.AsSpan((network.LayerCount - now + layer) * padded, padded);

    /// <summary>Cell state of a layer, [padded].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<float> Cell(int layer) => cell.AsSpan(layer * padded, padded);

    /// <summary>Begins a step.</summary>
    public void Flip() => now = network.LayerCount - now;

    /// <summary>Ends a step.</summary>
    public void Count(bool mean)
    {
        if (!mean)
        {
            return;
        }

        var last = (nuint)((now + network.LayerCount - 1) * padded);
        ref var from = ref MemoryMarshal.GetArrayDataReference(hidden);
        ref var to = ref MemoryMarshal.GetArrayDataReference(sums);
        for (nuint u = 0; u < (nuint)sums.Length; u += (nuint)Vector<float>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, last + u), out var low, out var high);
            var next = u + (nuint)Vector<double>.Count;
            Vector.StoreUnsafe(Vector.LoadUnsafe(ref to, u) + low, ref to, u);
            Vector.StoreUnsafe(Vector.LoadUnsafe(ref to, next) + high, ref to, next);
        }

        if (++MeanCount == MeanLimit)
        {
            MeanCount /= 2;
            foreach (ref var sum in sums.AsSpan())
            {
                sum /= 2;
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        hidden.AsSpan().Clear();
        cell.AsSpan().Clear();
        sums.AsSpan().Clear();
        MeanCount = 0;
        now = 0;
    }

    /// <summary>Writes the state, independent of this machine's vectors.</summary>
    public void Write(BinaryWriter writer)
    {
        for (var l = 0; l < network.LayerCount; l++)
        {
            Write(writer, Hidden(l));
            if (network.HasCellState)
            {
                Write(writer, Cell(l));
            }
        }

        if (network.IsMean)
        {
            writer.Write(MeanCount);
            foreach (var sum in sums.AsSpan(0, network.HiddenSize))
            {
                writer.Write(sum);
            }
        }
    }

    /// <summary>Reads what <see cref="Write(BinaryWriter)"/> wrote.</summary>
    /// <returns>Whether it can be: every number finite, the count within its limit.</returns>
    public bool Read(BinaryReader reader)
    {
        Reset();
        var good = true;
        for (var l = 0; l < network.LayerCount; l++)
        {
            good &= Read(reader, Hidden(l));
            good &= !network.HasCellState || Read(reader, Cell(l));
        }

        if (network.IsMean)
        {
            MeanCount = reader.ReadInt32();
            good &= MeanCount is >= 0 and < MeanLimit;
            foreach (ref var sum in sums.AsSpan(0, network.HiddenSize))
            {
                sum = reader.ReadDouble();
                good &= double.IsFinite(sum);
            }
        }

        return good;
    }

    private void Write(BinaryWriter writer, ReadOnlySpan<float> values)
    {
        foreach (var value in values[..network.HiddenSize])
        {
            writer.Write(value);
        }
    }

    private bool Read(BinaryReader reader, Span<float> values)
    {
        var good = true;
        foreach (ref var value in values[..network.HiddenSize])
        {
            value = reader.ReadSingle();
            good &= float.IsFinite(value);
        }

        return good;
    }
}
