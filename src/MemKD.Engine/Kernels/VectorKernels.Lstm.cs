namespace MemKD.Engine.Kernels;

internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void LstmForward(in CellStep step)
    {
        var n = step.Hidden * Panel.Lanes;
        var gates = step.Gates;
        var time = S.Broadcast(step.Time);
        for (var at = 0; at < n; at += S.Width) // all gates before the first state: no unit waits for another
        {
            var i = Activation.Sigmoid<V, S>(S.Load(gates + at));
            var f = Activation.Sigmoid<V, S>(S.Load(gates + n + at));
            var g = Activation.Tanh<V, S>(S.Load(gates + (2 * n) + at));
            var o = Activation.Sigmoid<V, S>(S.Load(gates + (3 * n) + at));
            S.Store(gates + at, i);
            S.Store(gates + n + at, f);
            S.Store(gates + (2 * n) + at, g);
            S.Store(gates + (3 * n) + at, o);
        }

        for (var at = 0; at < n; at += S.Width)
        {
            var i = S.Load(gates + at);
            var f = S.Load(gates + n + at);
            var g = S.Load(gates + (2 * n) + at);
            var o = S.Load(gates + (3 * n) + at);
            var previous = S.Load(step.PreviousCell + at);
            var cell = S.FusedMultiplyAdd(f, previous, S.Multiply(i, g));
            var hidden = S.Multiply(o, Activation.Tanh<V, S>(cell));
            if (step.Lengths != null)
            {
                var lengths = S.Load(step.Lengths + (at % Panel.Lanes));
                cell = S.SelectGreater(lengths, time, cell, previous);
                hidden = S.SelectGreater(lengths, time, hidden, S.Load(step.PreviousHidden + at));
            }

            S.Store(step.Cell + at, cell);
            S.Store(step.Output + at, hidden);
        }
    }

    internal override void LstmBackward(in CellStep step)
    {
        var n = step.Hidden * Panel.Lanes;
        var gates = step.Gates;
        var one = S.Broadcast(1f);
        var zero = S.Broadcast(0f);
        var time = S.Broadcast(step.Time);
        for (var at = 0; at < n; at += S.Width)
        {
            var i = S.Load(gates + at);
            var f = S.Load(gates + n + at);
            var g = S.Load(gates + (2 * n) + at);
            var o = S.Load(gates + (3 * n) + at);
            var tanh = Activation.Tanh<V, S>(S.Load(step.Cell + at));
            var dHidden = S.Add(S.Load(step.OutputGradient + at), S.Load(step.Carry + at));
            var dCellAfter = S.Load(step.CellGradient + at);
            var slope = S.FusedMultiplyAdd(S.Subtract(zero, tanh), tanh, one);
            var dCell = S.FusedMultiplyAdd(S.Multiply(dHidden, o), slope, dCellAfter);
            var di = S.Multiply(S.Multiply(dCell, g), S.Multiply(i, S.Subtract(one, i)));
            var df = S.Multiply(S.Multiply(dCell, S.Load(step.PreviousCell + at)), S.Multiply(f, S.Subtract(one, f)));
            var dg = S.Multiply(S.Multiply(dCell, i), S.FusedMultiplyAdd(S.Subtract(zero, g), g, one));
            var d0 = S.Multiply(S.Multiply(dHidden, tanh), S.Multiply(o, S.Subtract(one, o)));
            var dCellBefore = S.Multiply(dCell, f);
            var passed = zero;
            if (step.Lengths != null)
            {
                var lengths = S.Load(step.Lengths + (at % Panel.Lanes));
                di = S.SelectGreater(lengths, time, di, zero);
                df = S.SelectGreater(lengths, time, df, zero);
                dg = S.SelectGreater(lengths, time, dg, zero);
                d0 = S.SelectGreater(lengths, time, d0, zero);
                dCellBefore = S.SelectGreater(lengths, time, dCellBefore, dCellAfter);
                passed = S.SelectGreater(lengths, time, zero, dHidden);
            }

            S.Store(gates + at, di);
            S.Store(gates + n + at, df);
            S.Store(gates + (2 * n) + at, dg);
            S.Store(gates + (3 * n) + at, d0);
            S.Store(step.CellGradient + at, dCellBefore);
            S.Store(step.Carry + at, passed);
        }
    }
}
