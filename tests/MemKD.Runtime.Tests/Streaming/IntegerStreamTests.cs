using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Runtime.Tests.Streaming;

/// <summary>Integer students on streams. That their bits are those of compiled C: tests/MemKD.Tests/Export/C99.</summary>
public class IntegerStreamTests
{
    /// <summary>Weights and samples are rounded, 4e-4 of the sigmoid's table; int16 over 40 steps.</summary>
    private const double Tolerance = 4e-3;

    [Theory]
    [InlineData(CellKind.Lstm, Pooling.Mean, true, 1)]
    [InlineData(CellKind.Lstm, Pooling.Last, false, 3)]
    [InlineData(CellKind.Gru, Pooling.Mean, true, 2)]
    [InlineData(CellKind.Rnn, Pooling.Mean, false, 1)]
    [InlineData(CellKind.Lstm, Pooling.Mean, true, 1, 2)]
    [InlineData(CellKind.Gru, Pooling.Last, false, 2, 3)]
    public void A_stream_in_integers_gives_nearly_the_answers_of_one_in_floats(
        CellKind cell,
        Pooling pooling,
        bool differences,
        int channels,
        int layers = 1
    )
    {
        var shape = new NetworkShape(cell, differences ? 2 * channels : channels, 8, layers, 3, false, pooling);
        var model = TestModels.Student(shape, Normalization.TrainChannelZ, differences);
        foreach (var perPoint in (double[])[1, 2.5])
        {
            var options = new StreamOptions { SamplesPerPoint = perPoint };
            var floats = new StreamingStudent(model, options);
            var integers = new StreamingStudent(Quantizer.Quantize(model, WeightFormat.SixteenBit), options);
            foreach (var one in Gentle(channels, 5))
            {
                floats.Reset();
                integers.Reset();
                for (var t = 0; t < one.Length; t++)
                {
                    Assert.Equal(floats.Step(TestModels.Sample(one, t)), integers.Step(TestModels.Sample(one, t)));
                    var expected = Scores(floats).Select(p => (double)p);
                    Assert.InRange(TestModels.Largest(Scores(integers), expected), 0, Tolerance);
                }

                Assert.Equal(floats.SampleCount, integers.SampleCount);
                var logits = new float[3];
                integers.Logits(logits);
                Assert.Equal(Array.IndexOf(logits, logits.Max()), integers.Class);
            }
        }
    }

    [Theory]
    [InlineData(Normalization.SeriesZ, true, 1, 20)]
    [InlineData(Normalization.SeriesZ, false, 2, 40)]
    [InlineData(Normalization.TrainChannelZ, true, 2, 37)]
    public void A_window_in_integers_gives_nearly_the_answer_of_one_in_floats(
        Normalization normalization,
        bool differences,
        int channels,
        int length
    )
    {
        // Windows above 25 samples are resampled; values are missing, in the end a whole channel.
        var shape = new NetworkShape(
            CellKind.Lstm,
            differences ? 2 * channels : channels,
            8,
            1,
            3,
            false,
            Pooling.Mean
        );
        var model = TestModels.Student(shape, normalization, differences, maxLength: 25);
        var options = new WindowOptions(length, 3);
        var floats = new WindowClassifier(model, options);
        var integers = new WindowClassifier(Quantizer.Quantize(model, WeightFormat.SixteenBit), options);
        var answers = 0;
        foreach (var one in Gentle(channels, 5))
        {
            for (var t = 0; t < one.Length; t++)
            {
                one.Channels[0][t] = t % 11 == 3 || answers > 30 ? float.NaN : one.Channels[0][t];
                if (floats.Step(TestModels.Sample(one, t)) | integers.Step(TestModels.Sample(one, t)))
                {
                    answers++;
                    var expected = Scores(floats).Select(p => (double)p);
                    Assert.InRange(TestModels.Largest(Scores(integers), expected), 0, Tolerance);
                }
            }
        }

        Assert.Equal(1 + ((200 - length) / 3), answers);
    }

    [Fact]
    public void Missing_values_are_held_or_skipped_and_long_gaps_reset()
    {
        var student = Student(CellKind.Lstm);
        float[] known = [1, 1, 2, 2];
        float[] missing = [1, float.NaN, 2, float.PositiveInfinity];

        Assert.Equal(Answers(new(student), known), Answers(new(student), missing));
        Assert.Equal(
            Answers(new(student), [1, 2]),
            Answers(new(student, new StreamOptions { Gaps = GapPolicy.Skip }), missing)
        );
        Assert.Equal(
            Answers(new(student), [3, 4]),
            Answers(
                new(student, new StreamOptions { ResetAfterGap = 2 }),
                [1, 2, float.NaN, float.NaN, float.NaN, 3, 4]
            )
        );
    }

    [Theory]
    [InlineData(CellKind.Lstm)]
    [InlineData(CellKind.Gru)]
    [InlineData(CellKind.Lstm, 2)]
    public void Reset_snapshots_and_steps_without_allocation(CellKind cell, int layers = 1)
    {
        var student = Student(cell, layers);
        Check(() => new StreamingStudent(student));
        Check(() => new StreamingStudent(student, new StreamOptions { SamplesPerPoint = 1.5 }));
        Check(() => new WindowClassifier(student, new WindowOptions(20, 3)));
    }

