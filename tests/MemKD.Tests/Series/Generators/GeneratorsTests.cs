using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MemKD.Series;

namespace MemKD.Tests.Series;

public class GeneratorsTests
{
    [Theory]
    [InlineData("CBF", 30, 900, 128, 3)]
    [InlineData("SyntheticControl", 300, 300, 60, 6)]
    [InlineData("TwoPatterns", 1000, 4000, 128, 4)]
    [InlineData("SyntheticEcg", 500, 1500, 140, 4)]
    [InlineData("SyntheticMotion", 200, 400, 100, 4, 3)]
    public void Sizes_are_those_of_the_archive_and_classes_are_balanced(
        string name,
        int train,
        int test,
        int length,
        int classes,
        int channels = 1
    )
    {
        var split = Generators.Find(name)!.Generate();

        foreach (var (part, count) in new[] { (split.Train, train), (split.Test, test) })
        {
            Assert.Equal(count, part.Cases.Count);
            Assert.Equal(name, part.Name);
            Assert.All(
                part.Cases,
                c => Assert.Equal(Enumerable.Repeat(length, channels), c.Channels.Select(x => x.Length))
            );
            Assert.All(part.Cases, c => Assert.All(c.Channels.SelectMany(x => x), v => Assert.True(float.IsFinite(v))));
            Assert.Equal(
                Enumerable.Repeat(count / classes, classes),
                part.Labels.CountBy(k => k).OrderBy(k => k.Key).Select(k => k.Value)
            );
        }
    }

    /// <summary>
    /// The digests are those of the first release: a built-in set must not change, or results made with it
    /// lose their meaning. A new digest needs a new name for the set.
    /// </summary>
    [Theory]
    [InlineData("CBF", "9eceda211deb1cf8")]
    [InlineData("SyntheticControl", "f1ebc88b9f39d9eb")]
    [InlineData("TwoPatterns", "02fb8c567efa2abf")]
    [InlineData("SyntheticEcg", "3256aeb05d8821ec")]
    [InlineData("SyntheticMotion", "93e9324ee88fb285")]
    public void Values_never_change(string name, string expected) =>
        Assert.Equal(expected, Digest(Generators.Find(name)!.Generate(1)));

    [Fact]
    public void The_seed_decides_and_train_differs_from_test()
    {
        foreach (var generator in Generators.All)
        {
            var one = generator.Generate(5);

            Assert.Equal(Digest(one), Digest(generator.Generate(5)));
            Assert.NotEqual(Digest(one), Digest(generator.Generate(6)), StringComparer.Ordinal);
            Assert.DoesNotContain(
                one.Test.Cases,
                c => c.Channels[0].AsSpan().SequenceEqual(one.Train.Cases[0].Channels[0])
            );
        }
    }

    [Fact]
    public void Names_are_found_in_any_case()
    {
        Assert.Equal("TwoPatterns", Generators.Find("twopatterns")!.Name);
        Assert.Null(Generators.Find("NoSuchSet"));
    }

