using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>
/// The student's hidden states of a batch case by case, and the gradient with respect to them: for methods whose
/// mathematics does not run on 16 cases side by side. Nothing is allocated once the largest batch has been seen.
/// </summary>
public sealed class BatchStates
{
    private float[] states = [];
    private float[] gradient = [];
    private int[] offsets = [];
    private int[] lengths = [];

    /// <summary>Cases B.</summary>
    public int CaseCount { get; private set; }

    /// <summary>Hidden units H_S.</summary>
    public int HiddenSize { get; private set; }

    /// <summary>Reads a batch's states; the gradient becomes 0.</summary>
    public void Load(HiddenStates hidden)
    {
        CaseCount = hidden.CaseCount;
        HiddenSize = hidden.Size;
        if (lengths.Length < CaseCount)
        {
            lengths = new int[CaseCount];
            offsets = new int[CaseCount];
        }

        var total = 0;
        for (var i = 0; i < CaseCount; i++)
        {
            (offsets[i], lengths[i]) = (total, hidden.LengthOf(i));
            total += lengths[i] * HiddenSize;
        }

        if (states.Length < total)
        {
            states = new float[total];
            gradient = new float[total];
        }

        for (var i = 0; i < CaseCount; i++)
        {
            hidden.CopyCase(i, states.AsSpan(offsets[i], lengths[i] * HiddenSize));
        }

        gradient.AsSpan(0, total).Clear();
    }

    /// <summary>Time points of a case of the batch.</summary>
    public int LengthOf(int index) => lengths[index];

    /// <summary>A case's states, [timepoint, unit].</summary>
    public ReadOnlySpan<float> Student(int index) => states.AsSpan(offsets[index], lengths[index] * HiddenSize);

    /// <summary>The gradient with respect to a case's states, [timepoint, unit]; ADD to it.</summary>
    public Span<float> Gradient(int index) => gradient.AsSpan(offsets[index], lengths[index] * HiddenSize);

    /// <summary>Adds the gradient, as it is, to that of the batch.</summary>
    public void AddGradientTo(HiddenStates destination)
    {
        for (var i = 0; i < CaseCount; i++)
        {
            destination.AddCase(i, Gradient(i));
        }
    }
}
