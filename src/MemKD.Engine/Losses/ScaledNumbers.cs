using System.Numerics;
using System.Runtime.CompilerServices;

namespace MemKD.Engine.Losses;

/// <summary>
/// exp and log of float32 vectors, for losses that take them for every time point. Only FMA and integer steps, so every
/// machine and width gives the same bits.
/// </summary>
public static class Exponential
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f; // 10 bits: n·Ln2High is exact
    private const float Ln2Low = -2.12194440e-4f;
    private const int RootHalf = 0x3F3504F3; // bits of √½

    /// <summary>
    /// eˣ for x from −87 to 88, at either end beyond; relative error below 2e-7. x = n·ln 2 + r, |r| ≤ ½ ln 2, and the
    /// Taylor series of eʳ to the 7th power (remainder 6e-9).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        x = Vector.Min(Vector.Max(x, new Vector<float>(-87f)), new Vector<float>(88f));
        var n = Vector.Round(x * Log2E);
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2High), x);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2Low), r);
        var p = Vector.FusedMultiplyAdd(r, new Vector<float>(1f / 5040), new Vector<float>(1f / 720));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1f / 120));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1f / 24));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1f / 6));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.5f));
        p = Vector.FusedMultiplyAdd(p, r, Vector<float>.One);
        p = Vector.FusedMultiplyAdd(p, r, Vector<float>.One);
        return p * Vector.AsVectorSingle((Vector.ConvertToInt32(n) + new Vector<int>(127)) << 23);
    }

    /// <summary>
    /// log x for positive normal x; absolute error below 1e-7 times the larger of 1 and |log x|. x = 2ᵉ·m, m from √½ to √2,
    /// t = (m − 1)/(m + 1), log m = 2(t + t³/3 + t⁵/5 + t⁷/7 + t⁹/9) (remainder 7e-10).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log(Vector<float> x)
    {
        var bits = Vector.AsVectorInt32(x);
        var exponent = (bits - new Vector<int>(RootHalf)) >> 23;
        var m = Vector.AsVectorSingle(bits - (exponent << 23));
        var t = (m - Vector<float>.One) / (m + Vector<float>.One);
        var square = t * t;
        var p = Vector.FusedMultiplyAdd(square, new Vector<float>(2f / 9), new Vector<float>(2f / 7));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(2f / 5));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(2f / 3));
        var low = Vector.FusedMultiplyAdd(p * square, t, t + t);
        return Vector.FusedMultiplyAdd(Vector.ConvertToSingle(exponent), new Vector<float>(0.693147181f), low);
    }
}
