using System.Runtime.CompilerServices;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Kernels;

/// <summary>
/// tanh and sigmoid on vectors.
/// tanh(x) = x·P(x²)/Q(x²) on |x| ≤ 7.9, P of degree 5, Q of degree 3: our own weighted least-squares (Lawson)
/// fit of the relative error (1.7e-8 before rounding, 3e-7 absolute in float32; exact 0 at 0, odd, never above 1).
/// sigmoid(x) = ½ + ½·tanh(x/2).
/// </summary>
internal static class Activation
{
    private const float Limit = 7.9f;
    private const float P1 = 0.12984918057918549f;
    private const float P2 = 0.002992104971781373f;
    private const float P3 = 9.939252777257934e-06f;
    private const float P4 = -1.4906408551951245e-08f;
    private const float P5 = 2.4105526602591354e-11f;
    private const float Q1 = 0.46318235993385315f;
    private const float Q2 = 0.024053126573562622f;
    private const float Q3 = 0.00023808788682799786f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tanh<V, S>(V x)
        where V : struct
        where S : ISimd<V>
    {
        x = S.Min(S.Broadcast(Limit), S.Max(S.Broadcast(-Limit), x));
        var y = S.Multiply(x, x);
        var p = S.FusedMultiplyAdd(S.Broadcast(P5), y, S.Broadcast(P4));
        p = S.FusedMultiplyAdd(p, y, S.Broadcast(P3));
        p = S.FusedMultiplyAdd(p, y, S.Broadcast(P2));
        p = S.FusedMultiplyAdd(p, y, S.Broadcast(P1));
        p = S.FusedMultiplyAdd(p, y, S.Broadcast(1f));
        var q = S.FusedMultiplyAdd(S.Broadcast(Q3), y, S.Broadcast(Q2));
        q = S.FusedMultiplyAdd(q, y, S.Broadcast(Q1));
        q = S.FusedMultiplyAdd(q, y, S.Broadcast(1f));
        return S.Divide(S.Multiply(x, p), q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Sigmoid<V, S>(V x)
        where V : struct
        where S : ISimd<V> =>
        S.FusedMultiplyAdd(Tanh<V, S>(S.Multiply(x, S.Broadcast(0.5f))), S.Broadcast(0.5f), S.Broadcast(0.5f));
}
