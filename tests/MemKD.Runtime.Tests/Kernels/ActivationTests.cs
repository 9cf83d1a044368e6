using System.Numerics;
using MemKD.Runtime.Kernels;

namespace MemKD.Runtime.Tests.Kernels;

public class ActivationTests
{
    private static readonly double[] Points =
    [
        .. Enumerable.Range(-120_000, 240_001).Select(i => i / 10_000.0),
        .. Enumerable.Range(-140, 260).SelectMany(e => (double[])[Math.Pow(2, e), -Math.Pow(2, e)]),
    ];

    [Fact]
    public void Tanh_is_within_3e_7() =>
        Assert.InRange(LargestError(x => Activation.Tanh(new Vector<float>(x))[0], Math.Tanh), 1e-9, 3e-7);

    [Fact]
    public void Sigmoid_is_within_1_6e_7() =>
        Assert.InRange(
            LargestError(x => Activation.SigmoidOfTwice(new Vector<float>(x / 2))[0], x => 1 / (1 + Math.Exp(-x))),
            1e-9,
            1.6e-7
        );

    [Fact]
    public void Tanh_is_odd_keeps_zero_and_stays_within_1()
    {
        foreach (var point in Points)
        {
            var x = (float)point;
            var y = Activation.Tanh(new Vector<float>(x))[0];
            Assert.Equal(-y, Activation.Tanh(new Vector<float>(-x))[0]);
            Assert.InRange(y, -1, 1);
        }

        Assert.Equal(0, Activation.Tanh(Vector<float>.Zero)[0]);
        Assert.Equal(1, Activation.Tanh(new Vector<float>(float.MaxValue))[0], 3e-7);
    }

    private static double LargestError(Func<float, float> actual, Func<double, double> expected) =>
        Points.Max(p => Math.Abs(actual((float)p) - expected((float)p)));
}
