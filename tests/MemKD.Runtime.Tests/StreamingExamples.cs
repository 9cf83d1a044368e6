using System.Text.RegularExpressions;
using MemKD.Engine.Layers;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Runtime.Tests;

/// <summary>The examples of docs/streaming.md and README.md, compiled and run; and that they are those of the documents.</summary>
public sealed partial class StreamingExamples : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("memkd-examples-").FullName;

    [Fact]
    public void The_examples_run()
    {
        Write("runs/student", Normalization.TrainChannelZ);
        Write("series", Normalization.SeriesZ);
        float[] samples = TestModels.Walk(300, 5);
        var console = new StringWriter();
        var validation = TestModels.Walks(1, 10, 40);

        var stream = Stream(samples, console);
        Assert.Contains(console.ToString().Trim(), stream.Classes);
        Windows(stream.Classes.Count, samples);
        ReadMe(1, console);
        var approximate = Approximate();
        Assert.True(approximate.Step([1]));
        var before = stream.Snapshot();
        Snapshots(stream);
        Assert.Equal(before, stream.Snapshot());
        Assert.Equal(stream.Classes, Integers().Classes);
        Early(stream, samples);
        Assert.True(TradeOff(stream, validation) is null or { Consecutive: > 0 });
    }

    [Fact]
    public void The_examples_are_those_of_the_documents()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "MemKD.slnx")))
        {
            root = root.Parent!;
        }

        var documents =
            File.ReadAllText(Path.Combine(root.FullName, "docs", "streaming.md"))
            + File.ReadAllText(Path.Combine(root.FullName, "README.md"));
        var code = Blanks()
            .Replace(
                File.ReadAllText(
                    Path.Combine(root.FullName, "tests", "MemKD.Runtime.Tests", $"{nameof(StreamingExamples)}.cs")
                ),
                " "
            );
        var examples = Example().Matches(documents);

        Assert.Equal(8, examples.Count);
        foreach (Match example in examples)
        {
            var text = Blanks()
                .Replace(example.Groups["code"].Value.Trim(), " ")
                .Replace("\"runs/student\"", "PathOf(\"runs/student\")", StringComparison.Ordinal)
                .Replace("Console.", "console.", StringComparison.Ordinal);
            Assert.True(code.Contains(text, StringComparison.Ordinal), text);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private StreamingStudent Stream(float[] samples, StringWriter console)
    {
        var model = StudentModel.Load(PathOf("runs/student"));
        var stream = new StreamingStudent(model);
        var scores = new float[stream.Classes.Count];
        foreach (var sample in samples)
        {
            stream.Step([sample]); // one value a channel
            stream.Scores(scores); // probabilities about everything since the last reset
        }

        console.WriteLine(stream.Classes[stream.Class]);
        return stream;
    }

    private void Windows(int classes, float[] samples)
    {
        var model = StudentModel.Load(PathOf("series"));
        var scores = new float[classes];
        var windows = new WindowClassifier(model, new WindowOptions(Length: 96, Hop: 8));
        foreach (var sample in samples)
        {
            if (windows.Step([sample]))
            {
                windows.Scores(scores); // about the latest 96 samples, every 8 samples
            }
        }

        Assert.Equal(1, scores.Sum(), 1e-6f);
    }

    private void ReadMe(float sample, StringWriter console)
    {
        var model = StudentModel.Load(PathOf("runs/student"));
        var windows = new WindowClassifier(model, new WindowOptions(Length: 60, Hop: 10));
        if (windows.Step([sample]))
        {
            console.WriteLine(windows.Classes[windows.Class]);
        }
    }

    private StreamingStudent Approximate()
    {
        var model = StudentModel.Load(PathOf("series"));
        var approximate = new StreamingStudent(
            model,
            new StreamOptions { Scaling = StreamScaling.Forgetting, HalfLife = 500 }
        );
        return approximate;
    }

    private StreamingStudent Integers()
    {
        var model = StudentModel.Load(PathOf("runs/student"));
        var integers = Quantizer.Quantize(model, WeightFormat.EightBitPowerOfTwo); // shared by all streams
        var stream = new StreamingStudent(integers);
        return stream;
    }

    private static void Snapshots(StreamingStudent stream)
    {
        byte[] saved = stream.Snapshot();
        stream.Reset();
        stream.Restore(saved); // goes on with the same bits, on any machine
    }

    private static void Early(StreamingStudent stream, float[] samples)
    {
        var scores = new float[stream.Classes.Count];
        var early = new EarlyDecision(new EarlyRule(Threshold: 0.95, Consecutive: 3));
        foreach (var sample in samples)
        {
            stream.Step([sample]);
            stream.Scores(scores);
            if (early.Observe(scores))
            {
                break; // early.Class: three answers in a row named it with .95 or more
            }
        }
    }

    private static EarlyRule? TradeOff(StreamingStudent stream, TimeSeriesDataset validation)
    {
        var tradeOff = EarlyTradeOff.Measure(stream, validation);
        var rule = tradeOff.Pick(maxLoss: 0.01)?.Rule; // null: none is good enough, decide at the end
        return rule;
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private void Write(string name, Normalization normalization)
    {
        Directory.CreateDirectory(PathOf(name));
        var shape = new NetworkShape(CellKind.Lstm, 2, 8, 1, 2, false, Pooling.Mean);
        ModelFile.Write(
            Path.Combine(PathOf(name), ModelFile.FileName),
            TestModels.Classifier(shape, normalization, differences: true)
        );
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blanks();
}
