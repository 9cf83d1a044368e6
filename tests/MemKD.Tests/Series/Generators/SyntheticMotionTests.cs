using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Series;

public class SyntheticMotionTests
{
    private static readonly TrainTestSplit Split = Generators.Find("SyntheticMotion")!.Generate();

    [Fact]
    public void Values_are_those_of_a_converter_of_8_g_in_steps_of_4_mg() =>
        Assert.All(
            Split.Train.Cases.SelectMany(c => c.Channels).SelectMany(c => c),
            v =>
            {
                Assert.InRange(v, -8, 8);
                // A float32 below 8 is off by 2.4e-7 at most, 250 of it by 6e-5.
                Assert.Equal(Math.Round(v * 250.0), v * 250.0, 1e-4);
            }
        );

    [Fact]
    public void Walking_has_the_power_of_its_load_factors()
    {
        var power = Draws(BodyMotion.Walk).Average(m => m.Up.Average(u => (u - 1) * (u - 1)));

        // Factors at 1.99 Hz: .426, .091, .071, .065; with the spread of the pace a sum of squares of .204; half of it, times the
        // mean square .823 of vigour. 400 draws: standard error 2 %, and what a pace is cut off at takes 1 %.
        Assert.Equal(0.0841, power, 0.06 * 0.0841);
    }

    [Fact]
    public void Walking_has_a_pace_of_about_2_Hz_and_a_stride_of_half_of_it()
    {
        // Mean 1.99, deviation 0.173; the grid is 0.1 Hz. Standard error of 400 draws 0.01.
        Assert.Equal(1.99, Draws(BodyMotion.Walk).Average(m => Frequency(m.Up)), 0.05);
        Assert.Equal(1.0, Draws(BodyMotion.Walk).Average(m => Frequency(m.Side)), 0.05);
    }

    [Fact]
    public void Running_carries_the_weight_on_the_mean_and_flies_between_the_steps()
    {
        var draws = Draws(BodyMotion.Run);

        // A recording is 10 to 13 steps; a part of a step more or less moves its mean by up to 5 %, at random.
        Assert.Equal(1, draws.Average(m => m.Up.Average()), 0.01);
        // Contact is 0.55 … 0.85 of a step, 0.7 on average.
        Assert.Equal(0.3, draws.Average(m => m.Up.Average(u => u == 0 ? 1.0 : 0)), 0.02);
        // The peak force is π/2 over the contact: 1.85 to 2.86 times the weight.
        Assert.All(draws, m => Assert.InRange(m.Up.Max(), 1.7, 2.86));
    }

    [Fact]
    public void A_fall_loses_its_support_meets_the_ground_and_ends_lying_still()
    {
        foreach (var fall in Draws(BodyMotion.Fall))
        {
            var impact = Array.IndexOf(fall.Up, fall.Up[15..].Max());

            Assert.True(fall.Up[..impact].Min() < 0.8);
            Assert.True(fall.Tilt[^1] >= 1);
            Assert.InRange(Math.Abs(fall.Tilt[0]), 0, 1);
            Assert.All(fall.Up[^5..], u => Assert.Equal(1, u));
        }

        // Impacts of 1.5 to 5 g seldom lie on a sample with their top.
        Assert.InRange(Draws(BodyMotion.Fall).Average(m => m.Up.Max()), 3, 4.25);
    }

    [Fact]
    public void The_sensor_is_turned_but_gravity_stays_1_g()
    {
        foreach (var one in Split.Test.Cases.Where(c => c.Label is "rest"))
        {
            var norm = Math.Sqrt(one.Channels.Sum(c => Math.Pow(c[..5].Average(v => (double)v), 2)));

            // Offsets of 0.03 g an axis, noise of up to 0.03 g over five samples.
            Assert.Equal(1, norm, 0.15);
        }

        double Mean(string label, int channel) =>
            Split.Test.Cases.Where(c => c.Label == label).Average(c => c.Channels[channel].Average(v => (double)v));

        // Walkers are tilted by 0.2 rad: E cos = 0.98. Any heading: the other axes cancel.
        Assert.Equal(0.98, Mean("walk", 2), 0.02);
        Assert.Equal(0, Mean("walk", 0), 0.05);
        Assert.Equal(0, Mean("walk", 1), 0.05);
        // Fallen and resting people lie at any angle.
        Assert.InRange(Mean("fall", 2), 0.2, 0.8);
    }

    [Fact]
    public void It_is_neither_solved_by_the_nearest_neighbour_nor_hopeless() =>
        // 327 of 400, computed with numpy from the written CSV files; two cases for ties and sums in another order.
        Assert.Equal(
            0.8175,
            NearestNeighbour.Accuracy(new TrainTestSplit(Flat(Split.Train), Flat(Split.Test)), NearestNeighbour.Euclid),
            0.005
        );

    private static BodyMotion[] Draws(Func<SeededRandom, BodyMotion> draw)
    {
        var random = new SeededRandom(3);
        return [.. Enumerable.Range(0, 400).Select(_ => draw(random))];
    }

    /// <summary>The frequency, from 0.5 to 3.5 Hz in steps of 0.1, that has most power.</summary>
    private static double Frequency(double[] x)
    {
        var mean = x.Average();
        return Enumerable
            .Range(5, 31)
            .Select(f => f / 10.0)
            .MaxBy(f =>
                Math.Pow(x.Select((v, t) => (v - mean) * Math.Cos(2 * Math.PI * f * t / BodyMotion.Rate)).Sum(), 2)
                + Math.Pow(x.Select((v, t) => (v - mean) * Math.Sin(2 * Math.PI * f * t / BodyMotion.Rate)).Sum(), 2)
            );
    }

    /// <summary>All channels of a case behind one another.</summary>
    private static TimeSeriesDataset Flat(TimeSeriesDataset data) =>
        new(
            data.Name,
            [
                .. data.Cases.Select(c => new TimeSeriesCase(
                    [
                        [.. c.Channels.SelectMany(v => v)],
                    ],
                    c.Label
                )),
            ],
            data.Classes
        );
}
