using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Random;

public class SeededRandomTests
{
    [Fact]
    public void Xoshiro256StarStar_gives_the_published_vector_of_state_1_2_3_4()
    {
        // The test vector of the Rust crate rand_xoshiro, made there with the authors' C program.
        ulong[] expected =
        [
            11520,
            0,
            1509978240,
            1215971899390074240,
            1216172134540287360,
            607988272756665600,
            16172922978634559625,
            8476171486693032832,
            10595114339597558777,
            2904607092377533576,
        ];
        var random = SeededRandom.FromState([1, 2, 3, 4]);

        Assert.Equal(expected, expected.Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void SplitMix64_gives_the_published_vector_of_seed_1234567_and_fills_the_state()
    {
        // The widely published outputs of the reference splitmix64.c for this seed.
        ulong[] expected =
        [
            6457827717110365317,
            3203168211198807973,
            9817491932198370423,
            4593380528125082431,
            16408922859458223821,
        ];
        var state = 1234567ul;

        Assert.Equal(expected, expected.Select(_ => SeededRandom.SplitMix64(ref state)));
        Assert.Equal(expected[..4], new SeededRandom(1234567).GetState());
    }

    [Theory]
    [InlineData("", 0xCBF29CE484222325)]
    [InlineData("a", 0xAF63DC4C8601EC8C)]
    [InlineData("foobar", 0x85944171F73967E8)]
    public void Fnv1a_gives_the_published_hashes(string text, ulong expected) =>
        Assert.Equal(expected, SeededRandom.Fnv1a(text));

    [Fact]
    public void A_saved_state_goes_on_where_it_was()
    {
        var random = new SeededRandom(7, "batches");
        random.NextGaussian();
        var copy = SeededRandom.FromState(random.GetState());

        Assert.Equal(
            Enumerable.Range(0, 50).Select(_ => random.NextGaussian()).ToArray(),
            Enumerable.Range(0, 50).Select(_ => copy.NextGaussian()).ToArray()
        );
    }

    [Fact]
    public void A_state_of_zeros_or_of_a_wrong_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SeededRandom.FromState([0, 0, 0, 0]));
        Assert.Throws<ArgumentException>(() => SeededRandom.FromState([1, 2, 3]));
    }

    [Fact]
    public void Streams_and_seeds_differ_and_repeat()
    {
        ulong First(ulong seed, string stream) => new SeededRandom(seed, stream).NextUInt64();

        Assert.Equal(First(3, "weights"), First(3, "weights"));
        Assert.Equal(
            4,
            new[] { First(3, "weights"), First(3, "batches"), First(4, "weights"), First(3, "") }
                .Distinct()
                .Count()
        );
    }

    [Fact]
    public void Uniform_numbers_lie_in_the_half_open_unit_interval_with_the_right_moments()
    {
        var random = new SeededRandom(1);
        const int n = 100_000;
        double sum = 0;
        double squares = 0;
        for (var i = 0; i < n; i++)
        {
            var x = random.NextDouble();
            Assert.True(x is >= 0 and < 1);
            sum += x;
            squares += x * x;
            Assert.True(random.NextSingle() is >= 0 and < 1);
        }

        // Standard errors: mean sqrt(1/12/n) = 9.1e-4, second moment sqrt(4/45/n) = 9.4e-4; five of them allowed.
        Assert.Equal(0.5, sum / n, 0.0046);
        Assert.Equal(1.0 / 3, squares / n, 0.0047);
    }

    [Fact]
    public void The_top_of_the_unit_interval_stays_below_one()
    {
        // The largest possible draws, rounded as in the generator.
        Assert.True((ulong.MaxValue >> 11) * (1.0 / (1ul << 53)) < 1);
        Assert.True((ulong.MaxValue >> 40) * (1.0f / (1u << 24)) < 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Integers_below_a_bound_are_equally_frequent(int bound)
    {
        var random = new SeededRandom(2, "ints");
        var counts = new int[bound];
        const int n = 60_000;
        for (var i = 0; i < n; i++)
        {
            counts[random.NextInt(bound)]++;
        }

        // Each count is binomial; five standard deviations.
        var p = 1.0 / bound;
        var tolerance = 5 * Math.Sqrt(n * p * (1 - p));
        Assert.All(counts, c => Assert.Equal(n * p, c, tolerance + 1e-9));
    }

    [Fact]
    public void A_bound_that_is_not_positive_is_refused()
    {
        var random = new SeededRandom(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(-1));
    }

    [Fact]
    public void Gaussian_numbers_have_the_moments_and_tails_of_a_standard_normal()
    {
        var random = new SeededRandom(3, "normal");
        const int n = 200_000;
        double m1 = 0;
        double m2 = 0;
        double m3 = 0;
        double m4 = 0;
        var beyond2 = 0;
        for (var i = 0; i < n; i++)
        {
            var x = random.NextGaussian();
            m1 += x;
            m2 += x * x;
            m3 += x * x * x;
            m4 += x * x * x * x;
            beyond2 += Math.Abs(x) > 2 ? 1 : 0;
        }

        // Five standard errors, from the normal's moments: var 1, 2, 15, 96; P(|x| > 2) = 0.0455003.
        var root = Math.Sqrt(n);
        Assert.Equal(0, m1 / n, 5 * 1 / root);
        Assert.Equal(1, m2 / n, 5 * Math.Sqrt(2) / root);
        Assert.Equal(0, m3 / n, 5 * Math.Sqrt(15) / root);
        Assert.Equal(3, m4 / n, 5 * Math.Sqrt(96) / root);
        Assert.Equal(0.0455003, (double)beyond2 / n, 5 * Math.Sqrt(0.0455 * 0.9545) / root);
    }

    [Fact]
    public void The_own_logarithm_agrees_with_the_library_to_two_units_in_the_last_place()
    {
        var random = new SeededRandom(4);
        for (var i = 0; i < 20_000; i++)
        {
            var x = Math.ScaleB(0.5 + (random.NextDouble() / 2), -random.NextInt(60));
            var expected = Math.Log(x);
            Assert.Equal(
                expected,
                SeededRandom.Log(x),
                2 * Math.Max(Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected), 1e-320)
            );
        }
    }

    [Fact]
    public void Shuffling_makes_every_order_of_three_equally_often()
    {
        var random = new SeededRandom(5);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        const int n = 60_000;
        int[] items = new int[3];
        for (var i = 0; i < n; i++)
        {
            (items[0], items[1], items[2]) = (0, 1, 2);
            random.Shuffle(items);
            var key = string.Concat(items);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(6, counts.Count);
        // Binomial with p = 1/6: five standard deviations are 456.
        Assert.All(counts.Values, c => Assert.Equal(n / 6.0, c, 456.0));
    }
}
