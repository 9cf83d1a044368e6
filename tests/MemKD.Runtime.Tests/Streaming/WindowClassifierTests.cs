using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Runtime.Tests.Streaming;

public class WindowClassifierTests
{
    // Inputs have the same bits as training's; what differs is the order of sums in the step.
    private const double Tolerance = 5e-6;

    [Theory]
    [InlineData(Normalization.SeriesZ, true, 1, 20, 20)]
    [InlineData(Normalization.SeriesZ, false, 2, 37, 5)]
    [InlineData(Normalization.TrainChannelZ, true, 2, 37, 100)]
    [InlineData(Normalization.Raw, false, 3, 2, 1)]
    [InlineData(Normalization.SeriesZ, true, 1, 90, 7)]
    public void Every_window_gets_the_answer_of_a_series_of_its_samples(
        Normalization normalization,
        bool differences,
        int channels,
        int length,
        int hop
    )
    {
        // Windows above 25 samples are resampled; samples are missing here and there, some windows lack a channel.
        var shape = new NetworkShape(CellKind.Gru, differences ? 2 * channels : channels, 8, 1, 3, false, Pooling.Mean);
        var classifier = TestModels.Classifier(shape, normalization, differences, maxLength: 25);
        var series = TestModels.Walks(channels, 1, 400).Cases[0].Channels;
        foreach (var channel in series)
        {
            for (var t = 0; t < 400; t += 1 + (t % 17))
            {
                channel[t] = float.NaN;
            }

            channel.AsSpan(200, 60).Fill(float.NaN);
        }

        Check(classifier, series, new WindowOptions(length, hop));
    }

    [Theory]
    [InlineData("CBF")]
    [InlineData("SyntheticControl")]
    public void Windows_of_generated_sets_get_the_answers_of_their_cases(string set) =>
        CheckSet(Generators.Find(set)!.Generate().Test);

    [Theory]
    [InlineData("ItalyPowerDemand")]
    [InlineData("GunPoint")]
    [InlineData("BasicMotions")]
    [InlineData("DodgerLoopDay")]
    public void Windows_of_real_sets_get_the_answers_of_their_cases(string set)
    {
        var catalog = new ArchiveCatalog();
        Assert.SkipUnless(
            catalog.List().Any(e => e.Origin == DatasetOrigin.Local && e.Name == set),
            $"no folder of MEMKD_DATA has {set}"
        );
        CheckSet(catalog.Load(set).Split.Test);
    }

