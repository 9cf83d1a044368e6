namespace MemKD.Engine.Kernels;

internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void RnnForward(in CellStep step)
    {
        var n = step.Hidden * Panel.Lanes;
        var time = S.Broadcast(step.Time);
        for (var at = 0; at < n; at += S.Width)
        {
            var hidden = Activation.Tanh<V, S>(S.Load(step.Gates + at));
            S.Store(step.Gates + at, hidden);
            if (step.Lengths != null)
            {
                var lengths = S.Load(step.Lengths + (at % Panel.Lanes));
                hidden = S.SelectGreater(lengths, time, hidden, S.Load(step.PreviousHidden + at));
            }

            S.Store(step.Output + at, hidden);
        }
    }

    internal override void RnnBackward(in CellStep step)
    {
        var n = step.Hidden * Panel.Lanes;
        var one = S.Broadcast(1f);
        var zero = S.Broadcast(0f);
        var time = S.Broadcast(step.Time);
        for (var at = 0; at < n; at += S.Width)
        {
            var hidden = S.Load(step.Gates + at);
            var dHidden = S.Add(S.Load(step.OutputGradient + at), S.Load(step.Carry + at));
            var da = S.Multiply(dHidden, S.FusedMultiplyAdd(S.Subtract(zero, hidden), hidden, one));
            var passed = zero;
            if (step.Lengths != null)
            {
                var lengths = S.Load(step.Lengths + (at % Panel.Lanes));
                da = S.SelectGreater(lengths, time, da, zero);
                passed = S.SelectGreater(lengths, time, zero, dHidden);
            }

            S.Store(step.Gates + at, da);
            S.Store(step.Carry + at, passed);
        }
    }
}
