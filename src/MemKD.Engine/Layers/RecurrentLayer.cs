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
    private readonly PackedMatrix input;
    private readonly PackedMatrix inputTransposed;
    private readonly PackedMatrix recurrent;
    private readonly PackedMatrix recurrentTransposed;
    private readonly PackedMatrix? candidate;
    private readonly PackedMatrix? candidateTransposed;
    private readonly AlignedBuffer bias;
    private readonly AlignedBuffer candidateBias;
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
        var gru = shape.Cell == CellKind.Gru;
        var recurrentRows = gru ? 2 * hidden : rows;
        input = new PackedMatrix(rows, InputSize);
        inputTransposed = new PackedMatrix(InputSize, rows);
        recurrent = new PackedMatrix(recurrentRows, hidden);
        recurrentTransposed = new PackedMatrix(hidden, recurrentRows);
        candidate = gru ? new PackedMatrix(hidden, hidden) : null;
        candidateTransposed = gru ? new PackedMatrix(hidden, hidden) : null;
        bias = new AlignedBuffer(Panel.PadRows(rows));
        candidateBias = new AlignedBuffer(Panel.PadRows(hidden));
        zeros = new AlignedBuffer(Panel.PadRows(Math.Max(InputSize, hidden)));
    }

    internal int InputSize { get; }

    /// <summary>Rows saved a step: the gates, for a GRU also the recurrent part of the candidate.</summary>
    internal int GateRows => (shape.Cell == CellKind.Rnn ? 1 : 4) * hidden;

    /// <summary>Rows of the gate buffer: room for the groups of 4 that the matrix kernels write.</summary>
    internal int GateBufferRows => Panel.PadRows(GateRows) + 4;

    /// <summary>Brings the packed copies up to date with the parameters.</summary>
    internal void Pack(ParameterSet parameters)
    {
        var weightIh = parameters[weightIhName];
        var weightHh = parameters[weightHhName];
        var biasIh = parameters[biasIhName];
        var biasHh = parameters[biasHhName];
        input.Pack(weightIh);
        inputTransposed.PackTransposed(weightIh);
        var rows = recurrent.Rows;
        recurrent.Pack(weightHh[..(rows * hidden)]);
        recurrentTransposed.PackTransposed(weightHh[..(rows * hidden)]);
        biasIh.CopyTo(bias.Span);
        for (var r = 0; r < rows; r++)
        {
            bias.Span[r] += biasHh[r];
        }

        if (candidate != null)
        {
            candidate.Pack(weightHh[(rows * hidden)..]);
            candidateTransposed!.PackTransposed(weightHh[(rows * hidden)..]);
            biasHh[rows..].CopyTo(candidateBias.Span);
        }
    }

    /// <summary>Runs one panel through time.</summary>
    internal void Forward(VectorKernels kernels, in LayerPanel p)
    {
        for (var s = 0; s < p.Length; s++)
        {
            var slot = reverse ? p.Length - s : s + 1;
            var before = reverse ? slot + 1 : slot - 1;
            var gates = p.Gates + ((long)slot * p.GateStride);
            var previous = p.Output + ((long)before * p.OutputStride);
            kernels.Multiply(input, p.Input + ((long)slot * p.InputStride), bias.Pointer, gates);
            kernels.Multiply(recurrent, previous, null, gates);
            if (candidate != null)
            {
                kernels.Multiply(candidate, previous, candidateBias.Pointer, gates + (3 * hidden * Panel.Lanes));
            }

            Cell(kernels, p, slot, before, forward: true);
        }
    }

    /// <summary>
    /// Back through time on one panel: gates become gradients of the pre-activations; the gradient with respect to
    /// the input is written.
    /// </summary>
    internal void Backward(VectorKernels kernels, in LayerPanel p)
    {
        var floats = hidden * Panel.Lanes;
        new Span<float>(p.Carry, floats).Clear();
        new Span<float>(p.CellGradient, floats).Clear();
        for (var s = p.Length - 1; s >= 0; s--)
        {
            var slot = reverse ? p.Length - s : s + 1;
            var before = reverse ? slot + 1 : slot - 1;
            var gates = p.Gates + ((long)slot * p.GateStride);
            kernels.Add(p.OutputGradient + ((long)slot * p.OutputStride), p.Carry, floats, p.HiddenGradient);
            Cell(kernels, p, slot, before, forward: false);
            kernels.Multiply(recurrentTransposed, gates, null, p.Carry);
            if (candidateTransposed != null)
            {
                kernels.Multiply(candidateTransposed, gates + (3 * floats), null, p.Carry);
            }

            if (p.InputGradient != null)
            {
                kernels.Multiply(inputTransposed, gates, zeros.Pointer, p.InputGradient + ((long)slot * p.InputStride));
            }
        }
    }

    /// <summary>
    /// The parts of the weight gradient, each a product that one thread can do: gate rows against the input or the
    /// states before, written into the layout of PyTorch.
    /// </summary>
    internal IEnumerable<WeightGradientPart> GradientParts(ParameterSet gradient)
    {
        var rows = shape.GateCount * hidden;
        var weightIh = Offset(gradient, weightIhName);
        var weightHh = Offset(gradient, weightHhName);
        var biasIh = Offset(gradient, biasIhName);
        var biasHh = Offset(gradient, biasHhName);
        yield return new(0, rows, InputSize, 0, weightIh, biasIh);
        var shift = reverse ? 1 : -1;
        yield return new(0, recurrent.Rows, hidden, shift, weightHh, biasHh);
        if (candidate != null)
        {
            yield return new(
                3 * hidden,
                hidden,
                hidden,
                shift,
                weightHh + (2 * hidden * hidden),
                biasHh + (2 * hidden)
            );
        }
    }

    private static int Offset(ParameterSet gradient, string name) =>
        gradient.Parameters.First(q => string.Equals(q.Name, name, StringComparison.Ordinal)).Offset;

    private void Cell(VectorKernels kernels, in LayerPanel p, int slot, int before, bool forward)
    {
        var gates = p.Gates + ((long)slot * p.GateStride);
        var output = p.Output + ((long)slot * p.OutputStride);
        var previous = p.Output + ((long)before * p.OutputStride);
        var time = (float)(slot - 1);
        var step = new CellStep
        {
            Hidden = hidden,
            Time = time,
            Lengths = p.Lengths,
            Gates = gates,
            PreviousHidden = previous,
            PreviousCell = p.Cell + ((long)before * p.CellStride),
            Cell = p.Cell + ((long)slot * p.CellStride),
            Output = output,
            HiddenGradient = p.HiddenGradient,
            CellGradient = p.CellGradient,
            PassedGradient = p.Carry,
        };
        switch (shape.Cell, forward)
        {
            case (CellKind.Lstm, true):
                kernels.LstmForward(step);
                break;
            case (CellKind.Lstm, false):
                kernels.LstmBackward(step);
                break;
            case (CellKind.Gru, true):
                kernels.GruForward(step);
                break;
            case (CellKind.Gru, false):
                kernels.GruBackward(step);
                break;
            case (_, true):
                kernels.RnnForward(step);
                break;
            default:
                kernels.RnnBackward(step);
                break;
        }
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

    /// <summary>Scratch [H][16]: gradient with respect to h, all sources.</summary>
    internal float* HiddenGradient { get; init; }

    /// <summary>Scratch [H][16]: gradient with respect to c.</summary>
    internal float* CellGradient { get; init; }
}

/// <summary>One product of the weight gradient.</summary>
/// <param name="GateRow">First row in the gate buffer.</param>
/// <param name="Rows">Gate rows.</param>
/// <param name="Columns">Columns of the weight matrix.</param>
/// <param name="Shift">0: against the input; −1 or 1: against the states one slot before or after.</param>
/// <param name="WeightOffset">Where the first row's weights lie in the parameter block.</param>
/// <param name="BiasOffset">Where the first row's bias lies in the parameter block.</param>
internal readonly record struct WeightGradientPart(
    int GateRow,
    int Rows,
    int Columns,
    int Shift,
    int WeightOffset,
    int BiasOffset
);
