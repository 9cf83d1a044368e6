using System.Numerics;

namespace MemKD.Engine.Kernels;

// One step of the plain tanh RNN, after the matrix products.
// Source    Elman 1990; layout of torch.nn.RNN (nonlinearity tanh).
// Forward   h = tanh(a)
// Backward  da = dh·(1 − h²)
// Ends      As in LstmCell: an ended case copies h, has da = 0, and passes dh on.

/// <summary>Pointers of one RNN step on one panel.</summary>
internal readonly unsafe struct RnnStep
{
    /// <summary>Hidden units.</summary>
    internal int Hidden { get; init; }

    /// <summary>This step's time, compared with <see cref="Lengths"/>.</summary>
    internal float Time { get; init; }

    /// <summary>Length of each lane's case as float [16], or null when all are full.</summary>
    internal float* Lengths { get; init; }

    /// <summary>[H][16]. Forward: pre-activation in, tanh out. Backward: tanh in, da out.</summary>
    internal float* Gates { get; init; }

    /// <summary>h of the step before [H][16]; only read where a case has ended.</summary>
    internal float* PreviousHidden { get; init; }

    /// <summary>h of this step [H][16]: forward out.</summary>
    internal float* Output { get; init; }

    /// <summary>Backward: gradient with respect to h of this step, all sources added [H][16].</summary>
    internal float* HiddenGradient { get; init; }

    /// <summary>Backward: the part of dh that reaches the step before past the cell [H][16].</summary>
    internal float* PassedGradient { get; init; }
}

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
