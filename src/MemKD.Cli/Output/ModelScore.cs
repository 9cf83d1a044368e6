using System.Text.Json.Nodes;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Cli.Output;

/// <summary>A model measured on cases, its size included.</summary>
internal static class ModelScore
{
    /// <summary>Measures a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cases">Cases as read; each label must be one of the model's classes.</param>
    /// <param name="split">Which part, for the report.</param>
    /// <param name="team">Threads.</param>
    /// <param name="interval">Bootstrap intervals, or null.</param>
    /// <param name="reference">A second model's probabilities on the same cases, or null.</param>
    /// <exception cref="InputException">Other channels or classes than the model's.</exception>
    public static EvaluationReport Of(
        RecurrentClassifier model,
        TimeSeriesDataset cases,
        string split,
        WorkerTeam team,
        BootstrapSettings? interval = null,
        float[]? reference = null
    )
    {
        var known = cases.WithClasses(model.Classes);
        return Evaluator.Evaluate(
            cases.Name,
            split,
            model.Classes,
            known.Labels,
            model.Probabilities(known, team),
            reference,
            interval
        ) with
        {
            Parameters = model.ParameterCount,
            Bytes = model.Bytes,
            MultiplyAddsPerStep = model.Network.Shape.MultiplyAddsPerStep,
        };
    }

    /// <summary>A report as a node that can stand in a larger object.</summary>
    public static JsonObject ToJson(EvaluationReport report) => JsonNode.Parse(report.ToJson())!.AsObject();

    /// <summary>The headline numbers as a line.</summary>
    public static string ToLine(EvaluationReport report) =>
        $"{report.Split} ({Numbers.Count(report.Cases)} cases): AUC-PRC {Numbers.Measure(report.AucPrc)}, accuracy {Numbers.Measure(report.Accuracy)}, macro F1 {Numbers.Measure(report.F1Macro)}";

    /// <summary>An architecture in a few words: lstm 3 × 100.</summary>
    public static string Describe(NetworkShape shape) =>
        $"{shape.Cell.ToString().ToLowerInvariant()} {shape.LayerCount} × {shape.HiddenSize}{(shape.Bidirectional ? " bidirectional" : "")}, {Numbers.Count(shape.ParameterCount)} parameters";

    /// <summary>An architecture as an object.</summary>
    public static JsonObject ToJson(NetworkShape shape) =>
        new()
        {
            ["cell"] = shape.Cell.ToString().ToLowerInvariant(),
            ["channels"] = shape.InputSize,
            ["hidden"] = shape.HiddenSize,
            ["layers"] = shape.LayerCount,
            ["classes"] = shape.ClassCount,
            ["bidirectional"] = shape.Bidirectional,
            ["pooling"] = shape.Pooling.ToString().ToLowerInvariant(),
            ["parameters"] = shape.ParameterCount,
        };
}
