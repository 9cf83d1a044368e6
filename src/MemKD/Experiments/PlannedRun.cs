using System.Text.Json;
using System.Text.Json.Nodes;

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
    /// Estimated work: three passes (forward, and backward twice its work) over every batch; the teacher's states and
    /// a student for each λ of the grid come on top.
    /// </summary>
    /// <param name="spec">The run.</param>
    /// <param name="cases">Training cases.</param>
    /// <param name="length">Time points of the longest prepared case.</param>
    /// <param name="teacherWork">Multiply-adds a time point of the teacher.</param>
    public static long Estimate(RunSpec spec, int cases, int length, int teacherWork)
    {
        var recipe = spec.Recipe ?? spec.Settings!.Recipe;
        var training =
            3.0 * recipe.Updates * Math.Min(recipe.BatchSize, cases) * length * spec.Shape.MultiplyAddsPerStep;
        var runs = spec.Settings is { Weight: null, Method.IsAlone: false } s
            ? 1 + (s.WeightGrid ?? s.Method.WeightGrid).Count
            : 1;
        var states = spec.Teacher is null ? 0.0 : (double)cases * length * teacherWork;
        return 1 + (long)(runs * (training + states) / 1e6);
    }
}