    [Fact]
    public void A_snapshot_of_floats_or_of_another_format_or_damaged_is_refused_and_the_stream_is_new()
    {
        var model = Model(CellKind.Lstm);
        var student = Quantizer.Quantize(model, WeightFormat.SixteenBit);
        var stream = new StreamingStudent(student);
        stream.Step([1]);
        var good = stream.Snapshot();

        // From the end: the sample before (2 bytes), 5 sums (4 each), 5 hidden states (2 each), 5 cells (4 each), the count.
        var count = good.Length - 2 - 20 - 10 - 20 - 4;
        byte[] With(int at, int value)
        {
            var changed = good.ToArray();
            BitConverter.TryWriteBytes(changed.AsSpan(at), value);
            return changed;
        }

        Assert.Equal(1, BitConverter.ToInt32(good, count));
        byte[][] bad =
        [
            new StreamingStudent(model).Snapshot(),
            new StreamingStudent(Quantizer.Quantize(model, WeightFormat.EightBitPowerOfTwo)).Snapshot(),
            good[..^1],
            [.. good, 0],
            With(count, 65536),
            With(count, -1),
            With(count + 4, 1 << 30), // a cell out of its bounds
            With(count + 34, 32769), // a sum that one state cannot reach
        ];
        foreach (var snapshot in bad)
        {
            stream.Restore(good);
            Assert.Equal(1, stream.SampleCount);
            Assert.Throws<InputException>(() => stream.Restore(snapshot));
            Assert.Equal(0, stream.SampleCount);
            Assert.Equal(Scores(new StreamingStudent(student)), Scores(stream));
        }
    }

    [Fact]
    public void Streams_share_a_student_and_nothing_else()
    {
        var student = Student(CellKind.Gru);
        var walks = Enumerable.Range(0, 16).Select(i => TestModels.Walk(200, (ulong)i)).ToArray();
        var expected = walks.Select(w => Answers(new(student), w)).ToArray();
        var actual = new float[walks.Length][];

        Parallel.For(0, walks.Length, i => actual[i] = Answers(new(student), walks[i]));

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(Normalization.SeriesZ, StreamScaling.AsTrained)]
    [InlineData(Normalization.SeriesZ, StreamScaling.Running)]
    [InlineData(Normalization.TrainChannelZ, StreamScaling.Forgetting)]
    public void Scaling_that_exported_code_has_not_is_refused(Normalization trained, StreamScaling asked)
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Rnn, 1, 4, 1, 2), trained);
        var student = Quantizer.Quantize(model, WeightFormat.SixteenBit);

        var refusal = Assert.Throws<InputException>(() => new StreamingStudent(student, new() { Scaling = asked }));

        Assert.Contains("windows", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    private static void Check(Func<IStreamClassifier> begin)
    {
        var walk = TestModels.Walk(200, 9);
        var whole = begin();
        Array.ForEach(walk, x => whole.Step([x]));
        var expected = Scores(whole);
        whole.Reset();
        Assert.Equal(0, whole.SampleCount);
        Assert.Equal(Scores(begin()), Scores(whole));
        foreach (var cut in (int[])[0, 17, 133])
        {
            whole.Reset();
            Array.ForEach(walk[..cut], x => whole.Step([x]));
            var second = begin();
            second.Restore(whole.Snapshot());
            Assert.Equal(Scores(whole), Scores(second));
            Assert.Equal(whole.Class, second.Class);
            Array.ForEach(walk[cut..], x => second.Step([x]));
            Assert.Equal(expected, Scores(second));
        }

        var scores = new float[2];
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var t = 0; t < 200; t++)
            {
                whole.Step(walk.AsSpan(t, 1));
                whole.Scores(scores);
                _ = whole.Class;
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    private static StudentModel Model(CellKind cell, int layers = 1) =>
        TestModels.Student(
            new NetworkShape(cell, 2, 5, layers, 2, false, Pooling.Mean),
            Normalization.TrainChannelZ,
            differences: true
        );

    private static IntegerStudent Student(CellKind cell, int layers = 1) =>
        Quantizer.Quantize(Model(cell, layers), WeightFormat.EightBitPowerOfTwo);

    /// <summary>Walks that stay within the ±8 deviations that integers hold.</summary>
    private static IReadOnlyList<TimeSeriesCase> Gentle(int channels, int count)
    {
        var cases = TestModels.Walks(channels, count, 40, seed: 11).Cases;
        foreach (var channel in cases.SelectMany(c => c.Channels))
        {
            foreach (ref var value in channel.AsSpan())
            {
                value = Math.Clamp(value, -3, 9);
            }
        }

        return cases;
    }

    private static float[] Answers(StreamingStudent stream, float[] samples)
    {
        Array.ForEach(samples, x => stream.Step([x]));
        return Scores(stream);
    }

    private static float[] Scores(IStreamClassifier stream)
    {
        var scores = new float[stream.Classes.Count];
        stream.Scores(scores);
        return scores;
    }
}
