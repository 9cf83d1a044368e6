using System.Text.Json;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;
using MemKD.Tests.Models.Safetensors;
using MemKD.Tests.Series;

namespace MemKD.Tests.Models;

/// <summary>The same answers on both sides: oracle/pytorch_model.py loads our files, and we load what it saves.</summary>
public sealed class PyTorchModelTests : IDisposable
{
    // Both sides compute in float32; logits are below 3 and differ in the last bits of up to 30 steps.
    private const float Tolerance = 1e-5f;
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void PyTorch_loads_our_files_by_their_names_and_gives_the_same_logits()
    {
        var models = new Dictionary<string, NetworkShape>(StringComparer.Ordinal)
        {
            ["lstm"] = new(CellKind.Lstm, 1, 8, 1, 2),
            ["lstm_mean"] = new(CellKind.Lstm, 2, 7, 2, 3, Pooling: Pooling.Mean),
            ["lstm_both"] = new(CellKind.Lstm, 1, 5, 2, 4, Bidirectional: true, Pooling.Mean),
            ["gru"] = new(CellKind.Gru, 1, 20, 3, 2),
            ["gru_both"] = new(CellKind.Gru, 2, 17, 2, 3, Bidirectional: true, Pooling.Mean),
            ["gru_both_last"] = new(CellKind.Gru, 2, 3, 2, 3, Bidirectional: true),
            ["rnn"] = new(CellKind.Rnn, 1, 6, 2, 2),
        };
        var inputs = new Dictionary<string, float[][][]>(StringComparer.Ordinal);
        var ours = new Dictionary<string, float[][]>(StringComparer.Ordinal);
        foreach (var (name, shape) in models)
        {
            var model = SmallModels.Classifier(shape);
            ModelFile.Write(Path.Combine(folder.Path, $"{name}.safetensors"), model);
            var cases = model.Preparation.Apply(SmallModels.Series(shape.InputSize));
            inputs[name] =
            [
                .. Enumerable
                    .Range(0, cases.Count)
                    .Select(i => cases.Values(i).ToArray().Chunk(cases.Lengths[i]).ToArray()),
            ];
            ours[name] = SmallModels.Logits(model.Network, cases);
        }

        File.WriteAllText(Path.Combine(folder.Path, "cases.json"), JsonSerializer.Serialize(inputs));
        using var theirs = JsonDocument.Parse(PythonScript.Run("pytorch_model.py", "logits", folder.Path));

        Assert.Equal(models.Count, theirs.RootElement.EnumerateObject().Count());
        foreach (var (name, logits) in ours)
        {
            Same(theirs.RootElement.GetProperty(name).GetProperty("logits").Deserialize<float[][]>()!, logits);
        }
    }

    [Fact]
    public void A_state_dict_with_other_names_is_loaded_and_gives_the_same_logits()
    {
        using var saved = JsonDocument.Parse(PythonScript.Run("pytorch_model.py", "save", folder.Path));
        Assert.Equal(5, saved.RootElement.EnumerateObject().Count());
        foreach (var one in saved.RootElement.EnumerateObject())
        {
            var cases = one.Value.GetProperty("cases").Deserialize<float[][][]>()!;
            var data = new TimeSeriesDataset("torch", [.. cases.Select(c => new TimeSeriesCase(c, "b"))]);
            var preparation = Preparation.Fit(
                data,
                new PreparationOptions { Normalization = Normalization.Raw, Differences = false }
            );
            var pooling = one.Value.GetProperty("mean").GetBoolean() ? Pooling.Mean : Pooling.Last;
            var path = Path.Combine(folder.Path, $"{one.Name}.safetensors");
            var model = PyTorchCheckpoint.Read(path, ["a", "b", "c"], preparation, pooling);

            var expected = one.Value.GetProperty("logits").Deserialize<float[][]>()!;
            Same(expected, SmallModels.Logits(model.Network, preparation.Apply(data)));
            Assert.Equal(["0", "1", "2"], PyTorchCheckpoint.Read(path, null, preparation, pooling).Classes);

            // And it can be kept as a model of ours.
            ModelFile.Write(Path.Combine(folder.Path, "ours"), model);
            Same(
                expected,
                SmallModels.Logits(ModelFile.Read(Path.Combine(folder.Path, "ours")).Network, preparation.Apply(data))
            );
        }
    }

    public void Dispose() => folder.Dispose();

    private static void Same(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(
            expected.SelectMany(r => r).Zip(actual.SelectMany(r => r), (e, a) => Math.Abs(e - a)),
            difference => Assert.InRange(difference, 0, Tolerance)
        );
        Assert.True(expected.SelectMany(r => r).Distinct().Count() > expected.Length);
    }
}
