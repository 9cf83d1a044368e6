using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>
/// One direction of one recurrent layer: packed weights, and the loops over time on one panel.
/// Buffers are [panel][T + 2 slots][row][16]: time t lies in slot t + 1; slots 0 and T + 1 hold the zero states before
/// the first and after the last step.
/// </summary>
internal sealed unsafe class RecurrentLayer
{
    private readonly NetworkShape shape;
    private readonly bool reverse;
    private readonly string weightIhName;
    private readonly string weightHhName;
    private readonly string biasIhName;
    private readonly string biasHhName;
    private readonly int hidden;
    private readonly PackedGru? gru;
    private readonly PackedMatrix? input; // these three are null for a GRU
    private readonly PackedMatrix? recurrent;
    private readonly AlignedBuffer? bias;
    private readonly PackedMatrix inputTransposed;
    private readonly PackedMatrix recurrentTransposed;
    private readonly PackedMatrix? candidateTransposed;
    private readonly AlignedBuffer zeros;

    internal RecurrentLayer(NetworkShape shape, int layer, int direction)
    {
        this.shape = shape;
        hidden = shape.HiddenSize;
        InputSize = shape.LayerInputSize(layer);
        reverse = direction == 1;
        var suffix = NetworkShape.Suffix(layer, direction);
        weightIhName = $"rnn.weight_ih{suffix}";
        weightHhName = $"rnn.weight_hh{suffix}";
        biasIhName = $"rnn.bias_ih{suffix}";
        biasHhName = $"rnn.bias_hh{suffix}";
        var rows = shape.GateCount * hidden;
        if (shape.Cell == CellKind.Gru)
        {
            gru = new PackedGru(InputSize, hidden);
            candidateTransposed = new PackedMatrix(hidden, hidden);
        }
        else
        {
            input = new PackedMatrix(rows, InputSize);
            recurrent = new PackedMatrix(rows, hidden);
            bias = new AlignedBuffer(Panel.PadRows(rows));
        }

        inputTransposed = new PackedMatrix(InputSize, rows);
        recurrentTransposed = new PackedMatrix(hidden, SharedRows);
        zeros = new AlignedBuffer(Panel.PadRows(Math.Max(InputSize, hidden)));
    }

    internal int InputSize { get; }

    /// <summary>Rows saved a step: the gates, for a GRU also the recurrent part of the candidate.</summary>
    internal int GateRows => (shape.Cell == CellKind.Rnn ? 1 : 4) * hidden;

    /// <summary>Gate rows whose pre-activations are one sum over input and state, and whose two biases have the same gradient: all but a GRU's n.</summary>
    private int SharedRows => (shape.Cell == CellKind.Gru ? 2 : shape.GateCount) * hidden;

    /// <summary>Rows of the gate buffer, whole groups of 4 and one more: of an odd number a row's steps spread over all sets of the first cache.</summary>
    internal int GateBufferRows => Panel.PadRows(GateRows) | 1;

    /// <summary>Brings the packed copies up to date with the parameters.</summary>
    internal void Pack(ParameterSet parameters)
    {
        var weightIh = parameters[weightIhName];
        var weightHh = parameters[weightHhName];
        var biasIh = parameters[biasIhName];
        var biasHh = parameters[biasHhName];
        var shared = SharedRows * hidden;
        inputTransposed.PackTransposed(weightIh);
        recurrentTransposed.PackTransposed(weightHh[..shared]);
        if (gru != null)
        {
            gru.Pack(weightIh, weightHh, biasIh, biasHh);
            candidateTransposed!.PackTransposed(weightHh[shared..]);
            return;
        }

        input!.Pack(weightIh);
        recurrent!.Pack(weightHh);
        for (var r = 0; r < biasIh.Length; r++)
        {
            bias!.Span[r] = biasIh[r] + biasHh[r];
        }
    }

    /// <summary>Runs one panel through time.</summary>
    internal void Forward(VectorKernels kernels, in LayerPanel p)
    {
        for (var s = 0; s < p.Length; s++)
        {
            ForwardStep(kernels, p, reverse ? p.Length - s : s + 1);
        }
    }

    /// <summary>
    /// Back through time on one panel: gates become gradients of the pre-activations; the gradient with respect to
    /// the input is written.
    /// </summary>
    internal void Backward(VectorKernels kernels, in LayerPanel p)
    {
        new Span<float>(p.Carry, hidden * Panel.Lanes).Clear();
        new Span<float>(p.CellGradient, hidden * Panel.Lanes).Clear();
        for (var s = p.Length - 1; s >= 0; s--)
        {
            BackwardStep(kernels, p, reverse ? p.Length - s : s + 1);
        }
    }

    /// <summary>
    /// The parts of the weight gradient, each a product that one thread can do: gate rows against the input or the
    /// states before, written into the layout of PyTorch.
    /// </summary>
    internal IEnumerable<WeightGradientPart> GradientParts(ParameterSet gradient)
    {
        var weightIh = Offset(gradient, weightIhName);
        var weightHh = Offset(gradient, weightHhName);
        var biasIh = Offset(gradient, biasIhName);
        var biasHh = Offset(gradient, biasHhName);
        var shared = SharedRows;
        var rows = shape.GateCount * hidden;
        var before = reverse ? 1 : -1;
        yield return new(0, rows, InputSize, 0, weightIh, [new(biasIh, rows), new(biasHh, shared)]);
        yield return new(0, shared, hidden, before, weightHh, []);
        if (gru != null)
        {
            var weightHn = weightHh + (shared * hidden);
            yield return new(rows, hidden, hidden, before, weightHn, [new(biasHh + shared, hidden)]);
        }
    }

