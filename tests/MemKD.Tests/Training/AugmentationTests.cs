using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Tests.Training;

public class AugmentationTests
{
    private static readonly float[] Wave = [.. Enumerable.Range(0, 30).Select(t => MathF.Sin(t * 0.4f) + (t * 0.02f))];

    [Fact]
    public void All_off_changes_nothing_but_rounding()
    {
        Assert.True(new Augmentation().IsOff);
        Assert.All(Wave.Zip(Apply(new Augmentation(), Wave)), p => Assert.Equal(p.First, p.Second, 1e-6f));
    }

    [Fact]
    public void The_same_generator_gives_the_same_copy_and_another_one_another()
    {
        var all = new Augmentation
        {
            Jitter = 0.1,
            Scaling = 0.1,
            Slicing = 0.2,
            Warping = 0.5,
        };

        Assert.False(all.IsOff);
        Assert.Equal(Apply(all, Wave, 1), Apply(all, Wave, 1));
        Assert.NotEqual(Apply(all, Wave, 1), Apply(all, Wave, 2));
    }

    [Fact]
    public void A_warped_ramp_is_monotone_and_keeps_both_ends()
    {
        float[] ramp = [.. Enumerable.Range(0, 50).Select(t => (float)t)];
        for (ulong seed = 0; seed < 200; seed++)
        {
            var warped = Apply(new Augmentation { Warping = 1 }, ramp, seed);

            Assert.Equal(0, warped[0], 1e-5f);
            Assert.Equal(49, warped[^1], 1e-4f);
            Assert.All(warped.Zip(warped.Skip(1)), p => Assert.True(p.Second >= p.First - 1e-4f));
        }
    }

    [Fact]
    public void A_slice_stays_inside_the_series_and_is_long_enough()
    {
        float[] ramp = [.. Enumerable.Range(0, 101).Select(t => (float)t)];
        var shortest = 100f;
        for (ulong seed = 0; seed < 200; seed++)
        {
            var slice = Apply(new Augmentation { Slicing = 0.3 }, ramp, seed);

            Assert.InRange(slice[0], 0, 30.001f);
            Assert.InRange(slice[^1], slice[0] + 69.999f, 100.001f);
            Assert.All(slice.Zip(slice.Skip(1)), p => Assert.True(p.Second > p.First));
            shortest = Math.Min(shortest, slice[^1] - slice[0]);
        }

        Assert.InRange(shortest, 70, 73);
    }

    [Fact]
    public void Scaling_is_one_factor_a_channel()
    {
        float[] ones = [.. Enumerable.Repeat(1f, 4000)];
        var scaled = new float[4000];
        new Augmentation { Scaling = 0.5 }.Apply(ones, 2, new SeededRandom(1), scaled);
        Assert.Single(scaled[..2000].Distinct());
        Assert.Single(scaled[2000..].Distinct());
        Assert.NotEqual(scaled[0], scaled[^1]);
    }

    [Theory]
    [InlineData(2f, 1)] // steps of 2: rough enough for all of the noise
    [InlineData(0.1f, 0.1)] // steps of 0.1: a tenth
    public void Jitter_is_in_proportion_to_the_steps_of_the_series(float step, double share)
    {
        float[] zigzag = [.. Enumerable.Range(0, 4000).Select(t => t % 2 * step)];

        var jittered = Apply(new Augmentation { Jitter = 0.2 }, zigzag);

        // 4,000 values: the deviation is known to about 1 in √8000, a ninetieth; five times that.
        var deviation = Math.Sqrt(jittered.Zip(zigzag).Average(p => Math.Pow((double)p.First - p.Second, 2)));
        Assert.Equal(0.2 * share, deviation, 0.2 * share * 5 / 90);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Very_short_series_are_changed_too(int length)
    {
        var copy = Apply(new Augmentation { Slicing = 0.9, Warping = 1 }, [.. Wave.Take(length)]);

        Assert.All(copy, v => Assert.InRange(v, -0.001f, 0.5f));
    }

    [Fact]
    public void The_pool_holds_the_cases_first_and_then_a_copy_of_each_in_the_same_order()
    {
        var cases = SmallRun.Ramps(5, classes: 3, channels: 2);
        var jitter = new Augmentation { Jitter = 0.01 };
        var pool = AugmentedPool.Of(cases, jitter, copies: 2, seed: 1);

        Assert.Equal(15, pool.Count);
        for (var i = 0; i < pool.Count; i++)
        {
            Assert.Equal(cases.Labels[i % 5], pool.Labels[i]);
            var (original, copy) = (cases.Values(i % 5).ToArray(), pool.Values(i).ToArray());
            Assert.Equal(original.Length, copy.Length);
            Assert.Equal(i < 5, original.SequenceEqual(copy));
            Assert.All(original.Zip(copy), p => Assert.Equal(p.First, p.Second, 0.06f));
        }

        Assert.NotEqual(pool.Values(5).ToArray(), pool.Values(10).ToArray());
        Assert.Equal(pool.Values(14).ToArray(), AugmentedPool.Of(cases, jitter, 2, 1).Values(14).ToArray());
        Assert.NotEqual(pool.Values(14).ToArray(), AugmentedPool.Of(cases, jitter, 2, 2).Values(14).ToArray());
        Assert.Same(cases, AugmentedPool.Of(cases, jitter, 0, 1));
        Assert.Same(cases, AugmentedPool.Of(cases, new Augmentation(), 3, 1));
    }

    [Fact]
    public void Unseen_copies_are_none_of_the_cases_and_none_that_a_run_learns_from()
    {
        var cases = SmallRun.Ramps(700, classes: 3, channels: 2);

        var unseen = AugmentedPool.Unseen(cases);

        Assert.Equal(2100, unseen.Count); // 2,000, in whole copies of the cases
        var pool = AugmentedPool.Of(cases, Augmentation.Mild, 3, seed: 0);
        for (var i = 0; i < unseen.Count; i++)
        {
            Assert.Equal(cases.Labels[i % 700], unseen.Labels[i]);
            var copy = unseen.Values(i).ToArray();
            Assert.Equal(cases.Values(i % 700).Length, copy.Length);
            Assert.All(
                Enumerable.Range(0, 4),
                k => Assert.False(copy.SequenceEqual(pool.Values((k * 700) + (i % 700)).ToArray()))
            );
        }

        Assert.Equal(3001, AugmentedPool.Unseen(SmallRun.Ramps(3001, classes: 3, channels: 1)).Count);
    }

    private static float[] Apply(Augmentation augmentation, float[] source, ulong seed = 1)
    {
        var copy = new float[source.Length];
        augmentation.Apply(source, 1, new SeededRandom(seed), copy);
        return copy;
    }
}
