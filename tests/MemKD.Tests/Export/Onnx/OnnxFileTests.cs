using System.Text.Json;
using Google.Protobuf;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Export.Onnx;
using MemKD.Export.Onnx.Format;
using MemKD.Models;
using MemKD.Series;
using MemKD.Tests.Models.Safetensors;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.Onnx;

public sealed class OnnxFileTests
{
    private static readonly OnnxCase Full = OnnxCase.All.First(c =>
        c
            is {
                Cell: CellKind.Lstm,
                Layers: 2,
                Bidirectional: false,
                Pooling: Pooling.Mean,
                Normalization: Normalization.TrainChannelZ,
                Differences: true,
            }
    );

    [Fact]
    public void The_onnx_package_accepts_every_file_and_infers_the_declared_shapes()
    {
        using var folder = new TemporaryFolder();
        var paths = new List<string>();
        foreach (var one in OnnxCase.All)
        {
            var model = one.Model();
            foreach (var format in (string[])["onnx", "onnx-step", "onnx-int8"])
            {
                if (one.Bidirectional && format == "onnx-step")
                {
                    continue;
                }

                paths.Add(Path.Combine(folder.Path, $"{paths.Count}.onnx"));
                File.WriteAllBytes(paths[^1], OnnxCase.Export(model, format).Files[0].Bytes);
            }
        }

        var lines = PythonScript.Run("onnx_check.py", [.. paths]).Trim().Split('\n');

        Assert.Equal((144 * 3) - 72, lines.Length);
    }

    [Fact]
    public void Another_reader_finds_names_shapes_and_metadata_as_documented()
    {
        var (sequence, step) = (Read("onnx"), Read("onnx-step"));
        var shape = Full.Model().Network.Shape;

        Assert.Equal(8, sequence.GetProperty("ir").GetInt32());
        Assert.Equal("[17]", sequence.GetProperty("opset").GetRawText());
        Same(
            $$"""{"x":["float32","batch","time",{{Full.Channels}}],"lengths":["int32","batch"]}""",
            sequence,
            "inputs"
        );
        var answers = $"""
            "logits":["float32","batch",{shape.ClassCount}],"probabilities":["float32","batch",{shape.ClassCount}]
            """;
        Same("{" + answers + "}", sequence, "outputs");
        string States(string next) =>
            $"""
                "h{next}":["float32",2,"batch",{shape.HiddenSize}],"c{next}":["float32",2,"batch",{shape.HiddenSize}],
                "count{next}":["float32","batch",1],"previous{next}":["float32","batch",{Full.Channels}],
                "sum{next}":["float32","batch",{shape.HiddenSize}]
                """;
        Same($$"""{"x":["float32","batch",{{Full.Channels}}],{{States("")}}}""", step, "inputs");
        Same("{" + answers + "," + States("_next") + "}", step, "outputs");

        var metadata = sequence.GetProperty("metadata");
        var model = Full.Model();
        Assert.Equal(
            model.Classes,
            JsonSerializer.Deserialize<string[]>(metadata.GetProperty("memkd.classes").GetString()!)!
        );
        Assert.Equal(model.Preparation.ToJson(), metadata.GetProperty("memkd.preparation").GetString());
        Assert.Equal(model.WeightHash, metadata.GetProperty("memkd.weights").GetString());
    }

    [Theory]
    [InlineData("onnx")]
    [InlineData("onnx-step")]
    [InlineData("onnx-int8")]
    public void The_same_model_gives_the_same_bytes(string format) =>
        Assert.Equal(
            OnnxCase.Export(Full.Model(), format).Files[0].Bytes,
            OnnxCase.Export(Full.Model(), format).Files[0].Bytes
        );

