using MemKD.Export.Onnx.Format;
using MemKD.Models;

namespace MemKD.Export.Onnx;

/// <summary>The exporters of the ONNX formats, one a row of <see cref="ExportFormats"/>.</summary>
internal static class OnnxExport
{
    private const string NotRun =
        "the graph was not run here: MemKD holds no ONNX runtime; its tests run graphs of this kind in ONNX Runtime against its engine";

    /// <summary>Whole series, float32.</summary>
    public static ExportedModel Sequence(ExportRequest request) =>
        Export(
            request,
            SequenceGraph.Build(request.Model, WeightPrecision.Float32),
            WeightPrecision.Float32,
            ExportStage.Sequence
        );

    /// <summary>Whole series, weights of 8 bits.</summary>
    public static ExportedModel SequenceInt8(ExportRequest request) =>
        Export(
            request,
            SequenceGraph.Build(request.Model, WeightPrecision.Int8),
            WeightPrecision.Int8,
            ExportStage.Sequence
        );

    /// <summary>One time point.</summary>
    public static ExportedModel Step(ExportRequest request) =>
        Export(request, StepGraph.Build(request.Model), WeightPrecision.Float32, ExportStage.Step);

    private static ExportedModel Export(
        ExportRequest request,
        GraphProto graph,
        WeightPrecision precision,
        ExportStage stage
    )
    {
        var steps = PreparationSteps.Of(request.Model.Preparation, stage);
        var bytes = OnnxFile.Write(graph, request.Model, steps);
        var (readBack, checks) = OnnxCheck.Run(bytes, request.Model, precision);
        return new ExportedModel([new ExportedFile($"{request.Name}.onnx", bytes)])
        {
            Preparation = steps,
            WeightBytes = graph
                .Initializer.Where(t => IsWeight(t.Name) && t.DataType != (int)TensorProto.Types.DataType.Int64)
                .Sum(t => (long)t.RawData.Length),
            StateBytes = stage == ExportStage.Step ? StateBytes(graph) : null,
            Checks = checks,
            NotChecked = [NotRun],
            Probabilities = readBack.Probabilities,
            ProbabilitiesBy = "MemKD's engine with the weights read back from the file",
        };
    }

    private static bool IsWeight(string constant) =>
        constant.StartsWith("rnn.", StringComparison.Ordinal) || constant.StartsWith("fc.", StringComparison.Ordinal);

    /// <summary>The inputs after x, for a batch of one.</summary>
    private static long StateBytes(GraphProto graph) =>
        graph
            .Input.Skip(1)
            .Sum(i =>
                sizeof(float) * i.Type.TensorType.Shape.Dim.Aggregate(1L, (size, d) => size * Math.Max(1, d.DimValue))
            );
}
