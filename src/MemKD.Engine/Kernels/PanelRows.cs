namespace MemKD.Engine.Kernels;

/// <summary>Rows of one panel at every step, [step][row][16], among others that lie between.</summary>
/// <param name="first">The first row at the first step.</param>
/// <param name="stride">Floats from one step to the next.</param>
internal readonly unsafe struct PanelRows(float* first, int stride)
{
    /// <summary>The first row at the first step.</summary>
    internal float* First => first;

    /// <summary>Floats from one step to the next.</summary>
    internal int Stride => stride;

    /// <summary>The same rows from a step and a row on.</summary>
    internal PanelRows From(int step, int row = 0) => new(first + ((long)step * stride) + (row * Panel.Lanes), stride);

    /// <summary>The same rows from a lane on.</summary>
    internal PanelRows FromLane(int lane) => new(first + lane, stride);
}
