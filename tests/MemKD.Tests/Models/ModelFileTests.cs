using System.Text.Json;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Safetensors;
using MemKD.Series;
using MemKD.Tests.Series;

namespace MemKD.Tests.Models;

public sealed class ModelFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<CellKind, bool, Pooling, int> Architectures()
    {
        var data = new TheoryData<CellKind, bool, Pooling, int>();
        foreach (var cell in Enum.GetValues<CellKind>())
        {
            foreach (var pooling in Enum.GetValues<Pooling>())
            {
                data.Add(cell, p2: false, pooling, 1);
                data.Add(cell, p2: true, pooling, 2);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_model_that_was_written_and_read_answers_with_the_same_bits(
        CellKind cell,
        bool bidirectional,
        Pooling pooling,
        int channels
    )
    {
        var model = SmallModels.Classifier(new NetworkShape(cell, channels, 5, 2, 3, bidirectional, pooling));
        var path = Path.Combine(folder.Path, ModelFile.FileName);
        ModelFile.Write(path, model);
        var again = ModelFile.Read(folder.Path);

        Assert.Equal(model.Network.Shape, again.Network.Shape);
        Assert.Equal(model.Classes, again.Classes);
        Assert.Equal(model.Origin, again.Origin);
        Assert.Equal(model.Preparation.ToJson(), again.Preparation.ToJson());
        Assert.Equal(model.WeightHash, again.WeightHash);
        using var team = new WorkerTeam(1);
        var cases = SmallModels.Series(channels);
        Assert.Equal(
            SmallModels.Bits(model.Probabilities(cases, team)),
            SmallModels.Bits(again.Probabilities(cases, team))
        );
    }

    [Fact]
    public void The_same_model_has_the_same_bytes_and_another_has_others()
    {
        var shape = new NetworkShape(CellKind.Gru, 1, 3, 1, 2);
        byte[] Written(RecurrentClassifier model, string name)
        {
            var path = Path.Combine(folder.Path, name);
            ModelFile.Write(path, model);
            return File.ReadAllBytes(path);
        }

        var first = Written(SmallModels.Classifier(shape), "first");
        Assert.Equal(first, Written(SmallModels.Classifier(shape), "second"));
        Assert.Equal(first, Written(ModelFile.Read(Path.Combine(folder.Path, "first")), "third"));
        Assert.NotEqual(first, Written(SmallModels.Classifier(shape, seed: 2), "other"));
    }

    [Fact]
    public void The_metadata_are_those_that_are_documented_and_nothing_computed()
    {
        var path = Path.Combine(folder.Path, "m.safetensors");
        ModelFile.Write(path, SmallModels.Classifier(new NetworkShape(CellKind.Lstm, 2, 3, 1, 2)));
        var metadata = SafetensorsFile.Read(path).Metadata;

        Assert.Equal(
            ["format", "memkd.architecture", "memkd.classes", "memkd.preparation", "memkd.origin"],
            metadata.Keys
        );
        Assert.Equal("pt", metadata["format"]);
        Assert.Equal(
            """{"cell":"Lstm","input_size":2,"hidden_size":3,"layer_count":1,"class_count":2,"bidirectional":false,"pooling":"Last"}""",
            metadata["memkd.architecture"]
        );
        Assert.Equal(
            [
                "format",
                "normalization",
                "maxLength",
                "channelCount",
                "maxLengthOfTrain",
                "channelMeans",
                "channelDeviations",
                "differenceScales",
                "rawLengthsOfTrain",
            ],
            Keys(metadata["memkd.preparation"])
        );
        Assert.Equal(
            ["version", "dataset", "data_hash", "method", "seed", "recipe", "teacher_hash"],
            Keys(metadata["memkd.origin"])
        );
    }

    [Fact]
    public void Files_of_earlier_versions_with_computed_values_are_read()
    {
        var model = SmallModels.Classifier(new NetworkShape(CellKind.Lstm, 1, 3, 1, 2));
        var path = Path.Combine(folder.Path, "old.safetensors");
        SmallModels.WriteChanged(
            path,
            model,
            (key, value) =>
                key switch
                {
                    "memkd.preparation" => value.TrimEnd('}') + ", \"isValid\": true}",
                    "memkd.architecture" => value.TrimEnd('}') + ",\"gate_count\":4,\"parameter_count\":99}",
                    _ => value,
                }
        );

        Assert.Equal(model.WeightHash, ModelFile.Read(path).WeightHash);
    }

    [Theory]
    [InlineData(CellKind.Lstm, 370)]
    [InlineData(CellKind.Gru, 282)]
    [InlineData(CellKind.Rnn, 106)]
    public void A_student_of_one_layer_of_8_units_for_2_classes_has_as_many_parameters_as_by_hand(
        CellKind cell,
        int parameters
    )
    {
        // Gates · (8·1 + 8·8 + 8 + 8) + 2·8 + 2.
        var model = SmallModels.Classifier(new NetworkShape(cell, 1, 8, 1, 2));

        Assert.Equal(parameters, model.ParameterCount);
        Assert.Equal(4 * parameters, model.Bytes);
    }

    public void Dispose() => folder.Dispose();

    private static string[] Keys(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
    }
}
