using MemKD.Engine.Memory;

namespace MemKD.Engine.Kernels;

/// <summary>
/// Weights and biases of a GRU in the order in which <c>GruGates</c> of <see cref="VectorKernels"/> reads them: groups of 4
/// units, each with 16 biases (4 of r, z, n and m), the input's weights [d][r r r r z z z z n n n n], and the state's
/// [k][r r r r z z z z m m m m]; units beyond the last are zero.
/// </summary>
internal sealed unsafe class PackedGru
{
    /// <summary>Units of a group.</summary>
    internal const int Units = 4;

    /// <summary>Biases of a group.</summary>
    internal const int Biases = 4 * Units;

    /// <summary>Weights of a group for one input or unit of the state.</summary>
    internal const int Rows = 3 * Units;

    private readonly AlignedBuffer buffer;

    internal PackedGru(int inputs, int hidden)
    {
        Inputs = inputs;
        Hidden = hidden;
        GroupLength = Biases + (Rows * (inputs + hidden));
        buffer = new AlignedBuffer(Panel.PadRows(hidden) / Units * GroupLength);
    }

    /// <summary>Inputs D.</summary>
    internal int Inputs { get; }

    /// <summary>Hidden units H.</summary>
    internal int Hidden { get; }

    /// <summary>Floats of a group.</summary>
    internal int GroupLength { get; }

    internal float* Pointer => buffer.Pointer;

    /// <summary>Packs weights [3H, D] and [3H, H] and biases [3H], rows r, z, n.</summary>
    internal void Pack(
        ReadOnlySpan<float> weightIh,
        ReadOnlySpan<float> weightHh,
        ReadOnlySpan<float> biasIh,
        ReadOnlySpan<float> biasHh
    )
    {
        fixed (
            float* ih = weightIh,
                hh = weightHh
        )
        {
            var group = Pointer;
            for (var unit = 0; unit < Hidden; unit += Units, group += GroupLength)
            {
                for (var gate = 0; gate < 3; gate++)
                {
                    var row = (gate * Hidden) + unit;
                    var input = group + Biases + (gate * Units);
                    PackedMatrix.PackRows(ih + (row * Inputs), Hidden - unit, Inputs, input, Rows);
                    PackedMatrix.PackRows(hh + (row * Hidden), Hidden - unit, Hidden, input + (Rows * Inputs), Rows);
                    for (var u = 0; u < Math.Min(Units, Hidden - unit); u++)
                    {
                        var (x, h) = (biasIh[row + u], biasHh[row + u]);
                        group[(gate * Units) + u] = gate < 2 ? x + h : x;
                        group[(3 * Units) + u] = h; // m has n's, which comes last
                    }
                }
            }
        }
    }
}
