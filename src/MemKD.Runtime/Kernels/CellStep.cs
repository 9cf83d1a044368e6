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
// Order     a starts at the bias; inputs 0, 1, …, then units 0, 1, …, one fused multiply-add each: the order of training,
//           so that hidden states have the bits that training's forward pass gives.
internal static class CellStep
{
    public static void Lstm(
        PackedLayer layer,
        ref float input,
        ReadOnlySpan<float> before,
        Span<float> cell,
        Span<float> hidden
    )
    {
        var lanes = (nuint)Vector<float>.Count;
        ref var w = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var b = ref MemoryMarshal.GetArrayDataReference(layer.Biases);
        ref var c = ref MemoryMarshal.GetReference(cell);
        ref var h = ref MemoryMarshal.GetReference(hidden);
        for (var block = 0; block < layer.BlockCount; block++)
        {
            var i = Vector.LoadUnsafe(ref b);
            var f = Vector.LoadUnsafe(ref b, lanes);
            var g = Vector.LoadUnsafe(ref b, 2 * lanes);
            var o = Vector.LoadUnsafe(ref b, 3 * lanes);
            for (var k = 0; k < layer.InputSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref input, k));
                i = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), i);
                f = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), f);
                g = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), g);
                o = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 3 * lanes), o);
                w = ref Unsafe.Add(ref w, 4 * lanes);
            }

            ref var p = ref MemoryMarshal.GetReference(before);
            for (var k = 0; k < layer.HiddenSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref p, k));
                i = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), i);
                f = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), f);
                g = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), g);
                o = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 3 * lanes), o);
                w = ref Unsafe.Add(ref w, 4 * lanes);
            }

            var now = Vector.FusedMultiplyAdd(
                Activation.Sigmoid(f),
                Vector.LoadUnsafe(ref c),
                Activation.Sigmoid(i) * Activation.Tanh(g)
            );
            Vector.StoreUnsafe(now, ref c);
            Vector.StoreUnsafe(Activation.Sigmoid(o) * Activation.Tanh(now), ref h);
            b = ref Unsafe.Add(ref b, 4 * lanes);
            c = ref Unsafe.Add(ref c, lanes);
            h = ref Unsafe.Add(ref h, lanes);
        }
    }

    public static void Gru(PackedLayer layer, ref float input, ReadOnlySpan<float> before, Span<float> hidden)
    {
        var lanes = (nuint)Vector<float>.Count;
        ref var w = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var b = ref MemoryMarshal.GetArrayDataReference(layer.Biases);
        ref var own = ref MemoryMarshal.GetReference(before);
        ref var h = ref MemoryMarshal.GetReference(hidden);
        for (var block = 0; block < layer.BlockCount; block++)
        {
            var r = Vector.LoadUnsafe(ref b);
            var z = Vector.LoadUnsafe(ref b, lanes);
            var n = Vector.LoadUnsafe(ref b, 2 * lanes);
            var m = Vector.LoadUnsafe(ref b, 3 * lanes);
            for (var k = 0; k < layer.InputSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref input, k));
                r = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), r);
                z = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), z);
                n = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), n);
                w = ref Unsafe.Add(ref w, 3 * lanes);
            }

            ref var p = ref MemoryMarshal.GetReference(before);
            for (var k = 0; k < layer.HiddenSize; k++)
            {
                var x = new Vector<float>(Unsafe.Add(ref p, k));
                r = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w), r);
                z = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, lanes), z);
                m = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref w, 2 * lanes), m);
                w = ref Unsafe.Add(ref w, 3 * lanes);
            }

            n = Activation.Tanh(Vector.FusedMultiplyAdd(Activation.Sigmoid(r), m, n));
            Vector.StoreUnsafe(
                Vector.FusedMultiplyAdd(Activation.Sigmoid(z), Vector.LoadUnsafe(ref own) - n, n),
                ref h
            );
            b = ref Unsafe.Add(ref b, 4 * lanes);
            own = ref Unsafe.Add(ref own, lanes);
            h = ref Unsafe.Add(ref h, lanes);
        }
    }

    public static void Rnn(PackedLayer layer, ref float input, ReadOnlySpan<float> before, Span<float> hidden)
    {
        var lanes = (nuint)Vector<float>.Count;
        ref var w = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var b = ref MemoryMarshal.GetArrayDataReference(layer.Biases);
        ref var h = ref MemoryMarshal.GetReference(hidden);
        for (var block = 0; block < layer.BlockCount; block++)
        {
            var a = Vector.LoadUnsafe(ref b);
            for (var k = 0; k < layer.InputSize; k++)
            {
                a = Vector.FusedMultiplyAdd(new Vector<float>(Unsafe.Add(ref input, k)), Vector.LoadUnsafe(ref w), a);
                w = ref Unsafe.Add(ref w, lanes);
            }

            ref var p = ref MemoryMarshal.GetReference(before);
            for (var k = 0; k < layer.HiddenSize; k++)
            {
                a = Vector.FusedMultiplyAdd(new Vector<float>(Unsafe.Add(ref p, k)), Vector.LoadUnsafe(ref w), a);
                w = ref Unsafe.Add(ref w, lanes);
            }

            Vector.StoreUnsafe(Activation.Tanh(a), ref h);
            b = ref Unsafe.Add(ref b, lanes);
            h = ref Unsafe.Add(ref h, lanes);
        }
    }
}
