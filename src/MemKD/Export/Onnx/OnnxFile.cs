using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using MemKD.Export.Onnx.Format;
using MemKD.Models;

namespace MemKD.Export.Onnx;

/// <summary>A graph as an ONNX file: IR 8 and opset 17, which every runtime of the last years reads; the same model gives the same bytes.</summary>
internal static class OnnxFile
{
    /// <summary>Version of the file format.</summary>
    public const int IrVersion = 8;

    /// <summary>Version of the operators.</summary>
    public const int Opset = 17;

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(GraphProto graph, RecurrentClassifier model, PreparationSteps steps) =>
        new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "MemKD",
            ProducerVersion = ModelOrigin.LibraryVersion,
            DocString = "Recurrent time-series classifier; metadata_props say its classes and what x must be.",
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            MetadataProps =
            {
                Property("memkd.classes", JsonSerializer.Serialize(model.Classes, Json)),
                Property("memkd.preparation", model.Preparation.ToJson()),
                Property("memkd.preparation.in_graph", JsonSerializer.Serialize(steps.InFile, Json)),
                Property("memkd.preparation.by_caller", JsonSerializer.Serialize(steps.ByCaller, Json)),
                Property("memkd.weights", model.WeightHash),
            },
        }.ToByteArray();

    private static StringStringEntryProto Property(string key, string value) => new() { Key = key, Value = value };
}
