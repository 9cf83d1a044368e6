using MemKD.Engine.Kernels;

namespace MemKD.Engine.Layers;

/// <summary>
/// A view of the last layer's hidden states (or of the gradient with respect to them) in the layout of the kernels:
/// 16 cases side by side.
/// </summary>
public readonly unsafe ref struct HiddenStates
{
    private readonly float* first;
    private readonly SequenceBatch batch;
    private readonly int stride;

    internal HiddenStates(float* first, SequenceBatch batch, int size, int stride)
    {
        this.first = first;
        this.batch = batch;
        this.stride = stride;
        Size = size;
    }

    /// <summary>Hidden units H (of both directions).</summary>
    public int Size { get; }

    /// <summary>Cases B.</summary>
    public int CaseCount => batch.Count;

    /// <summary>Time points T of the longest case.</summary>
    public int Length => batch.Length;

    /// <summary>Panels of 16 cases.</summary>
    public int PanelCount => batch.PanelCount;

    /// <summary>Time points of a case.</summary>
    public int LengthOf(int index) => batch.LengthOf(index);

    /// <summary>The states of 16 cases at one time point, [unit][16]; lanes beyond the last case are not meaningful.</summary>
    /// <param name="panel">Cases 16·panel to 16·panel + 15.</param>
    /// <param name="time">Time point 0..T−1.</param>
    public Span<float> At(int panel, int time) =>
        new(first + ((((long)panel * (batch.Length + 2)) + time + 1) * stride), Size * Panel.Lanes);

    /// <summary>Copies one case's states, [timepoint, unit], for its own length.</summary>
    /// <param name="index">The case.</param>
    /// <param name="destination">Length × units floats.</param>
    public void CopyCase(int index, Span<float> destination)
    {
        var length = LengthOf(index);
        for (var t = 0; t < length; t++)
        {
            var from = At(index / Panel.Lanes, t);
            for (var u = 0; u < Size; u++)
            {
                destination[(t * Size) + u] = from[(u * Panel.Lanes) + (index % Panel.Lanes)];
            }
        }
    }

    /// <summary>Adds to one case's states (of a gradient), [timepoint, unit], for its own length.</summary>
    /// <param name="index">The case.</param>
    /// <param name="source">Length × units floats.</param>
    public void AddCase(int index, ReadOnlySpan<float> source)
    {
        var length = LengthOf(index);
        for (var t = 0; t < length; t++)
        {
            var to = At(index / Panel.Lanes, t);
            for (var u = 0; u < Size; u++)
            {
                to[(u * Panel.Lanes) + (index % Panel.Lanes)] += source[(t * Size) + u];
            }
        }
    }
}
