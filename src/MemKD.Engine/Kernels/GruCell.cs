using System.Numerics;

namespace MemKD.Engine.Kernels;

// One GRU time step, after the matrix products.
// Source    Cho et al. 2014 in the form of torch.nn.GRU (reset gate after the recurrent product), gates r,z,n.
// Sizes     H hidden units; every row is 16 lanes (cases). Rows of the gate buffer: r, z, n, m.
// Forward   r,z = sigmoid(a);  m = W_hn h' + b_hn;  n = tanh(a_n + r·m);  h = n + z·(h' − n)
// Backward  da_n = dh·(1−z)·(1−n²);  da_z = dh·(h'−n)·z(1−z);  da_r = da_n·m·r(1−r);  dm = da_n·r;  dh' gets dh·z
// Ends      As in LstmCell: an ended case copies h, has da = dm = 0, and passes dh on.

/// <summary>Pointers of one GRU step on one panel.</summary>
internal readonly unsafe struct GruStep
{
    /// <summary>Hidden units.</summary>
    internal int Hidden { get; init; }

    /// <summary>This step's time, compared with <see cref="Lengths"/>.</summary>
    internal float Time { get; init; }

    /// <summary>Length of each lane's case as float [16], or null when all are full.</summary>
    internal float* Lengths { get; init; }

    /// <summary>
    /// [4H][16]. Forward: pre-activations of r, z, the input part of n, and m; out r, z, n, m. Backward: those in,
    /// da_r, da_z, da_n, dm out.
    /// </summary>
    internal float* Gates { get; init; }

    /// <summary>h of the step before [H][16].</summary>
    internal float* PreviousHidden { get; init; }

    /// <summary>h of this step [H][16]: forward out.</summary>
    internal float* Output { get; init; }

    /// <summary>Backward: gradient with respect to h of this step, all sources added [H][16].</summary>
    internal float* HiddenGradient { get; init; }

    /// <summary>Backward: the part of dh that reaches the step before past the gates [H][16].</summary>
    internal float* PassedGradient { get; init; }
}

/// <summary>The GRU cell, slow and plain: the truth that the vector kernels are tested against.</summary>
internal static class GruCell
{
    /// <summary>One step for one case. Gates [4H] hold pre-activations r, z, n and m; r, z, n are activated in place.</summary>
    internal static void Forward<T>(Span<T> gates, ReadOnlySpan<T> previousHidden, Span<T> hidden)
        where T : IFloatingPointIeee754<T>
    {
        var h = hidden.Length;
        for (var u = 0; u < h; u++)
        {
            var r = gates[u] = LstmCell.Sigmoid(gates[u]);
            var z = gates[h + u] = LstmCell.Sigmoid(gates[h + u]);
            var n = gates[(2 * h) + u] = T.Tanh(gates[(2 * h) + u] + (r * gates[(3 * h) + u]));
            hidden[u] = n + (z * (previousHidden[u] - n));
        }
    }

    /// <summary>Gradient of <see cref="Forward"/>: gates become da_r, da_z, da_n, dm; passed gets dh·z.</summary>
    internal static void Backward<T>(
        Span<T> gates,
        ReadOnlySpan<T> previousHidden,
        ReadOnlySpan<T> dHidden,
        Span<T> passed
    )
        where T : IFloatingPointIeee754<T>
    {
        var h = passed.Length;
        for (var u = 0; u < h; u++)
        {
            var (r, z) = (gates[u], gates[h + u]);
            var (n, m) = (gates[(2 * h) + u], gates[(3 * h) + u]);
            var dn = dHidden[u] * (T.One - z) * (T.One - (n * n));
            gates[u] = dn * m * r * (T.One - r);
            gates[h + u] = dHidden[u] * (previousHidden[u] - n) * z * (T.One - z);
            gates[(2 * h) + u] = dn;
            gates[(3 * h) + u] = dn * r;
            passed[u] = dHidden[u] * z;
        }
    }
}
