using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MemKD.Evaluation;

namespace MemKD.Experiments;

/// <summary>A value of λ that was tried.</summary>
/// <param name="Lambda">λ.</param>
/// <param name="ValidationAucPrc">AUC-PRC on validation cases; NaN (JSON null): training diverged.</param>
public sealed record WeightScore(double Lambda, double ValidationAucPrc);

/// <summary>What a run found out: the same on every machine, at any thread count, in any order of runs.</summary>
public sealed record RunResult
{
    /// <summary>Hash of the training cases that were learnt from.</summary>
    public required string TrainSha256 { get; init; }

    /// <summary>Hash of the test cases that were measured on.</summary>
    public required string TestSha256 { get; init; }

    /// <summary>Training cases, validation cases among them.</summary>
    public required int TrainCases { get; init; }

    /// <summary>The class labels; numbers below are indices into it.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>λ that the student was trained with; null where there is none.</summary>
    public required double? Lambda { get; init; }

    /// <summary>What λ was chosen by; empty where it was given.</summary>
    public required IReadOnlyList<WeightScore> LambdaScores { get; init; }

    /// <summary>Updates done.</summary>
    public required int Updates { get; init; }

    /// <summary>Updates behind the weights.</summary>
    public required int SelectedUpdate { get; init; }

    /// <summary>What chose them.</summary>
    public required string SelectedBy { get; init; }

    /// <summary>Whether training ended about where guessing starts.</summary>
    public required bool Collapsed { get; init; }

    /// <summary>Hash of the weights.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Hash of the teacher's weights; null without a teacher.</summary>
    public required string? TeacherSha256 { get; init; }

    /// <summary>What happened, in order, see <see cref="TestGate"/>.</summary>
    public required IReadOnlyList<string> Trail { get; init; }

    /// <summary>Every measure on TEST.</summary>
    public required EvaluationReport Metrics { get; init; }

    /// <summary>Class number of each test case.</summary>
    public required IReadOnlyList<int> Labels { get; init; }

    /// <summary>Class number that the model says of each test case.</summary>
    public required IReadOnlyList<int> Predicted { get; init; }

    /// <summary>Probabilities [case, class]: float32, little-endian, base64.</summary>
    public required string Probabilities { get; init; }

    /// <summary>The probabilities as numbers.</summary>
    /// <exception cref="InputException">Not base64 of whole rows.</exception>
    public float[] Scores()
    {
        var bytes = new byte[checked(Labels.Count * Classes.Count * sizeof(float))];
        return
            Convert.TryFromBase64String(Probabilities, bytes, out var count)
            && count == bytes.Length
            && BitConverter.IsLittleEndian
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new InputException("the probabilities are not one float32 a case and class.");
    }

    /// <summary>Numbers as <see cref="Probabilities"/>.</summary>
    public static string Pack(ReadOnlySpan<float> probabilities) =>
        Convert.ToBase64String(MemoryMarshal.AsBytes(probabilities));

    /// <summary>The measures once more, from labels and probabilities alone.</summary>
    /// <exception cref="InputException">They are no labels or probabilities.</exception>
    public EvaluationReport Measure(string dataset, ReadOnlySpan<float> reference = default) =>
        Evaluator.Evaluate(dataset, Metrics.Split, Classes, [.. Labels], Scores(), reference) with
        {
            Parameters = Metrics.Parameters,
            Bytes = Metrics.Bytes,
            MultiplyAddsPerStep = Metrics.MultiplyAddsPerStep,
        };

    /// <summary>The result as an object.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, RunResultJson.Default.RunResult)!.AsObject();

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">Something is missing or has another type.</exception>
    public static RunResult FromJson(JsonNode json) =>
        json.Deserialize(RunResultJson.Default.RunResult) ?? throw new JsonException("empty");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    Converters = [typeof(UndefinedAsNull)]
)]
[JsonSerializable(typeof(RunResult))]
internal sealed partial class RunResultJson : JsonSerializerContext;
