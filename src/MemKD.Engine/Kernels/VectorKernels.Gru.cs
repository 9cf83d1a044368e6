namespace MemKD.Engine.Kernels;

internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void GruForward(in CellStep step)
    {
        var size = step.Hidden * Panel.Lanes;
        var gates = step.Gates;
        var time = S.Broadcast(step.Time);
        for (var at = 0; at < 2 * size; at += S.Width) // r and z of all units before the first n, which waits for its r
        {
            S.Store(gates + at, Activation.Sigmoid<V, S>(S.Load(gates + at)));
        }

        for (var at = 0; at < size; at += S.Width)
        {
            var r = S.Load(gates + at);
            var z = S.Load(gates + size + at);
            var m = S.Load(gates + (3 * size) + at);
            var n = Activation.Tanh<V, S>(S.FusedMultiplyAdd(r, m, S.Load(gates + (2 * size) + at)));
            S.Store(gates + (2 * size) + at, n);
            var previous = S.Load(step.PreviousHidden + at);
            var hidden = S.FusedMultiplyAdd(z, S.Subtract(previous, n), n);
            if (step.Lengths != null)
            {
                hidden = S.SelectGreater(S.Load(step.Lengths + (at % Panel.Lanes)), time, hidden, previous);
            }

            S.Store(step.Output + at, hidden);
        }
    }

    internal override void GruBackward(in CellStep step)
    {
        var size = step.Hidden * Panel.Lanes;
        var gates = step.Gates;
        var one = S.Broadcast(1f);
        var zero = S.Broadcast(0f);
        var time = S.Broadcast(step.Time);
        for (var at = 0; at < size; at += S.Width)
        {
            var r = S.Load(gates + at);
            var z = S.Load(gates + size + at);
            var n = S.Load(gates + (2 * size) + at);
            var m = S.Load(gates + (3 * size) + at);
            var dHidden = S.Add(S.Load(step.OutputGradient + at), S.Load(step.Carry + at));
            var notZ = S.Subtract(one, z);
            var slope = S.FusedMultiplyAdd(S.Subtract(zero, n), n, one);
            var dn = S.Multiply(S.Multiply(dHidden, notZ), slope);
            var dr = S.Multiply(S.Multiply(dn, m), S.Multiply(r, S.Subtract(one, r)));
            var difference = S.Subtract(S.Load(step.PreviousHidden + at), n);
            var dz = S.Multiply(S.Multiply(dHidden, difference), S.Multiply(z, notZ));
            var dm = S.Multiply(dn, r);
            var passed = S.Multiply(dHidden, z);
            if (step.Lengths != null)
            {
                var lengths = S.Load(step.Lengths + (at % Panel.Lanes));
                dr = S.SelectGreater(lengths, time, dr, zero);
                dz = S.SelectGreater(lengths, time, dz, zero);
                dn = S.SelectGreater(lengths, time, dn, zero);
                dm = S.SelectGreater(lengths, time, dm, zero);
                passed = S.SelectGreater(lengths, time, passed, dHidden);
            }

            S.Store(gates + at, dr);
            S.Store(gates + size + at, dz);
            S.Store(gates + (2 * size) + at, dn);
            S.Store(gates + (3 * size) + at, dm);
            S.Store(step.Carry + at, passed);
        }
    }
}
