namespace MemKD.Engine.Kernels;

/// <summary>
/// The layout of every activation: a batch is cut into panels of 16 cases that lie in the lanes of a vector.
/// A sequence is [panel][timepoint][row][16]; rows are channels, hidden units or gates, all but channels padded to a multiple of 4.
/// Weights are then broadcast, no value is ever shuffled, and any hidden size runs at full width.
/// </summary>
internal static class Panel
{
    /// <summary>Cases in a panel.</summary>
    internal const int Lanes = 16;

    /// <summary>Rows of a buffer that holds <paramref name="rows"/> rows: matrix kernels write whole groups of 4.</summary>
    internal static int PadRows(int rows) => (rows + 3) & ~3;

    /// <summary>Panels that hold <paramref name="cases"/> cases.</summary>
    internal static int Count(int cases) => (cases + Lanes - 1) / Lanes;
}
