using System.Numerics;
using System.Runtime.CompilerServices;

namespace MemKD.Runtime.Kernels;

/// <summary>
/// tanh and sigmoid on vectors, the same function as in training (docs/numerics.md), so that a student answers on a
/// stream what it answered when it was measured.
/// tanh(x) = x·P(x²)/Q(x²) on |x| ≤ 7.9, held beyond; P of degree 5, Q of degree 3. sigmoid(x) = ½ + ½·tanh(x/2).
/// Largest absolute error in float32: tanh 3e-7, sigmoid 1.5e-7; tanh is odd and never above 1. Arguments are finite.
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
    public static Vector<float> Tanh(Vector<float> x)
    {
        x = Vector.MinNative(Vector.MaxNative(x, new Vector<float>(-Limit)), new Vector<float>(Limit));
        var y = x * x;
        var p = Vector.FusedMultiplyAdd(new Vector<float>(P5), y, new Vector<float>(P4));
        p = Vector.FusedMultiplyAdd(p, y, new Vector<float>(P3));
        p = Vector.FusedMultiplyAdd(p, y, new Vector<float>(P2));
        p = Vector.FusedMultiplyAdd(p, y, new Vector<float>(P1));
        p = Vector.FusedMultiplyAdd(p, y, Vector<float>.One);
        var q = Vector.FusedMultiplyAdd(new Vector<float>(Q3), y, new Vector<float>(Q2));
        q = Vector.FusedMultiplyAdd(q, y, new Vector<float>(Q1));
        q = Vector.FusedMultiplyAdd(q, y, Vector<float>.One);
        return x * p / q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x)
    {
        var half = new Vector<float>(0.5f);
        return Vector.FusedMultiplyAdd(Tanh(x * half), half, half);
    }
}
