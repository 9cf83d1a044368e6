using System.Numerics;
using MemKD.Engine.Kernels;

namespace MemKD.Engine.Layers.Reference;

/// <summary>One direction of one layer of a <see cref="ReferenceNetwork{T}"/>: the loop over time around the plain cells.</summary>
internal class ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    private readonly NetworkShape shape;
    private readonly string suffix;
    private readonly bool reverse;
    private readonly T[] weightIh;
    private readonly T[] weightHh;
    private readonly T[] biasIh;
    private readonly T[] biasHh;

    internal ReferenceLayer(NetworkShape shape, int layer, int direction, IReadOnlyDictionary<string, T[]> parameters)
    {
        this.shape = shape;
        reverse = direction == 1;
        suffix = NetworkShape.Suffix(layer, direction);
        weightIh = parameters[$"rnn.weight_ih{suffix}"];
        weightHh = parameters[$"rnn.weight_hh{suffix}"];
        biasIh = parameters[$"rnn.bias_ih{suffix}"];
        biasHh = parameters[$"rnn.bias_hh{suffix}"];
    }

    /// <summary>All steps of one case, from zero states.</summary>
    /// <param name="input">[T][inputs].</param>
    internal ReferenceSteps<T> Forward(T[][] input)
    {
        var steps = new ReferenceSteps<T>(input, shape.HiddenSize);
        foreach (var t in TimeOrder(input.Length))
        {
            var previous = Before(steps.Hidden, t);
            var gates = steps.Gates[t] = Preactivations(input[t], previous);
            switch (shape.Cell)
            {
                case CellKind.Lstm:
                    LstmCell.Forward<T>(gates, Before(steps.Cell, t), steps.Cell[t], steps.Hidden[t]);
                    break;
                case CellKind.Gru:
                    GruCell.Forward<T>(gates, previous, steps.Hidden[t]);
                    break;
                default:
                    RnnCell.Forward<T>(gates, steps.Hidden[t]);
                    break;
            }
        }

        return steps;
    }

    /// <summary>Back through time.</summary>
    /// <param name="steps">The forward pass; read only.</param>
    /// <param name="dOutput">Gradient with respect to the states from outside the layer [T][H].</param>
    /// <param name="dInput">[T][inputs]; ADDED to.</param>
    /// <param name="gradient">One array a tensor; ADDED to.</param>
    internal void Backward(ReferenceSteps<T> steps, T[][] dOutput, T[][] dInput, Dictionary<string, T[]> gradient)
    {
        var h = shape.HiddenSize;
        var carry = new T[h];
        var dCell = new T[h];
        foreach (var t in TimeOrder(dOutput.Length).Reverse())
        {
            var previous = Before(steps.Hidden, t);
            var dHidden = (T[])dOutput[t].Clone();
            Products.AddTo(dHidden, carry);
            carry = new T[h];
            var dGates = CellBackward(steps, t, dHidden, dCell, carry);

            // Rows of the recurrent product: all gates, but for a GRU's candidate dm (fourth) instead of da_n (third).
            var dRecurrent = dGates;
            if (shape.Cell == CellKind.Gru)
            {
                dRecurrent = [.. dGates[..(2 * h)], .. dGates[(3 * h)..]];
                dGates = dGates[..(3 * h)];
            }

            Products.AddTransposed(weightIh, dGates, dInput[t]);
            Products.AddTransposed(weightHh, dRecurrent, carry);
            Products.AddOuter(dGates, steps.Input[t], gradient[$"rnn.weight_ih{suffix}"]);
            Products.AddOuter(dRecurrent, previous, gradient[$"rnn.weight_hh{suffix}"]);
            Products.AddTo(gradient[$"rnn.bias_ih{suffix}"], dGates);
            Products.AddTo(gradient[$"rnn.bias_hh{suffix}"], dRecurrent);
        }
    }

    /// <summary>Gradient of the cell at one step: returns da; changes dc and adds what passes by the gates to the carry.</summary>
    private protected virtual T[] CellBackward(ReferenceSteps<T> steps, int time, T[] dHidden, T[] dCell, T[] carry)
    {
        var gates = (T[])steps.Gates[time].Clone();
        switch (shape.Cell)
        {
            case CellKind.Lstm:
                LstmCell.Backward<T>(gates, Before(steps.Cell, time), steps.Cell[time], dHidden, dCell);
                break;
            case CellKind.Gru:
                GruCell.Backward<T>(gates, Before(steps.Hidden, time), dHidden, carry);
                break;
            default:
                RnnCell.Backward<T>(gates, dHidden);
                break;
        }

        return gates;
    }

    private T[] Preactivations(T[] input, T[] previous)
    {
        var h = shape.HiddenSize;
        if (shape.Cell != CellKind.Gru)
        {
            var gates = (T[])biasIh.Clone();
            Products.AddTo(gates, biasHh);
            Products.Add(weightIh, input, gates);
            Products.Add(weightHh, previous, gates);
            return gates;
        }

        // r, z as above; n from the input alone; m = W_hn·h + b_hn, to be scaled by r.
        var fromInput = (T[])biasIh.Clone();
        var fromState = (T[])biasHh.Clone();
        Products.Add(weightIh, input, fromInput);
        Products.Add(weightHh, previous, fromState);
        Products.AddTo(fromInput.AsSpan(0, 2 * h), fromState.AsSpan(0, 2 * h));
        return [.. fromInput, .. fromState[(2 * h)..]];
    }

    private IEnumerable<int> TimeOrder(int length) =>
        Enumerable.Range(0, length).Select(s => reverse ? length - 1 - s : s);

    /// <summary>The row of the step that was computed before time t, zeros at the first.</summary>
    private T[] Before(T[][] rows, int time)
    {
        var before = reverse ? time + 1 : time - 1;
        return before < 0 || before >= rows.Length ? new T[shape.HiddenSize] : rows[before];
    }
}

/// <summary>The steps of one case in one direction of one layer; every array is [T][...].</summary>
internal sealed class ReferenceSteps<T>(T[][] input, int hidden)
{
    /// <summary>Inputs [T][inputs].</summary>
    internal T[][] Input { get; } = input;

    /// <summary>Activated gates [T][gate rows]; for a GRU r, z, n, m.</summary>
    internal T[][] Gates { get; } = new T[input.Length][];

    /// <summary>LSTM cell states [T][H].</summary>
    internal T[][] Cell { get; } = Rows(input.Length, hidden);

    /// <summary>Hidden states [T][H].</summary>
    internal T[][] Hidden { get; } = Rows(input.Length, hidden);

    private static T[][] Rows(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new T[length])];
}