    private static int Offset(ParameterSet gradient, string name) =>
        gradient.Parameters.First(q => string.Equals(q.Name, name, StringComparison.Ordinal)).Offset;

    private void ForwardStep(VectorKernels kernels, in LayerPanel p, int slot)
    {
        var step = Step(p, slot);
        var x = p.Input + ((long)slot * p.InputStride);
        if (gru != null)
        {
            kernels.GruGates(gru, x, step.PreviousHidden, step.Gates);
            kernels.GruForward(step);
            return;
        }

        kernels.Multiply(input!, x, recurrent!, step.PreviousHidden, bias!.Pointer, step.Gates);
        if (shape.Cell == CellKind.Lstm)
        {
            kernels.LstmForward(step);
        }
        else
        {
            kernels.RnnForward(step);
        }
    }

    private void BackwardStep(VectorKernels kernels, in LayerPanel p, int slot)
    {
        var step = Step(p, slot);
        var gates = step.Gates;
        switch (shape.Cell)
        {
            case CellKind.Lstm:
                kernels.LstmBackward(step);
                break;
            case CellKind.Gru:
                kernels.GruBackward(step);
                break;
            default:
                kernels.RnnBackward(step);
                break;
        }

        if (candidateTransposed == null)
        {
            kernels.Multiply(recurrentTransposed, gates, null, p.Carry);
        }
        else
        {
            var dCandidate = gates + (3 * hidden * Panel.Lanes);
            kernels.Multiply(recurrentTransposed, gates, candidateTransposed, dCandidate, null, p.Carry);
        }

        if (p.InputGradient != null)
        {
            kernels.Multiply(inputTransposed, gates, zeros.Pointer, p.InputGradient + ((long)slot * p.InputStride));
        }
    }

    private CellStep Step(in LayerPanel p, int slot)
    {
        var before = reverse ? slot + 1 : slot - 1;
        return new CellStep
        {
            Hidden = hidden,
            Time = slot - 1,
            Lengths = p.Lengths,
            Gates = p.Gates + ((long)slot * p.GateStride),
            PreviousHidden = p.Output + ((long)before * p.OutputStride),
            PreviousCell = p.Cell + ((long)before * p.CellStride),
            Cell = p.Cell + ((long)slot * p.CellStride),
            Output = p.Output + ((long)slot * p.OutputStride),
            OutputGradient = p.OutputGradient + ((long)slot * p.OutputStride),
            CellGradient = p.CellGradient,
            Carry = p.Carry,
        };
    }
}

/// <summary>One panel's buffers for one direction of one layer; pointers are to slot 0.</summary>
internal readonly unsafe struct LayerPanel
{
    /// <summary>Time points T.</summary>
    internal int Length { get; init; }

    /// <summary>Length of each lane's case [16], or null when all are T.</summary>
    internal float* Lengths { get; init; }

    /// <summary>Input [T+2][D][16].</summary>
    internal float* Input { get; init; }

    internal int InputStride { get; init; }

    /// <summary>Gradient with respect to the input, same layout, or null when nobody needs it.</summary>
    internal float* InputGradient { get; init; }

    /// <summary>This direction's rows of the output [T+2][H][16].</summary>
    internal float* Output { get; init; }

    /// <summary>This direction's rows of the gradient with respect to the output, same layout.</summary>
    internal float* OutputGradient { get; init; }

    internal int OutputStride { get; init; }

    /// <summary>Gates [T+2][GateRows][16].</summary>
    internal float* Gates { get; init; }

    internal int GateStride { get; init; }

    /// <summary>LSTM cell states [T+2][H][16].</summary>
    internal float* Cell { get; init; }

    internal int CellStride { get; init; }

    /// <summary>Scratch [H padded to 4][16]: gradient that flows to the step before.</summary>
    internal float* Carry { get; init; }

    /// <summary>Scratch [H][16]: gradient with respect to c.</summary>
    internal float* CellGradient { get; init; }
}

/// <summary>One product of the weight gradient.</summary>
/// <param name="GateRow">First row in the gate buffer.</param>
/// <param name="Rows">Gate rows.</param>
/// <param name="Columns">Columns of the weight matrix.</param>
/// <param name="Shift">0: against the input; −1 or 1: against the states one slot before or after.</param>
/// <param name="WeightOffset">Where the first row's weights lie in the parameter block.</param>
/// <param name="Biases">Biases whose gradients are the sums of the gate rows.</param>
internal readonly record struct WeightGradientPart(
    int GateRow,
    int Rows,
    int Columns,
    int Shift,
    int WeightOffset,
    BiasRows[] Biases
)
{
    /// <summary>Some of its rows.</summary>
    internal WeightGradientPart Slice(int row, int rows) =>
        this with
        {
            GateRow = GateRow + row,
            Rows = rows,
            WeightOffset = WeightOffset + (row * Columns),
            Biases =
            [
                .. Biases
                    .Where(b => b.Count > row)
                    .Select(b => new BiasRows(b.Offset + row, Math.Min(b.Count - row, rows))),
            ],
        };
}

/// <summary>Biases of the first rows of a product.</summary>
/// <param name="Offset">Where they lie in the parameter block.</param>
/// <param name="Count">How many rows have one.</param>
internal readonly record struct BiasRows(int Offset, int Count);
