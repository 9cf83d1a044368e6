using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Runtime.Tests.Streaming;

public class StreamingStudentTests
{
    // Float rounding over 40 steps, as in StepNetworkTests; probabilities move by less than logits.
    private const double Tolerance = 5e-6;

    public static TheoryData<CellKind, Pooling, Normalization, bool, int, int> Models
    {
        get
        {
            var models = new TheoryData<CellKind, Pooling, Normalization, bool, int, int>();
            foreach (var cell in Enum.GetValues<CellKind>())
            {
                foreach (var pooling in Enum.GetValues<Pooling>())
                {
                    foreach (var differences in (bool[])[false, true])
                    {
                        models.Add(cell, pooling, Normalization.TrainChannelZ, differences, 1, 1);
                        models.Add(cell, pooling, Normalization.Raw, differences, 3, 2);
                    }
                }
            }

            return models;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void After_the_last_sample_the_answer_is_that_of_the_whole_series(
        CellKind cell,
        Pooling pooling,
        Normalization normalization,
        bool differences,
        int channels,
        int layers
    )
    {
        var shape = new NetworkShape(cell, differences ? 2 * channels : channels, 8, layers, 3, false, pooling);
        var classifier = TestModels.Classifier(shape, normalization, differences);
        var cases = TestModels.Walks(channels, 5, 40, seed: 11);
        var stream = new StreamingStudent(classifier.ToStudent());

        foreach (var (one, expected) in cases.Cases.Zip(TestModels.Expected(classifier, cases)))
        {
            stream.Reset();
            var actual = Run(stream, one);
            Assert.InRange(TestModels.Largest(actual, expected.Select(p => (double)p)), 0, Tolerance);
            Assert.Equal(Array.IndexOf(actual, actual.Max()), stream.Class);
            Assert.Equal(one.Length, stream.SampleCount);
        }
    }

    [Theory]
    [InlineData(Normalization.TrainChannelZ, true)]
    [InlineData(Normalization.Raw, false)]
    public void A_longer_series_at_its_own_rate_gives_the_answer_of_the_resampled_one(
        Normalization normalization,
        bool differences
    )
    {
        var shape = new NetworkShape(CellKind.Lstm, differences ? 4 : 2, 8, 1, 2, false, Pooling.Mean);
        var classifier = TestModels.Classifier(shape, normalization, differences, maxLength: 25);
        foreach (var length in (int[])[26, 49, 50, 97, 333])
        {
            var cases = TestModels.Walks(2, 3, length);
            var stream = new StreamingStudent(
                classifier.ToStudent(),
                new StreamOptions { SamplesPerPoint = (length - 1) / 24.0 }
            );
            foreach (var (one, expected) in cases.Cases.Zip(TestModels.Expected(classifier, cases)))
            {
                stream.Reset();
                Assert.InRange(TestModels.Largest(Run(stream, one), expected.Select(p => (double)p)), 0, Tolerance);
            }
        }
    }

    [Fact]
    public void Reset_makes_a_stream_new()
    {
        foreach (var options in AllOptions())
        {
            var model = ModelFor(options);
            var one = TestModels.Walks(2, 1, 40).Cases[0];
            var fresh = new StreamingStudent(model, options);
            var expected = Run(fresh, one);
            Run(fresh, TestModels.Walks(2, 1, 33, seed: 5).Cases[0]);

            fresh.Reset();

            Assert.Equal(0, fresh.SampleCount);
            Assert.Equal(expected, Run(fresh, one));
        }
    }

    [Fact]
    public void A_stream_goes_on_from_a_snapshot_as_if_nothing_had_happened()
    {
        foreach (var options in AllOptions())
        {
            var model = ModelFor(options);
            var one = TestModels.Walks(2, 1, 40).Cases[0];
            one.Channels[1][12] = one.Channels[0][12] = one.Channels[1][30] = float.NaN;
            var whole = new StreamingStudent(model, options);
            var expected = Run(whole, one);
            var first = new StreamingStudent(model, options);
            for (var t = 0; t < 13; t++)
            {
                first.Step(TestModels.Sample(one, t));
            }

            var second = new StreamingStudent(model, options);
            second.Step([9, 9]);
            second.Restore(first.Snapshot());
            for (var t = 13; t < 40; t++)
            {
                second.Step(TestModels.Sample(one, t));
            }

            Assert.Equal(expected, Scores(second));
            Assert.Equal(whole.SampleCount, second.SampleCount);
            Assert.Equal(whole.Snapshot(), second.Snapshot());
        }
    }

    [Fact]
    public void A_snapshot_of_something_else_or_damaged_is_refused_and_the_stream_is_new()
    {
        var shape = new NetworkShape(CellKind.Lstm, 2, 5, 1, 2, false, Pooling.Mean);
        var model = TestModels.Student(shape);
        var stream = new StreamingStudent(model);
        stream.Step([1, 2]);
        var good = stream.Snapshot();
        var other = new StreamingStudent(TestModels.Student(shape, seed: 2)).Snapshot();
        var skipping = new StreamingStudent(model, new StreamOptions { Gaps = GapPolicy.Skip }).Snapshot();
        var window = new WindowClassifier(model, new WindowOptions(5, 1)).Snapshot();
        var notFinite = good.ToArray();
        BitConverter.TryWriteBytes(notFinite.AsSpan(notFinite.Length - 8), double.NaN);
        byte[][] bad =
        [
            [],
            good[..20],
            good[..^1],
            [.. good, 0],
            [1, .. good[1..]],
            other,
            skipping,
            window,
            notFinite,
        ];
        foreach (var snapshot in bad)
        {
            stream.Restore(good);
            Assert.Equal(1, stream.SampleCount);
            var refusal = Assert.Throws<InputException>(() => stream.Restore(snapshot));
            Assert.DoesNotContain('\n', refusal.Message);
            Assert.Equal(0, stream.SampleCount);
            Assert.Equal(Scores(new StreamingStudent(model)), Scores(stream));
        }
    }

    [Fact]
    public void Streams_share_a_model_and_nothing_else()
    {
        var model = TestModels.Student(
            new NetworkShape(CellKind.Gru, 4, 9, 2, 3, false, Pooling.Mean),
            Normalization.TrainChannelZ,
            true
        );
        var cases = TestModels.Walks(2, 16, 200).Cases;
        var expected = cases.Select(c => Run(new StreamingStudent(model), c)).ToArray();
        var actual = new float[cases.Count][];

        // A new model, so that the threads also meet at laying its weights out.
        var shared = TestModels.Student(
            new NetworkShape(CellKind.Gru, 4, 9, 2, 3, false, Pooling.Mean),
            Normalization.TrainChannelZ,
            true
        );
        Parallel.For(0, cases.Count, i => actual[i] = Run(new StreamingStudent(shared), cases[i]));

        Assert.Equal(expected, actual);
        var together = cases.Select(_ => new StreamingStudent(shared)).ToArray();
        for (var t = 0; t < 200; t++)
        {
            for (var i = 0; i < together.Length; i++)
            {
                together[i].Step(TestModels.Sample(cases[i], t));
            }
        }

        Assert.Equal(expected, together.Select(Scores));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        foreach (var options in AllOptions())
        {
            var stream = new StreamingStudent(ModelFor(options), options);
            var scores = new float[2];
            float[] sample = [1, 2];
            float[] missing = [1, float.NaN];
            long Allocated()
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var t = 0; t < 1000; t++)
                {
                    sample[0] = t;
                    stream.Step(t % 10 == 0 ? missing : sample);
                    stream.Scores(scores);
                    _ = stream.Class;
                }

                return GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Allocated();
            Assert.Equal(0, Allocated());
        }
    }

    [Fact]
    public void Before_any_sample_the_answer_is_that_of_zero_states()
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Lstm, 1, 4, 1, 3, false, Pooling.Mean));
        var stream = new StreamingStudent(model);
        var logits = new float[3];

        stream.Logits(logits);

        Assert.Equal(model.HeadBias, logits);
        Assert.Equal(1, Scores(stream).Sum(), 1e-6f);
    }

    [Fact]
    public void A_sample_of_another_size_or_options_that_cannot_be_are_refused()
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Lstm, 1, 4, 1, 3));
        Assert.ThrowsAny<ArgumentException>(() => new StreamingStudent(model).Step([1, 2]));
        foreach (
            var options in (StreamOptions[])
                [new() { ResetAfterGap = 0 }, new() { SamplesPerPoint = 0.5 }, new() { SamplesPerPoint = double.NaN }]
        )
        {
            Assert.ThrowsAny<ArgumentException>(() => new StreamingStudent(model, options));
        }
    }

    [Theory]
    [InlineData(Normalization.SeriesZ, StreamScaling.AsTrained, "windows")]
    [InlineData(Normalization.Raw, StreamScaling.Running, "series-z")]
    [InlineData(Normalization.TrainChannelZ, StreamScaling.Forgetting, "series-z")]
    public void Scaling_that_does_not_fit_the_model_is_refused(Normalization trained, StreamScaling asked, string says)
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Rnn, 1, 4, 1, 2), trained);

        var refusal = Assert.Throws<InputException>(() => new StreamingStudent(model, new() { Scaling = asked }));

        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<StreamOptions> AllOptions() =>
        [
            new(),
            new() { Gaps = GapPolicy.Skip },
            new() { ResetAfterGap = 2 },
            new() { SamplesPerPoint = 2.5 },
            new() { Scaling = StreamScaling.Running },
            new()
            {
                Scaling = StreamScaling.Forgetting,
                HalfLife = 10,
                Gaps = GapPolicy.Skip,
                SamplesPerPoint = 1.5,
            },
        ];

    private static StudentModel ModelFor(StreamOptions options) =>
        TestModels.Student(
            new NetworkShape(CellKind.Lstm, 4, 6, 2, 2, false, Pooling.Mean),
            options.Scaling == StreamScaling.AsTrained ? Normalization.TrainChannelZ : Normalization.SeriesZ,
            differences: true
        );

    private static float[] Run(StreamingStudent stream, TimeSeriesCase one)
    {
        for (var t = 0; t < one.Length; t++)
        {
            stream.Step(TestModels.Sample(one, t));
        }

        return Scores(stream);
    }

    private static float[] Scores(StreamingStudent stream)
    {
        var scores = new float[stream.Classes.Count];
        stream.Scores(scores);
        return scores;
    }
}
