using System.Text.Json;
using System.Text.Json.Serialization;

namespace MemKD.Tests.Comparison;

/// <summary>What scipy and numpy said; written by oracle/statistics_vectors.py.</summary>
internal sealed record StatisticsVectors(
    [property: JsonRequired] IReadOnlyList<RankVector> Ranks,
    [property: JsonRequired] TailVectors Tails,
    [property: JsonRequired] IReadOnlyList<WilcoxonVector> Wilcoxon,
    [property: JsonRequired] HolmVector Holm,
    [property: JsonRequired] double[][] StudentizedRange,
    [property: JsonRequired] IReadOnlyList<McNemarVector> Mcnemar,
    [property: JsonRequired] IReadOnlyList<BayesVector> Bayes,
    [property: JsonRequired] IReadOnlyList<ComparisonVector> Comparisons
)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static StatisticsVectors Read()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "statistics.json");
        return JsonSerializer.Deserialize<StatisticsVectors>(File.ReadAllText(path), Options)!;
    }
}

internal sealed record RankVector(
    [property: JsonRequired] double[] Values,
    [property: JsonRequired, JsonPropertyName("ranks")] double[] Expected
);

/// <summary>Rows of arguments with the tail last.</summary>
internal sealed record TailVectors(
    [property: JsonRequired] double[][] ChiSquare,
    [property: JsonRequired] double[][] F,
    [property: JsonRequired] double[][] Normal
);

internal sealed record WilcoxonVector(
    [property: JsonRequired] string Name,
    [property: JsonRequired] double[] X,
    [property: JsonRequired] double[] Y,
    [property: JsonRequired] IReadOnlyList<WilcoxonResultVector> Results
);

internal sealed record WilcoxonResultVector(
    [property: JsonRequired] string Zeros,
    [property: JsonRequired] string Alternative,
    [property: JsonRequired] double Statistic,
    [property: JsonRequired] double PValue,
    [property: JsonRequired] bool Exact
);

internal sealed record HolmVector(
    [property: JsonRequired] double[] PValues,
    [property: JsonRequired] double[] Adjusted
);

internal sealed record McNemarVector(
    [property: JsonRequired] int First,
    [property: JsonRequired] int Second,
    [property: JsonRequired] double Exact,
    [property: JsonRequired] double ChiSquare,
    [property: JsonRequired] double ChiSquareP
);

internal sealed record BayesVector(
    [property: JsonRequired] string Name,
    [property: JsonRequired] double[] Differences,
    [property: JsonRequired] double Rope,
    [property: JsonRequired] int Samples,
    [property: JsonRequired] double[] Probabilities
);

internal sealed record FriedmanVector(
    [property: JsonRequired] double[][] Scores,
    [property: JsonRequired] double[] Ranks,
    [property: JsonRequired] double ChiSquare,
    [property: JsonRequired] double PValue,
    [property: JsonRequired] double F,
    [property: JsonRequired, JsonPropertyName("f_p_value")] double FPValue,
    [property: JsonRequired] double PlainChiSquare,
    [property: JsonRequired] double PlainPValue,
    [property: JsonRequired] double PlainF,
    [property: JsonRequired, JsonPropertyName("plain_f_p_value")] double PlainFPValue
);

/// <summary>Pairs in the order (0, 1), (0, 2), … of the ordered methods.</summary>
internal sealed record PresetVector(
    [property: JsonRequired] string Preset,
    [property: JsonRequired] int[] Order,
    [property: JsonRequired] double?[] PValues,
    [property: JsonRequired] bool[] Different,
    [property: JsonRequired] int[][] Cliques
);

internal sealed record ComparisonVector(
    [property: JsonRequired] string Name,
    [property: JsonRequired] FriedmanVector Friedman,
    [property: JsonRequired] IReadOnlyList<PresetVector> Presets
);
