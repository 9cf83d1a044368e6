using System.Text.Json.Nodes;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Series;

namespace MemKD.Tests.Export.Onnx;

/// <summary>Whole series in ONNX Runtime and in MemKD's engine.</summary>
public sealed class SequenceGraphTests
{
    // Both compute in float32: 12 time points, two layers, weights below 1; the largest difference seen is 2e-7.
    private const float Tolerance = 1e-5f;
    private const int Longest = 12;
    private static readonly int[] BatchSizes = [1, 5];
    private static readonly Lazy<Dictionary<(string Format, string Case, int Size), JsonNode>> Results = new(RunAll);

    public static TheoryData<string> Cases => [.. OnnxCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void ONNX_Runtime_gives_the_engines_logits(string name)
    {
        var one = OnnxCase.All.Single(c => c.Name == name);
        foreach (var size in BatchSizes)
        {
            Same(OnnxCase.Logits(one.Model(), Batch(one, size)), Results.Value[("onnx", name, size)]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_of_8_bits_give_the_logits_of_the_rounded_weights(string name)
    {
        var one = OnnxCase.All.Single(c => c.Name == name);
        using var team = new WorkerTeam(1);
        foreach (var size in BatchSizes)
        {
            var result = Results.Value[("onnx-int8", name, size)];
            var probabilities = OnnxCase.Export(one.Model(), "onnx-int8").Probabilities(Batch(one, size), team);
            var found = result["probabilities"]!.AsArray().Select(v => v!.GetValue<float>());
            Assert.All(probabilities.Zip(found, (e, f) => Math.Abs(e - f)), d => Assert.InRange(d, 0, Tolerance));

            // And rounding is felt, but not much.
            var exact = OnnxCase.Logits(one.Model(), Batch(one, size)).SelectMany(r => r);
            var rounded = result["logits"]!.AsArray().Select(v => v!.GetValue<float>());
            Assert.InRange(exact.Zip(rounded, (e, f) => Math.Abs(e - f)).Max(), 1e-6f, 0.2f);
        }
    }

    [Fact]
    public void A_long_series_far_from_zero_is_scaled_as_the_engine_does()
    {
        var one = OnnxCase.All.First(c =>
            c is { Normalization: Normalization.SeriesZ, Differences: true, Pooling: Pooling.Mean, Channels: 3 }
        );
        var model = one.Model();
        var series = one.Series(3, 1000, seed: 5);
        var file = OnnxCase.Export(model, "onnx").Files[0];
        var jobs = new JsonArray { Job(file.Name, series) };
        var results = OnnxRuntime.Run(new Dictionary<string, byte[]> { [file.Name] = file.Bytes }, jobs);

        Same(OnnxCase.Logits(model, series), results[0]!);
    }

    private static Dictionary<(string Format, string Case, int Size), JsonNode> RunAll()
    {
        var (files, jobs) = (new Dictionary<string, byte[]>(), new JsonArray());
        var keys = new List<(string, string, int)>();
        foreach (var one in OnnxCase.All)
        {
            var model = one.Model();
            foreach (var format in (string[])["onnx", "onnx-int8"])
            {
                var file = $"{format} {one.Name}.onnx";
                files[file] = OnnxCase.Export(model, format).Files[0].Bytes;
                foreach (var size in BatchSizes)
                {
                    keys.Add((format, one.Name, size));
                    jobs.Add((JsonNode)Job(file, Batch(one, size)));
                }
            }
        }

        var results = OnnxRuntime.Run(files, jobs);
        return keys.Zip(results, (key, result) => (key, result!)).ToDictionary(p => p.key, p => p.Item2);
    }

    private static TimeSeriesDataset Batch(OnnxCase one, int size) => one.Series(size, Longest, (ulong)(7 + size));

    /// <summary>Behind a series' end stands NaN, or a number that would be noticed.</summary>
    private static JsonObject Job(string file, TimeSeriesDataset series)
    {
        var time = series.Cases.Max(c => c.Length) + 2;
        var data = new JsonArray();
        foreach (var one in series.Cases)
        {
            for (var t = 0; t < time; t++)
            {
                foreach (var channel in one.Channels)
                {
                    data.Add(
                        t < one.Length ? JsonValue.Create(channel[t])
                        : t % 2 == 0 ? null
                        : JsonValue.Create(1e30f)
                    );
                }
            }
        }

        JsonObject Tensor(string type, JsonArray dims, JsonArray values) =>
            new()
            {
                ["type"] = type,
                ["dims"] = dims,
                ["data"] = values,
            };
        return new JsonObject
        {
            ["model"] = file,
            ["feeds"] = new JsonObject
            {
                ["x"] = Tensor("float32", [series.Cases.Count, time, series.ChannelCount], data),
                ["lengths"] = Tensor(
                    "int32",
                    [series.Cases.Count],
                    [.. series.Cases.Select(c => (JsonNode?)JsonValue.Create(c.Length))]
                ),
            },
        };
    }

    private static void Same(float[][] expected, JsonNode result)
    {
        var found = result["logits"]!.AsArray().Select(v => v!.GetValue<float>()).ToArray();
        Assert.Equal(expected.Sum(r => r.Length), found.Length);
        Assert.All(
            expected.SelectMany(r => r).Zip(found, (e, f) => Math.Abs(e - f)),
            d => Assert.InRange(d, 0, Tolerance)
        );
        var sums = result["probabilities"]!.AsArray().Select(v => v!.GetValue<float>()).Chunk(expected[0].Length);
        Assert.All(sums, row => Assert.Equal(1f, row.Sum(), 1e-6f));
    }
}