    [Theory]
    [InlineData("onnx", "rnn.weight_hh_l1")]
    [InlineData("onnx", "rnn.bias_l0")]
    [InlineData("onnx-int8", "rnn.bias_l0")]
    [InlineData("onnx-int8", "fc.weight_int8")]
    [InlineData("onnx-int8", "rnn.weight_ih_l1_scale")]
    public void The_check_finds_a_planted_error(string format, string tensor)
    {
        var model = Full.Model();
        var precision = format == "onnx" ? WeightPrecision.Float32 : WeightPrecision.Int8;
        var file = ModelProto.Parser.ParseFrom(OnnxCase.Export(model, format).Files[0].Bytes);
        Check(file, model, precision);

        var planted = file.Graph.Initializer.Single(i => i.Name == tensor);
        var bytes = planted.RawData.ToByteArray();
        bytes[^1] ^= 0x40;
        planted.RawData = ByteString.CopyFrom(bytes);

        var e = Assert.Throws<InvalidOperationException>(() => Check(file, model, precision));
        Assert.Contains("does not say what the model says", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_finds_a_node_before_its_input()
    {
        var model = Full.Model();
        var file = ModelProto.Parser.ParseFrom(OnnxCase.Export(model, "onnx").Files[0].Bytes);
        var last = file.Graph.Node[^1];
        file.Graph.Node.Remove(last);
        file.Graph.Node.Insert(0, last);

        Assert.Throws<InvalidOperationException>(() => Check(file, model, WeightPrecision.Float32));
    }

    [Fact]
    public void Gates_are_turned_into_the_order_of_the_operators()
    {
        // One unit, two columns. PyTorch: i, f, g, o and r, z, n; ONNX: i, o, f, c and z, r, h.
        Assert.Equal([1f, 2, 7, 8, 3, 4, 5, 6], GateOrder.ToOnnx([1, 2, 3, 4, 5, 6, 7, 8], CellKind.Lstm));
        Assert.Equal([3f, 4, 1, 2, 5, 6], GateOrder.ToOnnx([1, 2, 3, 4, 5, 6], CellKind.Gru));
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8], GateOrder.ToPyTorch([1, 2, 7, 8, 3, 4, 5, 6], CellKind.Lstm));
    }

    [Fact]
    public void A_row_is_rounded_by_its_own_largest_weight()
    {
        var rows = Int8Rows.Of([1.984375f, -0.5f, 0.004f, 0f, 0f, 0f, -254f, 3f, 1e-30f], 3);

        Assert.Equal([127, -32, 0, 0, 0, 0, -127, 2, 0], rows.Values.Select(v => (int)v));
        Assert.Equal([1 / 64f, 1f, 2f], rows.Scales);
        Assert.Equal([1.984375f, -0.5f, 0f, 0f, 0f, 0f, -254f, 4f, 0f], rows.ToFloats());
    }

    [Fact]
    public void A_deviation_below_float32_is_refused_with_its_channel()
    {
        var series = new TimeSeriesDataset(
            "Tiny",
            [
                new(
                    [
                        [1, 2, 3],
                        [0, float.Epsilon, 0],
                    ],
                    "a"
                ),
                new(
                    [
                        [2, 3, 4],
                        [0, 0, float.Epsilon],
                    ],
                    "b"
                ),
            ]
        );
        var preparation = Preparation.Fit(
            series,
            new() { Normalization = Normalization.TrainChannelZ, Differences = false }
        );
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Gru, 2, 3, 1, 2));
        network.InitializeLikePyTorch(new SeededRandom(1));
        network.Pack();
        var model = new RecurrentClassifier(network, ["a", "b"], preparation, new ModelOrigin());

        var e = Assert.Throws<InputException>(() => OnnxCase.Export(model, "onnx"));
        Assert.StartsWith("channel 2: its deviation in TRAIN", e.Message, StringComparison.Ordinal);
    }

    private static void Check(ModelProto file, RecurrentClassifier model, WeightPrecision precision) =>
        OnnxCheck.Run(file.ToByteArray(), model, precision);

    private static JsonElement Read(string format)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, OnnxCase.Export(Full.Model(), format).Files[0].Bytes);
        using var document = JsonDocument.Parse(PythonScript.Run("onnx_check.py", path));
        return document.RootElement.Clone();
    }

    private static void Same(string expected, JsonElement found, string key)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(
            JsonElement.DeepEquals(document.RootElement, found.GetProperty(key)),
            found.GetProperty(key).GetRawText()
        );
    }
}
