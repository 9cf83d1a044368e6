using MemKD.Engine.Memory;
using MemKD.Engine.Optimization;

namespace MemKD.Engine.Tests.Optimization;

public class ScheduleAndAverageTests
{
    [Fact]
    public void The_constant_rate_is_constant() =>
        Assert.All(
            Enumerable.Range(0, 5),
            u => Assert.Equal(0.1, new LearningRate(ScheduleKind.Constant, 0.1, 3).At(u))
        );

    [Fact]
    public void The_cosine_rises_over_the_warm_up_and_ends_at_zero()
    {
        var rate = new LearningRate(ScheduleKind.Cosine, 0.4, 24, WarmUp: 4);

        Assert.Equal([0.1, 0.2, 0.3, 0.4], Enumerable.Range(0, 4).Select(u => Math.Round(rate.At(u), 12)));
        Assert.Equal(0.4, rate.At(4), 1e-12);
        Assert.Equal(0.2, rate.At(14), 1e-12);
        Assert.Equal(0, rate.At(24), 1e-12);
        Assert.Equal(0, rate.At(100), 1e-12);
    }

    [Fact]
    public void Each_milestone_halves_the_rate_from_its_update_on()
    {
        var rate = new LearningRate(ScheduleKind.Milestones, 0.005, 100, Milestones: [25, 30, 35]);

        Assert.Equal(
            [0.005, 0.005, 0.0025, 0.0025, 0.00125, 0.000625, 0.000625],
            ((int[])[0, 24, 25, 29, 30, 35, 99]).Select(rate.At)
        );
        Assert.Equal(0.005, new LearningRate(ScheduleKind.Milestones, 0.005, 9).At(7));
    }

    [Fact]
    public void The_average_starts_at_the_weights_and_forgets_early_ones_first()
    {
        var weights = new ParameterSet([("w", [1])]);
        weights.Values[0] = 1;
        var average = new WeightAverage(weights, decay: 0.5);
        weights.Values[0] = 2;

        // Update 1: d = min(0.5, 2/11) = 2/11, a = 1·2/11 + 2·9/11 = 20/11. Update 100: d = 0.5.
        average.Add(weights, 1);
        Assert.Equal(20.0 / 11, average.Values.Values[0], 1e-6);
        weights.Values[0] = 0;
        average.Add(weights, 100);
        Assert.Equal(10.0 / 11, average.Values.Values[0], 1e-6);
    }

    [Fact]
    public void Clipping_scales_only_what_is_too_long_and_reports_the_norm_before()
    {
        var gradient = new ParameterSet([("a", [2]), ("b", [2])]);
        float[] values = [3f, 0f, 0f, 4f];
        values.CopyTo(gradient.Values);

        Assert.Equal(5, GradientClipping.ToNorm(gradient, 10));
        Assert.Equal(values, gradient.Values.ToArray());
        Assert.Equal(5, GradientClipping.ToNorm(gradient, 1));
        Assert.Equal(0.6, gradient.Values[0], 1e-7);
        Assert.Equal(0.8, gradient.Values[3], 1e-7);
    }

    [Fact]
    public void A_gradient_that_is_not_a_number_is_reported_and_left_alone()
    {
        var gradient = new ParameterSet([("a", [2])]);
        gradient.Values[0] = float.NaN;
        gradient.Values[1] = 3;

        Assert.True(double.IsNaN(GradientClipping.ToNorm(gradient, 1)));
        Assert.Equal(3, gradient.Values[1]);
    }
}