    [Theory]
    [InlineData("CBF")]
    [InlineData("SyntheticControl")]
    [InlineData("TwoPatterns")]
    public void Series_have_mean_0_and_sample_deviation_1_as_in_the_archive(string name)
    {
        foreach (var one in Generators.Find(name)!.Generate(2).Train.Cases)
        {
            var x = one.Channels[0];
            var mean = x.Average(v => (double)v);

            // Six decimals are kept.
            Assert.Equal(0, mean, 1e-6);
            Assert.Equal(1, x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1), 1e-5);
        }
    }

    [Fact]
    public void Cylinder_is_flat_bell_rises_and_funnel_falls()
    {
        var test = Generators.Find("CBF")!.Generate().Test;
        var means = Enumerable.Range(0, 3).Select(k => ClassMean(test, k)).ToArray();

        // 300 cases a class: standard error of a mean about 1/17. Times 1 to 15 are noise in every case. At 33 to 48 the
        // event is on in every case: a cylinder has the same height there; a bell is at most at (48 - 16)/32 of its
        // height, on average far less at 33; a funnel has lost least at 33.
        foreach (var mean in means)
        {
            Assert.All(mean[..15], v => Assert.InRange(v, -2, -0.5));
        }

        Assert.True(means[0][32..48].Max() - means[0][32..48].Min() < 0.25);
        Assert.True(means[1][47] - means[1][32] > 0.4);
        Assert.True(means[2][32] - means[2][47] > 0.4);
    }

    [Fact]
    public void Control_charts_show_their_trend_shift_and_cycle()
    {
        var split = Generators.Find("SyntheticControl")!.Generate();
        var noise = new List<float>();
        foreach (var one in split.Train.Cases.Concat(split.Test.Cases))
        {
            var x = one.Channels[0];
            var rise = x[40..].Average() - x[..20].Average();
            switch (one.Label)
            {
                // Least rise of a trend: 0.2 · 40 = 8 in a deviation of sqrt(12 + (0.2 · 60)²/12) = 4.9, of a shift
                // 7.5 in sqrt(12 + 7.5²/4) = 5.1: above 1.4, less noise of sqrt(12/20 · 2)/5 = 0.22 a third.
                case "3" or "5":
                    Assert.True(rise > 0.6);
                    break;
                case "4" or "6":
                    Assert.True(rise < -0.6);
                    break;
                case "2":
                    Assert.InRange(CyclePeriod(x), 9.5, 15.5);
                    break;
                default:
                    Assert.InRange(rise, -1.6, 1.6);
                    noise.AddRange(x);
                    break;
            }
        }

        // Uniform noise: fourth moment 1.8 (a normal one: 3); 6,000 values, standard error of about 0.02, and the
        // scaling of each series by its own deviation adds as much.
        Assert.Equal(1.8, noise.Average(v => Math.Pow(v, 4)), 0.12);
    }

    [Fact]
    public void Two_patterns_carry_their_class_in_the_signs_of_two_noise_free_steps()
    {
        var signs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["1"] = "+-+-",
            ["2"] = "-++-",
            ["3"] = "+--+",
            ["4"] = "-+-+",
        };
        foreach (var one in Generators.Find("TwoPatterns")!.Generate().Train.Cases)
        {
            var runs = Runs(one.Channels[0]).ToArray();
            var found = string.Concat(runs.Select(r => r.Sign));

            // Two steps that touch with the same sign are one longer run.
            Assert.Contains(found, [signs[one.Label], Merged(signs[one.Label])], StringComparer.Ordinal);
            Assert.All(runs, r => Assert.InRange(r.Length, 8, 32));
        }
    }

    /// <summary>
    /// Generated training cases must do as well on the archive's own test cases as the archive's training cases do.
    /// Margin: 30 training cases make CBF's accuracy vary by about 0.03 (standard deviation) from draw to draw, 300 test
    /// cases SyntheticControl's by 0.02, TwoPatterns' 4,000 by 0.01; about three of them.
    /// </summary>
    [Theory]
    [InlineData("CBF", 0.09)]
    [InlineData("SyntheticControl", 0.06)]
    [InlineData("TwoPatterns", 0.03)]
    public void Generated_training_cases_classify_the_real_test_cases_as_well_as_real_ones(string name, double margin)
    {
        var real = RealData.Load(name);
        var generated = new TrainTestSplit(Generators.Find(name)!.Generate().Train, real.Test);

        Assert.Equal(
            NearestNeighbour.Accuracy(real, NearestNeighbour.Euclid),
            NearestNeighbour.Accuracy(generated, NearestNeighbour.Euclid),
            margin
        );
    }

    private static string Digest(TrainTestSplit split)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var channel in split.Train.Cases.Concat(split.Test.Cases).SelectMany(c => c.Channels))
        {
            hash.AppendData(MemoryMarshal.AsBytes(channel.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static double[] ClassMean(TimeSeriesDataset data, int label)
    {
        var members = data.Cases.Where((_, i) => data.Labels[i] == label).ToArray();
        return [.. Enumerable.Range(0, members[0].Length).Select(t => members.Average(c => (double)c.Channels[0][t]))];
    }

    /// <summary>The period, on a grid of 0.1, whose sine and cosine explain most of a series.</summary>
    private static double CyclePeriod(float[] x) =>
        Enumerable
            .Range(70, 131)
            .Select(p => p / 10.0)
            .MaxBy(period =>
                Math.Pow(x.Select((v, t) => v * Math.Sin(2 * Math.PI * t / period)).Sum(), 2)
                + Math.Pow(x.Select((v, t) => v * Math.Cos(2 * Math.PI * t / period)).Sum(), 2)
            );

    private static IEnumerable<(char Sign, int Length)> Runs(float[] x)
    {
        for (var t = 0; t < x.Length; )
        {
            var end = t;
            while (end < x.Length && x[end] == x[t])
            {
                end++;
            }

            if (end - t >= 8)
            {
                yield return (x[t] > 0 ? '+' : '-', end - t);
            }

            t = end;
        }
    }

    private static string Merged(string signs) => string.Concat(signs.Where((s, i) => i == 0 || s != signs[i - 1]));
}
