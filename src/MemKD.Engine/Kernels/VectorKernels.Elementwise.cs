namespace MemKD.Engine.Kernels;

internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void Add(float* a, float* b, int length, float* y)
    {
        for (var at = 0; at < length; at += S.Width)
        {
            S.Store(y + at, S.Add(S.Load(a + at), S.Load(b + at)));
        }
    }

    internal override void Product(float* a, float* b, int length, float* y)
    {
        for (var at = 0; at < length; at += S.Width)
        {
            S.Store(y + at, S.Multiply(S.Load(a + at), S.Load(b + at)));
        }
    }

    internal override void AddScaled(float* a, float* factor, float* lengths, float time, int length, float* y)
    {
        var now = S.Broadcast(time);
        for (var at = 0; at < length; at += S.Width)
        {
            var before = S.Load(y + at);
            var after = S.FusedMultiplyAdd(S.Load(factor + (at % Panel.Lanes)), S.Load(a + at), before);
            S.Store(
                y + at,
                lengths == null ? after : S.SelectGreater(S.Load(lengths + (at % Panel.Lanes)), now, after, before)
            );
        }
    }
}
