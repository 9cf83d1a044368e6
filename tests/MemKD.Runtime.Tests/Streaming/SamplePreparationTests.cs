using MemKD.Engine.Layers;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Runtime.Tests.Streaming;

/// <summary>What the network sees of a stream, against sums over all samples so far.</summary>
public class SamplePreparationTests
{
    private static readonly float[] Walk = TestModels.Walk(300, 3);

    [Fact]
    public void Running_scaling_uses_the_moments_of_all_samples_so_far() => Check(StreamScaling.Running, 1);

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void Forgetting_scaling_uses_weights_that_halve_with_the_half_life(double halfLife) =>
        Check(StreamScaling.Forgetting, Math.Pow(0.5, 1 / halfLife), halfLife);

    [Fact]
    public void A_constant_stream_is_zero()
    {
        var preparation = Make(StreamScaling.Running);
        for (var t = 0; t < 5; t++)
        {
            Assert.True(preparation.Take([0.1f]));
            Assert.Equal([0, 0], preparation.Input.ToArray());
        }
    }

    [Fact]
    public void Held_values_stand_in_for_missing_ones_and_are_zero_before_the_first()
    {
        // Stored scaling (x − 3) / 2, difference scale 0.5, worked by hand; the second channel is never known.
        var model = Stored();
        var preparation = new SamplePreparation(model, new StreamOptions());
        float?[] samples = [null, 5, null, null, 4];
        float[] values = [0, 1, 1, 1, 0.5f];
        float[] differences = [0, 0, 0, 0, -1];
        for (var t = 0; t < samples.Length; t++)
        {
            Assert.True(preparation.Take([samples[t] ?? float.PositiveInfinity, float.NaN]));
            Assert.Equal([values[t], 0, differences[t], 0], preparation.Input.ToArray());
        }
    }

    [Fact]
    public void Skipped_samples_leave_no_trace()
    {
        var model = Stored();
        var with = new SamplePreparation(model, new StreamOptions { Gaps = GapPolicy.Skip });
        var without = new SamplePreparation(model, new StreamOptions());
        for (var t = 0; t < 20; t++)
        {
            Assert.False(with.Take([1, float.NaN]));
            Assert.False(with.Take([float.NegativeInfinity, 1]));
            Assert.True(with.Take([Walk[t], Walk[t + 9]]));
            without.Take([Walk[t], Walk[t + 9]]);
            Assert.Equal(without.Input.ToArray(), with.Input.ToArray());
        }
    }

    [Fact]
    public void A_long_gap_resets_the_stream_once()
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Lstm, 2, 4, 1, 2));
        var stream = new StreamingStudent(model, new StreamOptions { ResetAfterGap = 3 });
        var fresh = new StreamingStudent(model);
        float[] none = [float.NaN, float.NaN];

        stream.Step([1, 2]);
        stream.Step(none);
        stream.Step(none);
        Assert.Equal(3, stream.SampleCount);
        stream.Step([float.NaN, 1]); // one known value ends the gap
        stream.Step(none);
        stream.Step(none);
        Assert.Equal(6, stream.SampleCount);
        for (var t = 0; t < 4; t++)
        {
            Assert.False(stream.Step(none));
            Assert.Equal(0, stream.SampleCount);
        }

        Assert.True(stream.Step([3, 4]));
        fresh.Step([3, 4]);
        Assert.Equal(1, stream.SampleCount);
        var (a, b) = (new float[2], new float[2]);
        stream.Scores(a);
        fresh.Scores(b);
        Assert.Equal(b, a);
    }

    [Fact]
    public void Points_between_samples_lie_on_straight_lines()
    {
        var model = Stored();
        var preparation = new SamplePreparation(model, new StreamOptions { SamplesPerPoint = 2.5 });
        var points = new List<float>();
        for (var t = 0; t <= 10; t++)
        {
            if (preparation.Take([t * t, 0]))
            {
                points.Add((preparation.Input[0] * 2) + 3);
            }
        }

        // At 0, 2.5, 5, 7.5, 10: squares, and half-way between 4 and 9, between 49 and 64.
        Assert.Equal([0, 6.5f, 25, 56.5f, 100], points);
    }

    private static StudentModel Stored()
    {
        var any = TestModels.Student(new NetworkShape(CellKind.Rnn, 4, 2, 1, 2), Normalization.Raw, differences: true);
        return new StudentModel
        {
            Cell = any.Cell,
            ChannelCount = 2,
            HiddenSize = 2,
            Layers = any.Layers,
            Pooling = any.Pooling,
            HeadWeights = any.HeadWeights,
            HeadBias = any.HeadBias,
            Classes = any.Classes,
            Scaling = SampleScaling.TrainChannel,
            ChannelMeans = [3, 1],
            ChannelDeviations = [2, 0],
            DifferenceScales = [0.5, 0],
        };
    }

    private static SamplePreparation Make(StreamScaling scaling, double halfLife = 1) =>
        new(
            TestModels.Student(new NetworkShape(CellKind.Rnn, 2, 2, 1, 2), Normalization.SeriesZ, differences: true),
            new StreamOptions { Scaling = scaling, HalfLife = halfLife }
        );

    private static void Check(StreamScaling scaling, double keep, double halfLife = 1)
    {
        var preparation = Make(scaling, halfLife);
        var scale = TestModels
            .Student(new NetworkShape(CellKind.Rnn, 2, 2, 1, 2), Normalization.SeriesZ, differences: true)
            .DifferenceScales![0];
        for (var t = 0; t < Walk.Length; t++)
        {
            Assert.True(preparation.Take([Walk[t]]));
            var weights = Enumerable.Range(0, t + 1).Select(i => Math.Pow(keep, t - i)).ToArray();
            var sum = weights.Sum();
            var mean = weights.Zip(Walk, (w, x) => w * x).Sum() / sum;
            var deviation = Math.Sqrt(weights.Zip(Walk, (w, x) => w * (x - mean) * (x - mean)).Sum() / sum);
            var z = t == 0 ? 0 : (Walk[t] - mean) / deviation;
            var d = t == 0 ? 0 : (Walk[t] - Walk[t - 1]) / deviation / scale;

            // Rounding to float32 of values up to about 10.
            Assert.Equal(z, preparation.Input[0], 2e-6);
            Assert.Equal(d, preparation.Input[1], 1e-5);
        }
    }
}
