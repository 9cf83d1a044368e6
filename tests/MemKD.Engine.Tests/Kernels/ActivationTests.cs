using System.Runtime.Intrinsics;
using MemKD.Engine.Kernels;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Tests.Kernels;

/// <summary>tanh and sigmoid on vectors against the C library's in double.</summary>
public unsafe class ActivationTests
{
    private static readonly float[] Grid =
    [
        .. Enumerable.Range(-120_000, 240_001).Select(i => i * 1e-4f),
        .. Enumerable.Range(-149, 270).Select(e => MathF.ScaleB(1.25f, e)).Where(float.IsFinite),
        float.MaxValue,
        float.PositiveInfinity,
    ];

    [Fact]
    public void Tanh_is_within_3e7_of_the_exact_value_everywhere()
    {
        // The fit's 1.7e-8, the cut at 7.9 (1 − tanh 7.9 = 2.7e-7) and a few roundings of 6e-8.
        var worst = Grid.Zip(Tanh(Grid), (x, y) => Math.Abs(y - Math.Tanh(x))).Max();

        Assert.InRange(worst, 0, 3e-7);
    }

    [Fact]
    public void Tanh_keeps_its_relative_accuracy_near_zero()
    {
        // A few roundings of 6e-8 each; denormal numbers (1e-38) have no relative accuracy to keep.
        var small = Grid.Where(x => Math.Abs(x) is > 1e-37f and < 0.5f).ToArray();
        var worst = small.Zip(Tanh(small), (x, y) => Math.Abs((y / Math.Tanh(x)) - 1)).Max();

        Assert.InRange(worst, 0, 3e-7);
    }

    [Fact]
    public void Sigmoid_is_within_2e7_of_the_exact_value_everywhere()
    {
        // Half of tanh's error and one rounding below 1.
        var worst = Grid.Zip(Sigmoid(Grid), (x, y) => Math.Abs(y - (1 / (1 + Math.Exp(-(double)x))))).Max();

        Assert.InRange(worst, 0, 2e-7);
    }

    [Fact]
    public void Tanh_is_odd_to_the_bit_and_never_beyond_1()
    {
        var plus = Tanh(Grid);
        var minus = Tanh([.. Grid.Select(x => -x)]);

        Agreement.SameBits("tanh(-x)", minus, [.. plus.Select(y => -y)]);
        Assert.All(plus, y => Assert.InRange(y, -1f, 1f));
    }

    [Fact]
    public void Zero_keeps_its_sign_and_NaN_stays_NaN()
    {
        Agreement.SameBits("tanh", Tanh([0f, -0f]), [0f, -0f]);
        Assert.Equal(0.5f, Sigmoid([0f])[0]);
        Assert.All(Tanh([float.NaN, -float.NaN]), y => Assert.True(float.IsNaN(y)));
        Assert.True(float.IsNaN(Sigmoid([float.NaN])[0]));
    }

    [Fact]
    public void All_widths_give_the_same_bits()
    {
        Agreement.SameBits("256 bits", Map<Vector256<float>, Simd256>(Grid), Tanh(Grid));
        Agreement.SameBits("512 bits", Map<Vector512<float>, Simd512>(Grid), Tanh(Grid));
    }

    private static float[] Tanh(float[] values) => Map<Vector128<float>, Simd128>(values);

    private static float[] Map<V, S>(float[] values)
        where V : struct
        where S : ISimd<V> => Map<V, S>(values, sigmoid: false);

    private static float[] Sigmoid(float[] values) => Map<Vector128<float>, Simd128>(values, sigmoid: true);

    private static float[] Map<V, S>(float[] values, bool sigmoid)
        where V : struct
        where S : ISimd<V>
    {
        var padded = new float[values.Length + S.Width];
        values.CopyTo(padded, 0);
        fixed (float* p = padded)
        {
            for (var i = 0; i < values.Length; i += S.Width)
            {
                var x = S.Load(p + i);
                S.Store(p + i, sigmoid ? Activation.Sigmoid<V, S>(x) : Activation.Tanh<V, S>(x));
            }
        }

        return padded[..values.Length];
    }
}