    [Fact]
    public void Answers_come_with_the_first_full_window_and_every_hop()
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Lstm, 1, 4, 1, 2), Normalization.SeriesZ);
        var windows = new WindowClassifier(model, new WindowOptions(5, 3));

        var at = Enumerable.Range(1, 15).Where(t => windows.Step([t * t])).ToArray();

        Assert.Equal([5, 8, 11, 14], at);
        Assert.Equal(15, windows.SampleCount);
    }

    [Fact]
    public void What_the_window_holds_can_be_classified_before_it_is_full()
    {
        var classifier = TestModels.Classifier(new NetworkShape(CellKind.Lstm, 1, 4, 1, 2), Normalization.SeriesZ);
        var windows = new WindowClassifier(classifier.ToStudent(), new WindowOptions(50, 50));
        var walk = TestModels.Walk(20, 1);
        Array.ForEach(walk, x => windows.Step([x]));

        windows.Classify();

        var expected = TestModels.Expected(classifier, new TimeSeriesDataset("x", [new([walk], "c0")]))[0];
        Assert.InRange(TestModels.Largest(Scores(windows), expected.Select(p => (double)p)), 0, Tolerance);
    }

    [Fact]
    public void A_long_gap_empties_the_window()
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Lstm, 1, 4, 1, 2), Normalization.SeriesZ);
        var windows = new WindowClassifier(model, new WindowOptions(5, 1, ResetAfterGap: 2));
        float[] stream = [1, 2, 3, 4, 5, float.NaN, 6, float.NaN, float.NaN, float.NaN, 1, 2, 3, 4, 5];

        var answers = stream.Select(x => windows.Step([x])).ToArray();

        Assert.Equal([4, 5, 6, 7, 14], Enumerable.Range(0, 15).Where(t => answers[t]));
    }

    [Fact]
    public void Reset_and_snapshots_and_steps_without_allocation()
    {
        var model = TestModels.Student(
            new NetworkShape(CellKind.Lstm, 2, 8, 1, 2, false, Pooling.Mean),
            Normalization.SeriesZ,
            differences: true,
            maxLength: 25
        );
        var options = new WindowOptions(40, 3);
        var walk = TestModels.Walk(200, 9);
        var whole = new WindowClassifier(model, options);
        Array.ForEach(walk, x => whole.Step([x]));
        var expected = Scores(whole);

        whole.Reset();
        Assert.Equal(Scores(new WindowClassifier(model, options)), Scores(whole));
        foreach (var cut in (int[])[0, 17, 133])
        {
            whole.Reset();
            Array.ForEach(walk[..cut], x => whole.Step([x]));
            var second = new WindowClassifier(model, options);
            second.Restore(whole.Snapshot());
            Assert.Equal(Scores(whole), Scores(second));
            Array.ForEach(walk[cut..], x => second.Step([x]));
            Assert.Equal(expected, Scores(second));
            Assert.Throws<InputException>(() => second.Restore(whole.Snapshot().AsSpan()[..^1]));
            Assert.Equal(0, second.SampleCount);
        }

        var scores = new float[2];
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var t = 0; t < 200; t++)
            {
                whole.Step(walk.AsSpan(t, 1));
                whole.Scores(scores);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(10_000_000, 1, null)]
    [InlineData(5, 0, null)]
    [InlineData(5, 1, 0)]
    public void Windows_that_cannot_be_are_refused(int length, int hop, int? gap)
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Rnn, 1, 2, 1, 2));

        Assert.ThrowsAny<ArgumentException>(() => new WindowClassifier(model, new WindowOptions(length, hop, gap)));
    }

    /// <summary>A student with random weights, prepared on the set, sees its cases one behind the other.</summary>
    private static void CheckSet(TimeSeriesDataset set)
    {
        var preparation = Preparation.Fit(set, new PreparationOptions());
        var shape = new NetworkShape(
            CellKind.Lstm,
            preparation.InputSize,
            8,
            1,
            set.Classes.Count,
            false,
            Pooling.Mean
        );
        var classifier = TestModels.Classifier(shape) with { Preparation = preparation, Classes = set.Classes };
        var cases = set.Select(Enumerable.Range(0, Math.Min(30, set.Cases.Count)));
        var length = cases.Cases[0].Length;
        var series = Enumerable
            .Range(0, set.ChannelCount)
            .Select(c => cases.Cases.SelectMany(one => one.Channels[c]).ToArray())
            .ToArray();
        Check(classifier, series, new WindowOptions(length, length));
    }

    private static void Check(RecurrentClassifier classifier, float[][] series, WindowOptions options)
    {
        var windows = new WindowClassifier(classifier.ToStudent(), options);
        var answers = new List<float[]>();
        var cases = new List<TimeSeriesCase>();
        var sample = new float[series.Length];
        for (var t = 0; t < series[0].Length; t++)
        {
            for (var c = 0; c < sample.Length; c++)
            {
                sample[c] = series[c][t];
            }

            if (windows.Step(sample))
            {
                answers.Add(Scores(windows));
                var window = series.Select(s => s[(t + 1 - options.Length)..(t + 1)]).ToArray();
                cases.Add(new TimeSeriesCase(window, classifier.Classes[0]));
            }
        }

        Assert.Equal(1 + ((series[0].Length - options.Length) / options.Hop), answers.Count);
        var expected = TestModels.Expected(classifier, new TimeSeriesDataset("windows", cases, classifier.Classes));
        for (var i = 0; i < answers.Count; i++)
        {
            Assert.InRange(TestModels.Largest(answers[i], expected[i].Select(p => (double)p)), 0, Tolerance);
        }
    }

    private static float[] Scores(WindowClassifier windows)
    {
        var scores = new float[windows.Classes.Count];
        windows.Scores(scores);
        return scores;
    }
}
