using System.Text.Json;
using System.Text.Json.Serialization;

namespace MemKD.Evaluation;

/// <summary>
/// Everything measured about one model on one set of cases; definitions in docs/evaluation.md. In JSON the names are
/// snake_case and a value that the cases do not define (NaN here) is null.
/// </summary>
public sealed record EvaluationReport
{
    /// <summary>Name of the data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Which part of it, for example <c>test</c>.</summary>
    public required string Split { get; init; }

    /// <summary>Number of evaluated cases.</summary>
    public required int Cases { get; init; }

    /// <summary>Macro AUC-PRC, see <see cref="RankingMetrics.AucPrc"/>.</summary>
    public required double AucPrc { get; init; }

    /// <summary>Macro average precision, see <see cref="RankingMetrics.AveragePrecision"/>.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>Share of cases decided rightly.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean recall, see <see cref="ConfusionMatrix.BalancedAccuracy"/>.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>Mean F1 over all classes, see <see cref="ConfusionMatrix.MacroF1"/>.</summary>
    public required double F1Macro { get; init; }

    /// <summary>Macro one-against-rest ROC-AUC, see <see cref="RankingMetrics.RocAuc"/>.</summary>
    public required double RocAuc { get; init; }

    /// <summary>Negative log-likelihood, see <see cref="ProbabilityMetrics.NegativeLogLikelihood"/>.</summary>
    public required double Nll { get; init; }

    /// <summary>Brier score, 0 to 2, see <see cref="ProbabilityMetrics.Brier"/>.</summary>
    public required double Brier { get; init; }

    /// <summary>Calibration error, see <see cref="ProbabilityMetrics.ExpectedCalibrationError"/>.</summary>
    public required double Ece { get; init; }

    /// <summary>Trainable parameters of the model, where known.</summary>
    public long? Parameters { get; init; }

    /// <summary>Bytes of the model's parameters as stored, where known.</summary>
    public long? Bytes { get; init; }

    /// <summary>Multiplications with addition for one time point, where known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MultiplyAddsPerStep { get; init; }

    /// <summary>Share of cases decided as the second model decides; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Agreement { get; init; }

    /// <summary>Mean KL(second model ‖ model) in nats; absent without a second model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MeanKl { get; init; }

    /// <summary>Classes without a case here: they are left out of the means of the curves and of recall.</summary>
    public required IReadOnlyList<string> SkippedClasses { get; init; }

    /// <summary>Confidence intervals; absent where none were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BootstrapInterval? Interval { get; init; }

    /// <summary>The measures of each class, in class order.</summary>
    public required IReadOnlyList<ClassReport> PerClass { get; init; }

    /// <summary>Cases, [true class][predicted class], in class order.</summary>
    public required int[][] Confusion { get; init; }

    /// <summary>The report as a JSON object, indented, without a line break at the end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.EvaluationReport);
}

/// <summary>The measures of one class against the rest; NaN (JSON null) where its cases do not define one.</summary>
/// <param name="Class">The class label.</param>
/// <param name="Cases">Number of its cases.</param>
/// <param name="AucPrc">Area under its precision-recall curve, trapezoids.</param>
/// <param name="AveragePrecision">The same, steps.</param>
/// <param name="RocAuc">Area under its ROC curve.</param>
/// <param name="Precision">Share of the decisions for it that were right.</param>
/// <param name="Recall">Share of its cases that were found.</param>
/// <param name="F1">Harmonic mean of precision and recall.</param>
public sealed record ClassReport(
    string Class,
    int Cases,
    double AucPrc,
    double AveragePrecision,
    double RocAuc,
    double Precision,
    double Recall,
    double F1
);

/// <summary>How reports are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(UndefinedAsNull)]
)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext;

/// <summary>Writes NaN as null, which JSON has no number for, and reads it back.</summary>
internal sealed class UndefinedAsNull : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsNaN(value))
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }
}
