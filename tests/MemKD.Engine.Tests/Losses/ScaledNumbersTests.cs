using System.Numerics;
using MemKD.Engine.Losses;

namespace MemKD.Engine.Tests.Losses;

public class ScaledNumbersTests
{
    [Fact]
    public void Exp_agrees_with_the_library_and_is_exact_at_0()
    {
        for (var x = -86.9f; x <= 0; x += 0.0137f)
        {
            var mantissa = ScaledNumbers.Exp(new Vector<float>(x), out var exponent);
            Assert.Equal(1, mantissa[0] * Math.Pow(2, exponent[0]) / Math.Exp(x), 2e-7);
        }

        Assert.Equal(1f, ScaledNumbers.Exp(Vector<float>.Zero, out var none)[0]);
        Assert.Equal(0f, none[0]);
    }

    // x itself is known to 6e-8 of its size, which is all that a logarithm can keep.
    [Theory]
    [InlineData(-1000f)]
    [InlineData(-54_321.5f)]
    [InlineData(-3.9e6f)]
    public void Exp_reaches_far_beyond_float32(float x)
    {
        var mantissa = ScaledNumbers.Exp(new Vector<float>(x), out var exponent);
        Assert.InRange(mantissa[0], 0.6f, 1.7f);
        Assert.Equal(1, (Math.Log(mantissa[0]) + (exponent[0] * Math.Log(2))) / x, 1e-7);
    }

    [Fact]
    public void A_share_too_small_for_float32_stays_finite() =>
        Assert.InRange(ScaledNumbers.Shift(Vector<float>.One, new Vector<float>(-1e30f))[0], 0f, 1.2e-38f);

    [Fact]
    public void A_shift_is_exact()
    {
        for (var k = -126; k <= 0; k++)
        {
            Assert.Equal(MathF.ScaleB(1.5f, k), ScaledNumbers.Shift(new Vector<float>(1.5f), new Vector<float>(k))[0]);
        }
    }

    [Theory]
    [InlineData(0.3f, 1.2f, -2f)]
    [InlineData(1f, 1f, 0f)]
    [InlineData(9.5f, 1.1875f, 3f)]
    public void Normalizing_keeps_the_number(float number, float mantissa, float exponent)
    {
        var e = new Vector<float>(100f);
        Assert.Equal(mantissa, ScaledNumbers.Normalize(new Vector<float>(number), ref e)[0]);
        Assert.Equal(100f + exponent, e[0]);
    }
}
