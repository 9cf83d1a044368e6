using System.Numerics;
using MemKD.Engine.Losses;

namespace MemKD.Engine.Tests.Losses;

public class ExponentialTests
{
    [Fact]
    public void Exp_agrees_with_the_library_and_is_exact_at_0()
    {
        for (var x = -86.9f; x < 87.9f; x += 0.0137f)
        {
            Assert.Equal(1, Exponential.Exp(new Vector<float>(x))[0] / Math.Exp(x), 2e-7);
        }

        Assert.Equal(1f, Exponential.Exp(Vector<float>.Zero)[0]);
    }

    [Theory]
    [InlineData(-1e33f, -87)]
    [InlineData(-200f, -87)]
    [InlineData(200f, 88)]
    public void Exp_stays_finite_far_out(float x, double clamped) =>
        Assert.Equal(1, Exponential.Exp(new Vector<float>(x))[0] / Math.Exp(clamped), 2e-7);

    [Fact]
    public void Log_agrees_with_the_library_and_is_exact_at_1()
    {
        for (var x = 1e-6f; x < 1e6f; x *= 1.0103f)
        {
            var expected = Math.Log(x);
            Assert.Equal(expected, Exponential.Log(new Vector<float>(x))[0], 1e-7 * Math.Max(1, Math.Abs(expected)));
        }

        Assert.Equal(0f, Exponential.Log(Vector<float>.One)[0]);
    }
}
