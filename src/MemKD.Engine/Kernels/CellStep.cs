namespace MemKD.Engine.Kernels;

/// <summary>
/// Pointers of one time step of one cell on one panel. What each cell keeps in <see cref="Gates"/> stands at the head of
/// its file; the LSTM alone has cell states.
/// </summary>
internal readonly unsafe struct CellStep
{
    /// <summary>Hidden units H.</summary>
    internal int Hidden { get; init; }

    /// <summary>This step's time, compared with <see cref="Lengths"/>.</summary>
    internal float Time { get; init; }

    /// <summary>Length of each lane's case as float [16], or null when all are full.</summary>
    internal float* Lengths { get; init; }

    /// <summary>
    /// [rows][16], rows 4H (LSTM: i, f, g, o; GRU: r, z, n, m) or H (RNN). Forward: pre-activations in (GRU: the input part
    /// of n, and m), activated gates out. Backward: those in, gradients of the pre-activations out.
    /// </summary>
    internal float* Gates { get; init; }

    /// <summary>h of the step before [H][16].</summary>
    internal float* PreviousHidden { get; init; }

    /// <summary>LSTM: c of the step before [H][16].</summary>
    internal float* PreviousCell { get; init; }

    /// <summary>LSTM: c of this step [H][16]: forward out, backward in.</summary>
    internal float* Cell { get; init; }

    /// <summary>h of this step [H][16]: forward out.</summary>
    internal float* Output { get; init; }

    /// <summary>Backward: gradient of the loss with respect to h of this step, but for the steps after it [H][16].</summary>
    internal float* OutputGradient { get; init; }

    /// <summary>LSTM, backward: dc, in from the step after, out for the step before [H][16].</summary>
    internal float* CellGradient { get; init; }

    /// <summary>Backward: in, what the step after adds to that gradient; out, what reaches the step before past the matrix products [H][16].</summary>
    internal float* Carry { get; init; }
}
