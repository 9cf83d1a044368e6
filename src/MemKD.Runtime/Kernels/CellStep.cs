using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MemKD.Runtime.Kernels;

// One time step of one layer, a block of units (one vector) at a time.
// Source    LSTM Hochreiter & Schmidhuber 1997 with forget gate (Gers et al. 2000); GRU Cho et al. 2014, reset gate after
//           the recurrent product; layouts of torch.nn. Plain loops of the same: ReferenceNetwork.
// Sizes     D inputs, H units; `before` and `hidden` [blocks · lanes] are different memory.
// Forward   LSTM  i,f,o = sigmoid(a), g = tanh(a);  c = f·c' + i·g;  h = o·tanh(c)
//           GRU   r,z = sigmoid(a);  n = tanh(a_n + r·m);  h = n + z·(h' − n)
//           RNN   h = tanh(a)
// Order     a is the sum of two chains, since a stream waits for the longest one: 1 starts at the bias and takes units
//           0, 2, …; 2 starts at 0 and takes the inputs, then units 1, 3, …; one fused multiply-add each. The same on
//           every machine, whatever the width of its vectors.
internal static class CellStep
{
    [MethodImpl(MethodImplOptions.NoInlining)] // inlined, the compiler of .NET makes it up to twice as slow
    public static void Lstm(PackedLayer layer, ref float input, ref float before, ref float cell, ref float hidden)
    {
        var lanes = (nuint)Vector<float>.Count;
        ref var w = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var b = ref MemoryMarshal.GetArrayDataReference(layer.Biases);
        ref var c = ref cell;
        ref var h = ref hidden;
        for (var block = 0; block < layer.BlockCount; block++)
        {
            var i1 = Vector.LoadUnsafe(ref b);
            var f1 = Vector.LoadUnsafe(ref b, lanes);
            var g1 = Vector.LoadUnsafe(ref b, 2 * lanes);
            var o1 = Vector.LoadUnsafe(ref b, 3 * lanes);
            var i2 = Vector<float>.Zero;
            var f2 = Vector<float>.Zero;
            var g2 = Vector<float>.Zero;
            var o2 = Vector<float>.Zero;
            for (var k = 0; k < layer.InputSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref input, k));
                i2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), i2);
                f2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), f2);
                g2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), g2);
                o2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 3 * lanes), o2);
                w = ref Unsafe.Add(ref w, 4 * lanes);
            }

            ref var p = ref before;
            for (var k = 0; k < layer.EvenHiddenSize; k += 2)
            {
                var x = new Vector<float>(Unsafe.Add(ref p, k));
                i1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), i1);
                f1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), f1);
                g1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), g1);
                o1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 3 * lanes), o1);
                w = ref Unsafe.Add(ref w, 4 * lanes);
                x = new Vector<float>(Unsafe.Add(ref p, k + 1));
                i2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), i2);
                f2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), f2);
                g2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), g2);
                o2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 3 * lanes), o2);
                w = ref Unsafe.Add(ref w, 4 * lanes);
            }

            var kept = Activation.SigmoidOfTwice(f1 + f2) * Vector.LoadUnsafe(ref c);
            var now = Vector.FusedMultiplyAdd(Activation.SigmoidOfTwice(i1 + i2), Activation.Tanh(g1 + g2), kept);
            Vector.StoreUnsafe(now, ref c);
            Vector.StoreUnsafe(Activation.SigmoidOfTwice(o1 + o2) * Activation.Tanh(now), ref h);
            b = ref Unsafe.Add(ref b, 4 * lanes);
            c = ref Unsafe.Add(ref c, lanes);
            h = ref Unsafe.Add(ref h, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // inlined, the compiler of .NET makes it up to twice as slow
    public static void Gru(PackedLayer layer, ref float input, ref float before, ref float hidden)
    {
        var lanes = (nuint)Vector<float>.Count;
        ref var w = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var b = ref MemoryMarshal.GetArrayDataReference(layer.Biases);
        ref var own = ref before;
        ref var h = ref hidden;
        for (var block = 0; block < layer.BlockCount; block++)
        {
            var r1 = Vector.LoadUnsafe(ref b);
            var z1 = Vector.LoadUnsafe(ref b, lanes);
            var n2 = Vector.LoadUnsafe(ref b, 2 * lanes); // the candidate's input part has no units
            var m1 = Vector.LoadUnsafe(ref b, 3 * lanes);
            var r2 = Vector<float>.Zero;
            var z2 = Vector<float>.Zero;
            var m2 = Vector<float>.Zero;
            for (var k = 0; k < layer.InputSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref input, k));
                r2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), r2);
                z2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), z2);
                n2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), n2);
                w = ref Unsafe.Add(ref w, 3 * lanes);
            }

            ref var p = ref before;
            for (var k = 0; k < layer.EvenHiddenSize; k += 2)
            {
                var x = new Vector<float>(Unsafe.Add(ref p, k));
                r1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), r1);
                z1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), z1);
                m1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), m1);
                w = ref Unsafe.Add(ref w, 3 * lanes);
                x = new Vector<float>(Unsafe.Add(ref p, k + 1));
                r2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), r2);
                z2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), z2);
                m2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), m2);
                w = ref Unsafe.Add(ref w, 3 * lanes);
            }

            var n = Activation.Tanh(Vector.FusedMultiplyAdd(Activation.SigmoidOfTwice(r1 + r2), m1 + m2, n2));
            var z = Activation.SigmoidOfTwice(z1 + z2);
            Vector.StoreUnsafe(Vector.FusedMultiplyAdd(z, Vector.LoadUnsafe(ref own) - n, n), ref h);
            b = ref Unsafe.Add(ref b, 4 * lanes);
            own = ref Unsafe.Add(ref own, lanes);
            h = ref Unsafe.Add(ref h, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // inlined, the compiler of .NET makes it up to twice as slow
    public static void Rnn(PackedLayer layer, ref float input, ref float before, ref float hidden)
    {
        var lanes = (nuint)Vector<float>.Count;
        ref var w = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var b = ref MemoryMarshal.GetArrayDataReference(layer.Biases);
        ref var h = ref hidden;
        for (var block = 0; block < layer.BlockCount; block++)
        {
            var a1 = Vector.LoadUnsafe(ref b);
            var a2 = Vector<float>.Zero;
            for (var k = 0; k < layer.InputSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref input, k));
                a2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), a2);
                w = ref Unsafe.Add(ref w, lanes);
            }

            ref var p = ref before;
            for (var k = 0; k < layer.EvenHiddenSize; k += 2)
            {
                var x = new Vector<float>(Unsafe.Add(ref p, k));
                a1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), a1);
                w = ref Unsafe.Add(ref w, lanes);
                x = new Vector<float>(Unsafe.Add(ref p, k + 1));
                a2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), a2);
                w = ref Unsafe.Add(ref w, lanes);
            }

            Vector.StoreUnsafe(Activation.Tanh(a1 + a2), ref h);
            b = ref Unsafe.Add(ref b, lanes);
            h = ref Unsafe.Add(ref h, lanes);
        }
    }
}
