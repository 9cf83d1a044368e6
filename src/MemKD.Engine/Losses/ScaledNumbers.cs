using System.Numerics;
using System.Runtime.CompilerServices;

namespace MemKD.Engine.Losses;

/// <summary>
/// Vectors of positive numbers m·2ᵉ far beyond the range of float32, e a whole number kept apart in float32: for products
/// and sums of exponentials without logarithms in between. Only FMA and integer steps, so every machine and width gives
/// the same bits.
/// </summary>
public static class ScaledNumbers
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f; // 10 bits: n·Ln2High is exact
    private const float Ln2Low = -2.12194440e-4f;
    private const float Least = -4e6f;
    private const float WholeBias = 12582912f + 127f; // 1.5·2²³ makes the last bits of a float a whole number

    /// <summary>
    /// eˣ for x ≤ 0, below −4·10⁶ as there; relative error of the mantissa below 2e-7 for x above −87. x = n·ln 2 + r,
    /// |r| ≤ ½ ln 2, and the Taylor series of eʳ to the 7th power (remainder 6e-9).
    /// </summary>
    /// <param name="x">x.</param>
    /// <param name="exponent">e.</param>
    /// <returns>m, from 0.7 to 1.42.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x, out Vector<float> exponent)
    {
        x = Vector.MaxNative(new Vector<float>(Least), x);
        exponent = Vector.Round(x * Log2E);
        var r = Vector.FusedMultiplyAdd(exponent, new Vector<float>(-Ln2High), x);
        r = Vector.FusedMultiplyAdd(exponent, new Vector<float>(-Ln2Low), r);
        var p = Vector.FusedMultiplyAdd(r, new Vector<float>(1f / 5040), new Vector<float>(1f / 720));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1f / 120));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1f / 24));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1f / 6));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.5f));
        p = Vector.FusedMultiplyAdd(p, r, Vector<float>.One);
        return Vector.FusedMultiplyAdd(p, r, Vector<float>.One);
    }

    /// <summary>m·2ᵏ for whole k ≤ 0, below −126 as there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Shift(Vector<float> mantissa, Vector<float> k)
    {
        var biased = Vector.MaxNative(new Vector<float>(-126f), k) + new Vector<float>(WholeBias);
        return mantissa * Vector.AsVectorSingle(Vector.AsVectorInt32(biased) << 23);
    }

    /// <summary>The same number with 1 ≤ m &lt; 2.</summary>
    /// <param name="mantissa">m, positive and normal.</param>
    /// <param name="exponent">e; replaced.</param>
    /// <returns>The new m.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Normalize(Vector<float> mantissa, ref Vector<float> exponent)
    {
        var bits = Vector.AsVectorInt32(mantissa);
        var k = (bits >> 23) - new Vector<int>(127);
        exponent += Vector.ConvertToSingle(k);
        return Vector.AsVectorSingle(bits - (k << 23));
    }
}
