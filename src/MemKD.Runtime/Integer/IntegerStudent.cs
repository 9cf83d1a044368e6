namespace MemKD.Runtime.Integer;

/// <summary>
/// A student in integers alone: the tables that exported C holds, and in <see cref="IntegerStudent"/>'s methods
/// the arithmetic that it does, bit for bit. Never changed after it is made. Q m.n: an integer that stands for value · 2^n.
/// A row is one gate of one unit of one of L layers, row = (layer · H + unit) · G + gate, gates in PyTorch's order. No sum can leave 32 bits:
/// <see cref="Quantizer"/> proves it by the bound Σ|w|·32,768 + |b| &lt; 2^31 of every row, before and after its hidden part is shifted.
/// </summary>
public sealed partial class IntegerStudent
{
    /// <summary>One of a sample, Q4.12.</summary>
    public const int SampleOne = 4096;

    /// <summary>One of a probability, Q1.15.</summary>
    public const int ProbabilityOne = 32768;

    private readonly short[] hiddenWeights = [];
    private readonly short[] inputWeights = [];
    private readonly short[] upperWeights = [];
    private readonly int[] bias = [];
    private readonly byte[] hiddenShifts = [];
    private readonly byte[] rowShifts = [];
    private readonly short[] headWeights = [];

    /// <summary>The float student that it was made of; its classes and its preparation are this one's too.</summary>
    public required StudentModel Model { get; init; }

    /// <summary>The cell.</summary>
    public Cell Cell => Model.Cell;

    /// <summary>Channels of the signal, C.</summary>
    public int ChannelCount => Model.ChannelCount;

    /// <summary>Hidden units of each layer, H.</summary>
    public int HiddenSize => Model.HiddenSize;

    /// <summary>What the linear layer sees.</summary>
    public StatePooling Pooling => Model.Pooling;

    /// <summary>How the weights are kept.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Recurrent weights in the scale of the row's hidden part, [rows, H]; within −127 … 127 for the int8 formats.</summary>
    public required IReadOnlyList<short> HiddenWeights
    {
        get => hiddenWeights;
        init => hiddenWeights = [.. value];
    }

    /// <summary>The first layer's input weights in the row's scale times 8 (samples are Q4.12, states Q0.15), of differences (Q5.11) times 16, [G·H, D].</summary>
    public required IReadOnlyList<short> InputWeights
    {
        get => inputWeights;
        init => inputWeights = [.. value];
    }

    /// <summary>
    /// Weights of the layers above the first for the states of the layer below: as <see cref="HiddenWeights"/>, since these are Q0.15
    /// too. [(L − 1)·G·H, H]; empty with one layer.
    /// </summary>
    public IReadOnlyList<short> UpperWeights
    {
        get => upperWeights;
        init => upperWeights = [.. value];
    }

    /// <summary>
    /// Both biases of each row in the scale of its hidden part, with half of what <see cref="RowShifts"/> cuts, [rows]. GRU's candidate
    /// rows: bias_ih alone, in accumulator scale.
    /// </summary>
    public required IReadOnlyList<int> Bias
    {
        get => bias;
        init => bias = [.. value];
    }

    /// <summary>GRU: bias_hh of the candidate rows in the scale of their hidden part, [L·H]; else empty.</summary>
    public required IReadOnlyList<int> CandidateBias { get; init; }

    /// <summary>Right shift that takes a row's hidden part to the scale of its accumulator, [rows]; 0 for the int8 formats, which have one scale a row.</summary>
    public required IReadOnlyList<byte> HiddenShifts
    {
        get => hiddenShifts;
        init => hiddenShifts = [.. value];
    }

    /// <summary>Right shift that takes a row's accumulator to z, [rows]: Q5.15 for int16, else Q4.12; one less in rows whose gate is a tanh: these give 2z.</summary>
    public required IReadOnlyList<byte> RowShifts
    {
        get => rowShifts;
        init => rowShifts = [.. value];
    }

    /// <summary>
    /// <see cref="WeightFormat.EightBitMultiplier"/>: floor(accumulator · multiplier / 2^16) comes before the shift, 0 … 32,767,
    /// [rows]; else empty.
    /// </summary>
    public required IReadOnlyList<short> RowMultipliers { get; init; }

    /// <summary>Weights of the linear layer, [K, H].</summary>
    public required IReadOnlyList<short> HeadWeights
    {
        get => headWeights;
        init => headWeights = [.. value];
    }

    /// <summary>Its bias in accumulator scale, with half of what the shift cuts, [K].</summary>
    public required IReadOnlyList<int> HeadBias { get; init; }

    /// <summary>Right shift that takes its accumulator to logits Q19.12.</summary>
    public required int HeadShift { get; init; }

    /// <summary>1/(2s) of each channel as multiplier · 2^−shift, which takes differences of Q4.12 to Q5.11; 0: no difference. Empty where the network sees no differences, else [C].</summary>
    public required IReadOnlyList<short> DifferenceMultipliers { get; init; }

    /// <summary>The shifts of <see cref="DifferenceMultipliers"/>, 1 … 30.</summary>
    public required IReadOnlyList<byte> DifferenceShifts { get; init; }

    /// <summary>Inputs of the network, D: channels, twice where it sees differences.</summary>
    public int InputSize => Model.InputSize;

    /// <summary>Layers, L.</summary>
    public int LayerCount => Model.Layers.Count;

    /// <summary>Rows of one unit, G.</summary>
    public int GateCount => Model.GateCount;

    /// <summary>Classes, K.</summary>
    public int ClassCount => HeadBias.Count;

    /// <summary>A scaled sample as Q4.12: nearest, halves away from 0, held to ±8; NaN is 0. What <c>_norm</c> of exported C does.</summary>
    public static short ToSample(float scaled)
    {
        var value = scaled * SampleOne;
        return value >= 32767 ? short.MaxValue
            : value <= -32768 ? short.MinValue
            : float.IsNaN(value) ? (short)0
            : (short)(value < 0 ? value - 0.5f : value + 0.5f);
    }
}
