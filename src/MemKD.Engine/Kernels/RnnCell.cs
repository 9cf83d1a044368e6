using System.Numerics;

namespace MemKD.Engine.Kernels;

// One step of the plain tanh RNN, after the matrix products.
// Source    Elman 1990; layout of torch.nn.RNN (nonlinearity tanh).
// Forward   h = tanh(a)
// Backward  da = dh·(1 − h²)
// Ends      As in LstmCell: an ended case copies h, has da = 0, and passes dh on.

/// <summary>The plain RNN cell, slow: the truth that the vector kernels are tested against.</summary>
internal static class RnnCell
{
    /// <summary>One step for one case: the pre-activations become h.</summary>
    internal static void Forward<T>(Span<T> gates, Span<T> hidden)
        where T : IFloatingPointIeee754<T>
    {
        for (var u = 0; u < hidden.Length; u++)
        {
            hidden[u] = gates[u] = T.Tanh(gates[u]);
        }
    }

    /// <summary>Gradient of <see cref="Forward"/>: gates (tanh) become da.</summary>
    internal static void Backward<T>(Span<T> gates, ReadOnlySpan<T> dHidden)
        where T : IFloatingPointIeee754<T>
    {
        for (var u = 0; u < dHidden.Length; u++)
        {
            gates[u] = dHidden[u] * (T.One - (gates[u] * gates[u]));
        }
    }
}
