using System.Numerics;

namespace MemKD.Engine.Kernels;

// One LSTM time step, after the matrix products.
// Source    Hochreiter & Schmidhuber 1997, with forget gate (Gers et al. 2000); layout of torch.nn.LSTM, gates i,f,g,o.
// Sizes     H hidden units; every row is 16 lanes (cases).
// Forward   i,f,o = sigmoid(a), g = tanh(a);  c = f·c' + i·g;  h = o·tanh(c)          (c' = c of the step before)
// Backward  dc += dh·o·(1 − tanh²c);  da_i = dc·g·i(1−i);  da_f = dc·c'·f(1−f);  da_g = dc·i·(1−g²);
//           da_o = dh·tanh(c)·o(1−o);  dc' = dc·f
// Saved     gates (activated, over the pre-activations) and c; tanh(c) is recomputed.
// Ends      A case of length n keeps its state from step n on: there (Time ≥ Length) h and c are copied, da = 0 and
//           dh, dc pass to the step before unchanged.

/// <summary>The LSTM cell, slow and plain: the truth that the vector kernels are tested against.</summary>
internal static class LstmCell
{
    /// <summary>One step for one case. Gates [4H] hold pre-activations and are activated in place.</summary>
    internal static void Forward<T>(Span<T> gates, ReadOnlySpan<T> previousCell, Span<T> cell, Span<T> hidden)
        where T : IFloatingPointIeee754<T>
    {
        var h = cell.Length;
        for (var u = 0; u < h; u++)
        {
            var i = gates[u] = Sigmoid(gates[u]);
            var f = gates[h + u] = Sigmoid(gates[h + u]);
            var g = gates[(2 * h) + u] = T.Tanh(gates[(2 * h) + u]);
            var o = gates[(3 * h) + u] = Sigmoid(gates[(3 * h) + u]);
            cell[u] = (f * previousCell[u]) + (i * g);
            hidden[u] = o * T.Tanh(cell[u]);
        }
    }

    /// <summary>Gradient of <see cref="Forward"/>: gates become da; dCell is updated for the step before.</summary>
    internal static void Backward<T>(
        Span<T> gates,
        ReadOnlySpan<T> previousCell,
        ReadOnlySpan<T> cell,
        ReadOnlySpan<T> dHidden,
        Span<T> dCell
    )
        where T : IFloatingPointIeee754<T>
    {
        var h = cell.Length;
        for (var u = 0; u < h; u++)
        {
            var (i, f) = (gates[u], gates[h + u]);
            var (g, o) = (gates[(2 * h) + u], gates[(3 * h) + u]);
            var tanh = T.Tanh(cell[u]);
            var dc = dCell[u] + (dHidden[u] * o * (T.One - (tanh * tanh)));
            gates[u] = dc * g * i * (T.One - i);
            gates[h + u] = dc * previousCell[u] * f * (T.One - f);
            gates[(2 * h) + u] = dc * i * (T.One - (g * g));
            gates[(3 * h) + u] = dHidden[u] * tanh * o * (T.One - o);
            dCell[u] = dc * f;
        }
    }

    internal static T Sigmoid<T>(T x)
        where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));
}
