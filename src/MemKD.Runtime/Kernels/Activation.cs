using System.Numerics;
using System.Runtime.CompilerServices;

namespace MemKD.Runtime.Kernels;

/// <summary>
/// tanh and sigmoid on vectors, the same formula as in training (docs/numerics.md):
/// tanh(x) = x·P(x²)/Q(x²) on |x| ≤ 7.9, held beyond; P of degree 5, Q of degree 3. sigmoid(x) = ½ + ½·tanh(x/2).
/// The terms are added in pairs (Estrin), since a stream waits for each step and not for the arithmetic units.
/// Largest absolute error in float32: tanh 3e-7, sigmoid 1.6e-7; tanh is odd and never above 1. Arguments are finite.
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
        var y2 = y * y;
        var p1 = Vector.FusedMultiplyAdd(new Vector<float>(P1), y, Vector<float>.One);
        var p3 = Vector.FusedMultiplyAdd(new Vector<float>(P3), y, new Vector<float>(P2));
        var p5 = Vector.FusedMultiplyAdd(new Vector<float>(P5), y, new Vector<float>(P4));
        var q1 = Vector.FusedMultiplyAdd(new Vector<float>(Q1), y, Vector<float>.One);
        var q3 = Vector.FusedMultiplyAdd(new Vector<float>(Q3), y, new Vector<float>(Q2));
        var p = Vector.FusedMultiplyAdd(p5, y2, p3);
        var q = Vector.FusedMultiplyAdd(q3, y2, q1);
        p = Vector.FusedMultiplyAdd(p, y2, p1);
        return x * p / q;
    }

    /// <summary>sigmoid(2x): the packed weights of these gates are halved, which costs no bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> SigmoidOfTwice(Vector<float> x)
    {
        var half = new Vector<float>(0.5f);
        return Vector.FusedMultiplyAdd(Tanh(x), half, half);
    }
}
