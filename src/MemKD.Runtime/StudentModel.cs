namespace MemKD.Runtime;

/// <summary>The recurrent cell.</summary>
public enum Cell
{
    /// <summary>Long short-term memory; gate order i, f, g, o.</summary>
    Lstm,

    /// <summary>Gated recurrent unit, reset gate after the recurrent product (PyTorch, cuDNN); gate order r, z, n.</summary>
    Gru,

    /// <summary>Plain tanh recurrence.</summary>
    Rnn,
}

internal static class Cells
{
    /// <summary>Weight rows of one unit.</summary>
    public static int GateCount(this Cell cell) =>
        cell switch
        {
            Cell.Lstm => 4,
            Cell.Gru => 3,
            _ => 1,
        };
}

/// <summary>What the linear layer sees of the hidden states.</summary>
public enum StatePooling
{
    /// <summary>The latest state.</summary>
    Last,

    /// <summary>The mean of the states since the last reset.</summary>
    Mean,
}

/// <summary>How samples are scaled before the network sees them.</summary>
public enum SampleScaling
{
    /// <summary>Not at all.</summary>
    Raw,

    /// <summary>Each channel of each series by its own mean and deviation: needs the whole series, so only windows can be classified exactly.</summary>
    Series,

    /// <summary>Each channel by the mean and deviation of the training cases.</summary>
    TrainChannel,
}

/// <summary>The weights of one layer in PyTorch's layout, row-major; G gates a unit, H units, D inputs.</summary>
/// <param name="InputWeights">weight_ih, [G·H, D].</param>
/// <param name="HiddenWeights">weight_hh, [G·H, H].</param>
/// <param name="InputBias">bias_ih, [G·H].</param>
/// <param name="HiddenBias">bias_hh, [G·H].</param>
public sealed record LayerWeights(float[] InputWeights, float[] HiddenWeights, float[] InputBias, float[] HiddenBias);

/// <summary>
/// A trained one-directional classifier with all that its use needs; never changed after it is made, so any number of
/// streams share it.
/// </summary>
public sealed partial class StudentModel
{
    /// <summary>The cell of every layer.</summary>
    public required Cell Cell { get; init; }

    /// <summary>Channels of the signal.</summary>
    public required int ChannelCount { get; init; }

    /// <summary>Hidden units H of each layer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The layers, first to last; at least one.</summary>
    public required IReadOnlyList<LayerWeights> Layers { get; init; }

    /// <summary>What the linear layer sees.</summary>
    public required StatePooling Pooling { get; init; }

    /// <summary>fc.weight, [K, H].</summary>
    public required float[] HeadWeights { get; init; }

    /// <summary>fc.bias, [K].</summary>
    public required float[] HeadBias { get; init; }

    /// <summary>Class labels; index = class number.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>How samples are scaled.</summary>
    public required SampleScaling Scaling { get; init; }

    /// <summary>Mean of each channel; empty unless <see cref="SampleScaling.TrainChannel"/>.</summary>
    public IReadOnlyList<double> ChannelMeans { get; init; } = [];

    /// <summary>Deviation of each channel; empty unless <see cref="SampleScaling.TrainChannel"/>. 0: the channel becomes 0.</summary>
    public IReadOnlyList<double> ChannelDeviations { get; init; } = [];

    /// <summary>
    /// Where the network also sees first differences (inputs C..2C−1 of C channels, (x(t) − x(t−1)) / s on scaled samples,
    /// 0 at the first): s of each channel, 0 for none; null where it does not.
    /// </summary>
    public IReadOnlyList<double>? DifferenceScales { get; init; }

    /// <summary>Longest series the network was trained on: longer windows are resampled to it; null: any length.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Time points of the longest prepared training case.</summary>
    public int TrainLength { get; init; }

    /// <summary>Time points of the training cases before preparation; null: the model file is of before these were kept.</summary>
    public RawLengths? RawLengths { get; init; }

    /// <summary>
    /// Samples of the longest training case as it was recorded: the window to collect for an answer like training's. Null where
    /// nobody knows: a model file of before <see cref="RawLengths"/>, of resampled cases.
    /// </summary>
    public int? WindowLength =>
        RawLengths?.Longest is { } longest ? longest
        : MaxLength is null || TrainLength < MaxLength ? TrainLength
        : null;

    /// <summary>Inputs of the network: channels, twice where it sees differences.</summary>
    public int InputSize => DifferenceScales == null ? ChannelCount : 2 * ChannelCount;

    /// <summary>Weight rows of one unit: 4 (LSTM), 3 (GRU), 1 (RNN).</summary>
    public int GateCount => Cell.GateCount();

    /// <summary>Trainable numbers.</summary>
    public int ParameterCount =>
        Layers.Sum(l => l.InputWeights.Length + l.HiddenWeights.Length + l.InputBias.Length + l.HiddenBias.Length)
        + HeadWeights.Length
        + HeadBias.Length;

    /// <summary>Multiply-adds of one step, the linear layer not counted.</summary>
    public int MultiplyAddsPerStep => Layers.Sum(l => l.InputWeights.Length + l.HiddenWeights.Length);
}
