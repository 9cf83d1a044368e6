using System.Text.Json;
using System.Text.Json.Serialization;

namespace MemKD.Engine.Tests.PyTorch;

/// <summary>What PyTorch computed in float64; written by oracle/pytorch_engine.py, its version inside.</summary>
internal static class PyTorchVectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static NetworkVectors Networks { get; } = Read<NetworkVectors>("pytorch_networks.json");

    public static OptimizerVectors Optimizers { get; } = Read<OptimizerVectors>("pytorch_optimizers.json");

    public static TrainingVector Training { get; } = Read<TrainingVector>("pytorch_training.json");

    private static T Read<T>(string name) =>
        JsonSerializer.Deserialize<T>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", name)),
            Options
        )!;
}

internal sealed record NetworkVectors(
    [property: JsonRequired] string Torch,
    [property: JsonRequired] IReadOnlyList<NetworkVector> Networks
);

/// <summary>
/// One network and batch. The loss is the label-smoothed cross-entropy plus the mean over cases of Σ projection·states.
/// </summary>
public sealed record NetworkVector(
    [property: JsonRequired] string Name,
    [property: JsonRequired] string Cell,
    [property: JsonRequired] int Inputs,
    [property: JsonRequired] int Hidden,
    [property: JsonRequired] int Layers,
    [property: JsonRequired] int Classes,
    [property: JsonRequired] bool Bidirectional,
    [property: JsonRequired] string Pooling,
    [property: JsonRequired] int[] Lengths,
    [property: JsonRequired] double Smoothing,
    [property: JsonRequired] int[] Labels,
    [property: JsonRequired] double[][] Cases,
    [property: JsonRequired] double[][] Projection,
    [property: JsonRequired] Dictionary<string, double[]> Parameters,
    [property: JsonRequired] double[] Logits,
    [property: JsonRequired] double CrossEntropy,
    [property: JsonRequired] double[][] States,
    [property: JsonRequired] double[] LogitGradient,
    [property: JsonRequired] Dictionary<string, double[]> Gradients
)
{
    public override string ToString() => Name;
}

internal sealed record OptimizerVectors(
    [property: JsonRequired] string Torch,
    [property: JsonRequired] IReadOnlyList<Trajectory> Trajectories,
    [property: JsonRequired] IReadOnlyList<ClippingVector> Clipping,
    [property: JsonRequired] IReadOnlyList<CosineVector> Cosine,
    [property: JsonRequired] IReadOnlyList<SmoothingVector> Smoothing
);

/// <summary>Parameters after each update with the given gradients.</summary>
internal sealed record Trajectory(
    [property: JsonRequired] string Name,
    [property: JsonRequired] double Rate,
    [property: JsonRequired] double[] Start,
    [property: JsonRequired] double[][] Gradients,
    [property: JsonRequired] double[][] After
);

internal sealed record ClippingVector(
    [property: JsonRequired] double MaxNorm,
    [property: JsonRequired] double[] Before,
    [property: JsonRequired] double Norm,
    [property: JsonRequired] double[] After
);

internal sealed record CosineVector(
    [property: JsonRequired] double Base,
    [property: JsonRequired] int Budget,
    [property: JsonRequired] double[] Rates
);

internal sealed record SmoothingVector(
    [property: JsonRequired] double Smoothing,
    [property: JsonRequired] int[] Labels,
    [property: JsonRequired] double[] Logits,
    [property: JsonRequired] double Loss,
    [property: JsonRequired] double[] Gradient
);

/// <summary>Ten updates of a tiny LSTM (1 → 8 → 2).</summary>
internal sealed record TrainingVector(
    [property: JsonRequired] string Torch,
    [property: JsonRequired] double[][] Cases,
    [property: JsonRequired] int[] Labels,
    [property: JsonRequired] double Rate,
    [property: JsonRequired] double WeightDecay,
    [property: JsonRequired] double MaxNorm,
    [property: JsonRequired] Dictionary<string, double[]> Start,
    [property: JsonRequired] double[] Losses,
    [property: JsonRequired] double[] Norms,
    [property: JsonRequired] Dictionary<string, double[]> End
);
