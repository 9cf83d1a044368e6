using MemKD.Engine.Losses;

namespace MemKD.Engine.Tests.Losses;

public class LossTests
{
    [Fact]
    public void Softmax_of_large_logits_stays_finite_and_a_shift_changes_nothing()
    {
        var p = Probabilities([1000f, 999f, -1000f]);

        // e/(1 + e); float32 rounding of a probability.
        Assert.Equal(Math.E / (1 + Math.E), p[0], 1e-7);
        Assert.Equal(0f, p[2]);
        Agreement.SameBits("shifted", Probabilities([0f, -1f, -2000f]), p);
        Assert.Equal(1000 + Math.Log(1 + Math.Exp(-1)), Softmax.LogSumExp([1000f, 999f]), 1e-12);
        Assert.Equal(-1000 + Math.Log(2), Softmax.LogSumExp([-1000f, -1000f]), 1e-12);
    }

    [Fact]
    public void Temperature_divides_the_logits()
    {
        Agreement.SameBits("τ = 4", Probabilities([8f, 4f, -2f], 4), Probabilities([2f, 1f, -0.5f]));
        Assert.Equal(Softmax.LogSumExp([2f, 1f]), Softmax.LogSumExp([8f, 4f], 4), 1e-12);
    }

    [Fact]
    public void Cross_entropy_and_its_gradient_agree_with_the_numbers_worked_by_hand()
    {
        // Case 0: logits (0, ln 3), p = (¼, ¾), label 1. Case 1: equal logits, p = ½. Smoothing 0.2: y = (0.1, 0.9).
        float[] logits = [0f, MathF.Log(3), 5f, 5f];
        float[] gradient = [1f, 1f, 1f, 1f];

        var loss = CrossEntropy.Evaluate(logits, [1, 0], smoothing: 0.2, weight: 3, gradient);

        var expected = (-(0.1 * Math.Log(0.25)) - (0.9 * Math.Log(0.75)) + Math.Log(2)) / 2;
        Assert.Equal(expected, loss, 1e-7); // ln 3 rounded to float32
        double[] slopes = [0.25 - 0.1, 0.75 - 0.9, 0.5 - 0.9, 0.5 - 0.1];
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(1 + (3 * slopes[i] / 2), gradient[i], 1e-6); // ADDED to the 1 that was there
        }
    }

    [Fact]
    public void Cross_entropy_of_a_confident_mistake_is_finite()
    {
        var gradient = new float[2];

        Assert.Equal(2e4, CrossEntropy.Evaluate([1e4f, -1e4f], [1], 0, 1, gradient), 1e-9);
        Assert.Equal([1f, -1f], gradient);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.5, 0.125, 0.5)]
    [InlineData(-0.5, 0.125, -0.5)]
    [InlineData(1, 0.5, 1)]
    [InlineData(-1, 0.5, -1)]
    [InlineData(3, 2.5, 1)]
    [InlineData(-3, 2.5, -1)]
    public void Smooth_L1_turns_from_square_to_line_at_1(double u, double value, double slope)
    {
        Assert.Equal(value, SmoothL1.Value(u));
        Assert.Equal(slope, SmoothL1.Derivative(u));
    }

    [Fact]
    public void Smooth_L1_is_continuous_at_its_transition() =>
        Assert.Equal(SmoothL1.Value(1 - 1e-9), SmoothL1.Value(1 + 1e-9), 3e-9);

    private static float[] Probabilities(float[] logits, double temperature = 1)
    {
        var p = new float[logits.Length];
        Softmax.Probabilities(logits, p, temperature);
        return p;
    }
}
