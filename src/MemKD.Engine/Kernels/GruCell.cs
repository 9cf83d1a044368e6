using System.Numerics;

namespace MemKD.Engine.Kernels;

// One GRU time step, after the matrix products.
// Source    Cho et al. 2014 in the form of torch.nn.GRU (reset gate after the recurrent product), gates r,z,n.
// Sizes     H hidden units; every row is 16 lanes (cases). Rows of the gate buffer: r, z, n, m.
// Forward   r,z = sigmoid(a);  m = W_hn h' + b_hn;  n = tanh(a_n + r·m);  h = n + z·(h' − n)
// Backward  da_n = dh·(1−z)·(1−n²);  da_z = dh·(h'−n)·z(1−z);  da_r = da_n·m·r(1−r);  dm = da_n·r;  dh' gets dh·z
// Ends      As in LstmCell: an ended case copies h, has da = dm = 0, and passes dh on.

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
