namespace MemKD.Engine.Kernels;

// All matrix products of one GRU step at once, 4 units at a time: 16 sums, of which the input reaches r, z and n and the
// state r, z and m. Each sum runs over the input and then over the state, in order.
internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void GruGates(PackedGru weights, float* x, float* h, float* gates)
    {
        var hidden = weights.Hidden;
        var gateLength = hidden * Panel.Lanes;
        var last = stackalloc float[PackedGru.Biases * Panel.Lanes];
        var w = weights.Pointer;
        for (var unit = 0; unit < hidden; unit += PackedGru.Units, w += weights.GroupLength)
        {
            var to = gates + (unit * Panel.Lanes);
            if (unit + PackedGru.Units <= hidden)
            {
                GruUnits(w, x, weights.Inputs, h, hidden, to, gateLength);
                continue;
            }

            const int stride = PackedGru.Units * Panel.Lanes;
            GruUnits(w, x, weights.Inputs, h, hidden, last, stride);
            for (var gate = 0; gate < 4; gate++)
            {
                var rows = new Span<float>(last + (gate * stride), (hidden - unit) * Panel.Lanes);
                rows.CopyTo(new Span<float>(to + (gate * gateLength), rows.Length));
            }
        }
    }

    /// <summary>4 units; the rows of a gate are <paramref name="stride"/> floats from those of the gate before.</summary>
    private static void GruUnits(float* w, float* x, int inputs, float* h, int hidden, float* y, int stride)
    {
        if (S.Width != 16)
        {
            GruUnitsByGate(w, x, inputs, h, hidden, y, stride);
            return;
        }

        var r0 = S.Broadcast(w[0]);
        var r1 = S.Broadcast(w[1]);
        var r2 = S.Broadcast(w[2]);
        var r3 = S.Broadcast(w[3]);
        var z0 = S.Broadcast(w[4]);
        var z1 = S.Broadcast(w[5]);
        var z2 = S.Broadcast(w[6]);
        var z3 = S.Broadcast(w[7]);
        var n0 = S.Broadcast(w[8]);
        var n1 = S.Broadcast(w[9]);
        var n2 = S.Broadcast(w[10]);
        var n3 = S.Broadcast(w[11]);
        var m0 = S.Broadcast(w[12]);
        var m1 = S.Broadcast(w[13]);
        var m2 = S.Broadcast(w[14]);
        var m3 = S.Broadcast(w[15]);
        w += PackedGru.Biases;
        for (; inputs > 0; inputs--, w += PackedGru.Rows, x += Panel.Lanes)
        {
            var v = S.Load(x);
            r0 = S.FusedMultiplyAdd(S.Broadcast(w[0]), v, r0);
            r1 = S.FusedMultiplyAdd(S.Broadcast(w[1]), v, r1);
            r2 = S.FusedMultiplyAdd(S.Broadcast(w[2]), v, r2);
            r3 = S.FusedMultiplyAdd(S.Broadcast(w[3]), v, r3);
            z0 = S.FusedMultiplyAdd(S.Broadcast(w[4]), v, z0);
            z1 = S.FusedMultiplyAdd(S.Broadcast(w[5]), v, z1);
            z2 = S.FusedMultiplyAdd(S.Broadcast(w[6]), v, z2);
            z3 = S.FusedMultiplyAdd(S.Broadcast(w[7]), v, z3);
            n0 = S.FusedMultiplyAdd(S.Broadcast(w[8]), v, n0);
            n1 = S.FusedMultiplyAdd(S.Broadcast(w[9]), v, n1);
            n2 = S.FusedMultiplyAdd(S.Broadcast(w[10]), v, n2);
            n3 = S.FusedMultiplyAdd(S.Broadcast(w[11]), v, n3);
        }

        for (; hidden > 0; hidden--, w += PackedGru.Rows, h += Panel.Lanes)
        {
            var v = S.Load(h);
            r0 = S.FusedMultiplyAdd(S.Broadcast(w[0]), v, r0);
            r1 = S.FusedMultiplyAdd(S.Broadcast(w[1]), v, r1);
            r2 = S.FusedMultiplyAdd(S.Broadcast(w[2]), v, r2);
            r3 = S.FusedMultiplyAdd(S.Broadcast(w[3]), v, r3);
            z0 = S.FusedMultiplyAdd(S.Broadcast(w[4]), v, z0);
            z1 = S.FusedMultiplyAdd(S.Broadcast(w[5]), v, z1);
            z2 = S.FusedMultiplyAdd(S.Broadcast(w[6]), v, z2);
            z3 = S.FusedMultiplyAdd(S.Broadcast(w[7]), v, z3);
            m0 = S.FusedMultiplyAdd(S.Broadcast(w[8]), v, m0);
            m1 = S.FusedMultiplyAdd(S.Broadcast(w[9]), v, m1);
            m2 = S.FusedMultiplyAdd(S.Broadcast(w[10]), v, m2);
            m3 = S.FusedMultiplyAdd(S.Broadcast(w[11]), v, m3);
        }

        S.Store(y, r0);
        S.Store(y + 16, r1);
        S.Store(y + 32, r2);
        S.Store(y + 48, r3);
        y += stride;
        S.Store(y, z0);
        S.Store(y + 16, z1);
        S.Store(y + 32, z2);
        S.Store(y + 48, z3);
        y += stride;
        S.Store(y, n0);
        S.Store(y + 16, n1);
        S.Store(y + 32, n2);
        S.Store(y + 48, n3);
        y += stride;
        S.Store(y, m0);
        S.Store(y + 16, m1);
        S.Store(y + 32, m2);
        S.Store(y + 48, m3);
    }

    private static void GruUnitsByGate(float* w, float* x, int inputs, float* h, int hidden, float* y, int stride)
    {
        const int rows = PackedGru.Rows;
        var wX = w + PackedGru.Biases;
        var wH = wX + (rows * inputs);
        for (
            var lane = 0;
            lane < Panel.Lanes;
            lane += 2 * S.Width, x += 2 * S.Width, h += 2 * S.Width, y += 2 * S.Width
        )
        {
            Rows4Pair(wX, x, inputs, wH, h, hidden, rows, w, y);
            Rows4Pair(wX + 4, x, inputs, wH + 4, h, hidden, rows, w + 4, y + stride);
            Rows4Pair(wX + 8, x, inputs, wX, x, 0, rows, w + 8, y + (2 * stride));
            Rows4Pair(wH + 8, h, hidden, wH, h, 0, rows, w + 12, y + (3 * stride));
        }
    }
}
