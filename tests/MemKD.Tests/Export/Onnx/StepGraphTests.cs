using System.Text.Json.Nodes;
using MemKD.Engine.Layers;
using MemKD.Export.Onnx;
using MemKD.Export.Onnx.Format;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Tests.Export.Onnx;

/// <summary>Series step by step in ONNX Runtime, and whole in MemKD's engine.</summary>
public sealed class StepGraphTests
{
    // As for whole series; the running mean adds in another order.
    private const float Tolerance = 1e-5f;
    private const int Length = 8;
    private static readonly int[] BatchSizes = [1, 5];
    private static readonly OnnxCase[] Forward = [.. OnnxCase.All.Where(c => !c.Bidirectional)];
    private static readonly Lazy<Dictionary<(string Case, int Size), JsonNode>> Results = new(RunAll);

    public static TheoryData<string> Cases => [.. Forward.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_step_gives_the_engines_logits_of_the_series_so_far(string name)
    {
        var one = Forward.Single(c => c.Name == name);
        var model = one.Model();
        foreach (var size in BatchSizes)
        {
            var steps = Results.Value[(name, size)]["logits"]!.AsArray();
            Assert.Equal(Length, steps.Count);

            // A series scaled by itself is known when it is whole.
            foreach (var t in one.Normalization == Normalization.SeriesZ ? [Length] : Enumerable.Range(1, Length))
            {
                var expected = OnnxCase.Logits(model, Beginning(Batch(one, size), t)).SelectMany(r => r).ToArray();
                var found = steps[t - 1]!.AsArray().Select(v => v!.GetValue<float>()).ToArray();
                Assert.Equal(expected.Length, found.Length);
                Assert.All(expected.Zip(found, (e, f) => Math.Abs(e - f)), d => Assert.InRange(d, 0, Tolerance));
            }
        }
    }

    [Fact]
    public void Count_and_sum_are_halved_when_the_count_is_full_and_the_mean_stays()
    {
        var one = Forward.First(c => c is { Cell: CellKind.Lstm, Pooling: Pooling.Mean, Differences: true });
        var model = one.Model();
        var jobs = new JsonArray();
        for (var steps = 1; steps <= 3; steps++)
        {
            var job = Job("step.onnx", model, Beginning(Batch(one, 1), steps));
            job["states"]!["count"]!["fill"] = StepGraph.FullCount - 2;
            job["states"]!["sum"]!["fill"] = 1000;
            jobs.Add((JsonNode)job);
        }

        var file = OnnxCase.Export(model, "onnx-step").Files[0].Bytes;
        var results = OnnxRuntime.Run(new Dictionary<string, byte[]> { ["step.onnx"] = file }, jobs);

        float[] State(int steps, string name) =>
            [.. results[steps - 1]!["states"]![name]!.AsArray().Select(v => v!.GetValue<float>())];
        Assert.Equal([65_535f], State(1, "count"));
        Assert.Equal([32_768f], State(2, "count"));
        Assert.Equal([32_769f], State(3, "count"));
        Assert.Equal(State(1, "sum").Zip(State(2, "h"), (s, h) => (s + h) * 0.5f), State(2, "sum"));
        Assert.Equal(State(2, "sum").Zip(State(3, "h"), (s, h) => s + h), State(3, "sum"));
    }

    [Fact]
    public void A_model_that_reads_backwards_too_is_refused()
    {
        var model = OnnxCase.All.First(c => c.Bidirectional).Model();

        var e = Assert.Throws<InputException>(() => OnnxCase.Export(model, "onnx-step"));
        Assert.Contains("--format onnx", e.Message, StringComparison.Ordinal);
    }

    private static Dictionary<(string Case, int Size), JsonNode> RunAll()
    {
        var (files, jobs) = (new Dictionary<string, byte[]>(), new JsonArray());
        var keys = new List<(string, int)>();
        foreach (var one in Forward)
        {
            var model = one.Model();
            files[$"{one.Name}.onnx"] = OnnxCase.Export(model, "onnx-step").Files[0].Bytes;
            foreach (var size in BatchSizes)
            {
                keys.Add((one.Name, size));
                jobs.Add((JsonNode)Job($"{one.Name}.onnx", model, Batch(one, size)));
            }
        }

        var results = OnnxRuntime.Run(files, jobs);
        return keys.Zip(results, (key, result) => (key, result!)).ToDictionary(p => p.key, p => p.Item2);
    }

    /// <summary>Series of one length: as many streams.</summary>
    private static TimeSeriesDataset Batch(OnnxCase one, int size) =>
        new("Random", [.. Enumerable.Range(0, size).Select(i => one.Series(1, Length, (ulong)(50 + i)).Cases[0])]);

    private static TimeSeriesDataset Beginning(TimeSeriesDataset series, int length) =>
        new(
            series.Name,
            [
                .. series.Cases.Select(c => new TimeSeriesCase(
                    [.. c.Channels.Select(channel => channel[..length])],
                    c.Label
                )),
            ]
        );

    /// <summary>The samples as the graph takes them: raw, or by the caller scaled where only the whole series says how.</summary>
    private static JsonObject Job(string file, RecurrentClassifier model, TimeSeriesDataset series)
    {
        var scaled = model.Preparation.Apply(series);
        var bySeries = model.Preparation.Normalization == Normalization.SeriesZ;
        var (length, count) = (series.Cases[0].Length, series.Cases.Count);
        float Sample(int i, int channel, int t) =>
            bySeries ? scaled.Values(i)[(channel * length) + t] : series.Cases[i].Channels[channel][t];
        var steps = Enumerable
            .Range(0, length)
            .Select(t =>
                Enumerable
                    .Range(0, count)
                    .SelectMany(i => Enumerable.Range(0, series.ChannelCount).Select(c => Sample(i, c, t)))
            );
        var graph = ModelProto.Parser.ParseFrom(OnnxCase.Export(model, "onnx-step").Files[0].Bytes).Graph;
        return new JsonObject
        {
            ["model"] = file,
            ["steps"] = new JsonArray([
                .. steps.Select(x => (JsonNode)new JsonArray([.. x.Select(v => (JsonNode?)v)])),
            ]),
            ["x"] = new JsonArray(count, series.ChannelCount),
            ["states"] = new JsonObject(
                graph
                    .Input.Skip(1)
                    .Select(i =>
                        KeyValuePair.Create<string, JsonNode?>(
                            i.Name,
                            new JsonObject
                            {
                                ["fill"] = 0,
                                ["dims"] = new JsonArray([
                                    .. i.Type.TensorType.Shape.Dim.Select(d =>
                                        (JsonNode?)(d.DimParam.Length > 0 ? count : (int)d.DimValue)
                                    ),
                                ]),
                            }
                        )
                    )
            ),
        };
    }
}
