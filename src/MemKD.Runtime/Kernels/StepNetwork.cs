using System.Runtime.InteropServices;

namespace MemKD.Runtime.Kernels;

/// <summary>
/// A student's network, laid out for one time point at a time. Never changed, so any number of streams share it; what
/// changes is in <see cref="NetworkState"/>.
/// </summary>
internal sealed class StepNetwork
{
    private readonly Cell cell;
    private readonly StatePooling pooling;
    private readonly PackedLayer[] layers;
    private readonly float[] headWeights;
    private readonly float[] headBias;

    /// <summary>Lays the weights out.</summary>
    /// <exception cref="ArgumentException">Arrays of the model that do not fit its sizes.</exception>
    public StepNetwork(StudentModel model)
    {
        cell = model.Cell;
        pooling = model.Pooling;
        InputSize = model.InputSize;
        HiddenSize = model.HiddenSize;
        layers = new PackedLayer[model.Layers.Count];
        for (var l = 0; l < layers.Length; l++)
        {
            var inputs = l == 0 ? InputSize : HiddenSize;
            var rows = model.GateCount * HiddenSize;
            var weights = model.Layers[l];
            CheckLength(weights.InputWeights, rows * inputs);
            CheckLength(weights.HiddenWeights, rows * HiddenSize);
            CheckLength(weights.InputBias, rows);
            CheckLength(weights.HiddenBias, rows);
            layers[l] = new PackedLayer(cell, weights, inputs, HiddenSize);
        }

        ClassCount = model.Classes.Count;
        CheckLength(model.HeadWeights, ClassCount * HiddenSize);
        CheckLength(model.HeadBias, ClassCount);
        headWeights = model.HeadWeights;
        headBias = model.HeadBias;
    }

    /// <summary>Inputs D of the first layer.</summary>
    public int InputSize { get; }

    /// <summary>Units H of each layer.</summary>
    public int HiddenSize { get; }

    /// <summary>Layers.</summary>
    public int LayerCount => layers.Length;

    /// <summary>Classes K.</summary>
    public int ClassCount { get; }

    /// <summary>Whether a layer has a cell state beside the hidden one.</summary>
    public bool HasCellState => cell == Cell.Lstm;

    /// <summary>Whether the linear layer sees the mean of the states.</summary>
    public bool IsMean => pooling == StatePooling.Mean;

    /// <summary>Takes one prepared time point [D] into the state.</summary>
    public void Step(NetworkState state, ReadOnlySpan<float> input)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Length, InputSize);
        ref var below = ref MemoryMarshal.GetReference(input);
        state.Flip();
        for (var l = 0; l < layers.Length; l++)
        {
            ref var before = ref MemoryMarshal.GetReference(state.HiddenBefore(l));
            ref var hidden = ref MemoryMarshal.GetReference(state.Hidden(l));
            switch (cell)
            {
                case Cell.Lstm:
                    ref var cells = ref MemoryMarshal.GetReference(state.Cell(l));
                    CellStep.Lstm(layers[l], ref below, ref before, ref cells, ref hidden);
                    break;
                case Cell.Gru:
                    CellStep.Gru(layers[l], ref below, ref before, ref hidden);
                    break;
                default:
                    CellStep.Rnn(layers[l], ref below, ref before, ref hidden);
                    break;
            }

            below = ref hidden;
        }

        state.Count(IsMean);
    }

    /// <summary>Logits [K] of what the state has seen; of a state that has seen nothing, those of zero states.</summary>
    /// <param name="state">The stream's state.</param>
    /// <param name="logits">Destination [K].</param>
    public void Logits(NetworkState state, Span<float> logits)
    {
        var hidden = state.Hidden(layers.Length - 1);
        var sums = state.Sums;
        var share = 1.0 / Math.Max(1, state.MeanCount);
        for (var k = 0; k < ClassCount; k++)
        {
            var row = headWeights.AsSpan(k * HiddenSize, HiddenSize);
            var logit = headBias[k];
            for (var u = 0; u < row.Length; u++)
            {
                logit = MathF.FusedMultiplyAdd(row[u], IsMean ? (float)(sums[u] * share) : hidden[u], logit);
            }

            logits[k] = logit;
        }
    }

    private static void CheckLength(float[] values, int expected)
    {
        if (values.Length != expected)
        {
            throw new ArgumentException($"A weight array of the model has {values.Length} values, not {expected}.");
        }
    }
}
