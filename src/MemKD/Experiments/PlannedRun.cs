using System.Text.Json;
using System.Text.Json.Nodes;
using MemKD.Distillation;
using MemKD.Engine.Layers;

namespace MemKD.Experiments;

/// <summary>A run of a plan.</summary>
/// <param name="Spec">What it does.</param>
/// <param name="Cost">Estimated work in millions of multiply-adds; decides nothing but the order.</param>
/// <param name="Sizes">
/// The student sizes of the recipe that it stands for: <c>h8</c> for 8 units, <c>c500</c> for a compression of 500; two
/// compressions can mean the same student. Empty for a teacher.
/// </param>
public sealed record PlannedRun(RunSpec Spec, long Cost, IReadOnlyList<string> Sizes)
{
    /// <summary>The spec's id.</summary>
    public string Id { get; } = Spec.Id;

    /// <summary>The run as a line of a plan, without the line break.</summary>
    public string ToLine() =>
        CanonicalJson.Write(
            new JsonObject
            {
                ["id"] = Id,
                ["cost"] = Cost,
                ["sizes"] = new JsonArray([.. Sizes.Select(s => (JsonNode)s)]),
                ["spec"] = Spec.ToJson(),
            }
        );

    /// <summary>Reads a line.</summary>
    /// <exception cref="InputException">No line of a plan, or the id is not that of the spec.</exception>
    public static PlannedRun FromLine(string line)
    {
        try
        {
            var json = JsonNode.Parse(line)!;
            var run = new PlannedRun(
                RunSpec.FromJson(json["spec"]!.AsObject()),
                json["cost"]!.GetValue<long>(),
                [.. json["sizes"]!.AsArray().Select(s => s!.GetValue<string>())]
            );
            return string.Equals(run.Id, json["id"]!.GetValue<string>(), StringComparison.Ordinal)
                ? run
                : throw new InputException($"the id {json["id"]} is not that of its run, which is {run.Id}.");
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new InputException($"this is no run of a plan ({e.Message.ReplaceLineEndings(" ")}).", e);
        }
    }

    /// <summary>
    /// Estimated work: three passes (forward, and backward twice its work) over every batch, for a student that is
    /// distilled as much again and a half for the method; a student for each λ of the grid; the teacher's states of the pool.
    /// </summary>
    /// <param name="spec">The run.</param>
    /// <param name="cases">Training cases.</param>
    /// <param name="length">Time points of the longest prepared case.</param>
    /// <param name="teacher">The teacher's architecture.</param>
    public static long Estimate(RunSpec spec, int cases, int length, NetworkShape teacher)
    {
        var recipe = spec.Recipe ?? spec.Settings!.Recipe;
        var work = 3.0 * recipe.Updates * Math.Min(recipe.BatchSize, cases) * length * spec.Shape.MultiplyAddsPerStep;
        if (spec is { Teacher: not null, Settings: { } settings })
        {
            var runs = settings.Weight is null ? 1 + (settings.WeightGrid ?? settings.Method.WeightGrid).Count : 1;
            var pool = Math.Max(
                cases,
                Math.Min(DistillationSettings.LargestPool, (long)cases * (1 + settings.AugmentedCopies))
            );
            work = (2.5 * runs * work) + ((double)pool * length * teacher.MultiplyAddsPerStep);
        }

        return 1 + (long)(work / 1e6);
    }
}
