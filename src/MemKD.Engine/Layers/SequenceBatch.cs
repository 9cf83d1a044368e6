using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>
/// Up to <c>capacity</c> cases in the layout of the kernels: [panel][T + 2 slots][channel][16 lanes]. Here the one
/// transposition from [channel, timepoint] to lanes takes place.
/// </summary>
public sealed unsafe class SequenceBatch
{
    private readonly int capacity;
    private readonly int maxLength;
    private readonly AlignedBuffer input;
    private readonly AlignedBuffer lengths;
    private int smallest;

    /// <summary>Allocates room.</summary>
    /// <param name="capacity">Cases at most.</param>
    /// <param name="channels">Channels D.</param>
    /// <param name="maxLength">Time points at most.</param>
    public SequenceBatch(int capacity, int channels, int maxLength)
    {
        Channels = channels;
        this.capacity = capacity;
        this.maxLength = maxLength;
        Stride = channels * Panel.Lanes;
        input = new AlignedBuffer(checked(Panel.Count(capacity) * (maxLength + 2) * Stride));
        lengths = new AlignedBuffer(Panel.Count(capacity) * Panel.Lanes);
    }

    /// <summary>Cases now in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Time points T of the longest case now in the batch.</summary>
    public int Length { get; private set; }

    /// <summary>Channels D of every case.</summary>
    public int Channels { get; }

    internal int PanelCount => Panel.Count(Count);

    internal int Stride { get; }

    internal float* Input => input.Pointer;

    /// <summary>Whether cases differ in length.</summary>
    internal bool IsUneven => smallest != Length;

    /// <summary>Empties the batch and sets the length T of its longest case.</summary>
    /// <param name="count">Cases to come.</param>
    /// <param name="length">T.</param>
    public void Begin(int count, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, maxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Count = count;
        Length = length;
        smallest = length;
        input.Span[..(PanelCount * (length + 2) * Stride)].Clear();
        lengths.Span.Fill(length);
    }

    /// <summary>Puts a case into the batch.</summary>
    /// <param name="index">0..Count−1.</param>
    /// <param name="values">[channel, timepoint], its length a multiple of the channels.</param>
    public void Set(int index, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var length = values.Length / Channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        smallest = Math.Min(smallest, length);
        var lane = index % Panel.Lanes;
        var panel = index / Panel.Lanes;
        lengths.Span[index] = length;
        for (var d = 0; d < Channels; d++)
        {
            var to = Input + ((long)((panel * (Length + 2)) + 1) * Stride) + (d * Panel.Lanes) + lane;
            foreach (var value in values.Slice(d * length, length))
            {
                *to = value;
                to += Stride;
            }
        }
    }

    /// <summary>Time points of a case now in the batch.</summary>
    public int LengthOf(int index) => (int)lengths.Span[index];

    internal float* LengthsOfPanel(int panel) => lengths.Pointer + (panel * Panel.Lanes);
}
