using System.Text.Json;
using System.Text.Json.Serialization;

namespace MemKD.Tests.Evaluation;

/// <summary>What scikit-learn, scipy and numpy said; written by oracle/evaluation_vectors.py.</summary>
internal sealed record EvaluationVectors(
    [property: JsonRequired] IReadOnlyList<EvaluationVector> Cases,
    [property: JsonRequired] double[] QuantileValues,
    [property: JsonRequired] IReadOnlyList<QuantileVector> Quantiles
)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static EvaluationVectors Read()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "evaluation.json");
        return JsonSerializer.Deserialize<EvaluationVectors>(File.ReadAllText(path), Options)!;
    }

    public static EvaluationVector Case(string name) =>
        Read().Cases.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal));
}

/// <summary>One evaluated set of cases. Null: not defined by these cases.</summary>
internal sealed record EvaluationVector(
    [property: JsonRequired] string Name,
    [property: JsonRequired] int Classes,
    [property: JsonRequired] int[] Labels,
    [property: JsonRequired] float[] Probabilities,
    [property: JsonRequired] double AucPrc,
    [property: JsonRequired] double AveragePrecision,
    [property: JsonRequired] double? RocAuc,
    [property: JsonRequired] double Accuracy,
    [property: JsonRequired] double BalancedAccuracy,
    [property: JsonRequired] double F1Macro,
    [property: JsonRequired] double Nll,
    [property: JsonRequired] double Brier,
    [property: JsonRequired] double Ece,
    [property: JsonRequired] double?[] PerClassAucPrc,
    [property: JsonRequired] double?[] PerClassAveragePrecision,
    [property: JsonRequired] double?[] PerClassRocAuc,
    [property: JsonRequired] int[][] Confusion,
    float[]? Reference,
    double? Agreement,
    double? MeanKl
);

/// <summary>The two quantiles around the given share of the values.</summary>
internal sealed record QuantileVector([property: JsonRequired] double Level, [property: JsonRequired] double[] Ends);
