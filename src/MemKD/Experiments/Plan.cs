using System.Text;
using System.Text.Json.Nodes;

namespace MemKD.Experiments;

/// <summary>
/// The runs of a benchmark: one JSON line each, sorted, so that the same recipe on the same data gives the same bytes on
/// every machine.
/// </summary>
public sealed class Plan
{
    /// <summary>Makes a plan; a run that is asked for twice is done once.</summary>
    public Plan(IEnumerable<PlannedRun> runs)
    {
        Runs =
        [
            .. runs.GroupBy(r => r.Id, StringComparer.Ordinal)
                .Select(g => g.First() with { Sizes = Sorted(g.SelectMany(r => r.Sizes)) })
                .OrderBy(r => r.Spec.Dataset, StringComparer.Ordinal)
                .ThenBy(r => r.Spec.Resample)
                .ThenBy(r => r.Spec.Seed)
                .ThenBy(r => !r.Spec.IsTeacher)
                .ThenByDescending(r => r.Spec.Shape.HiddenSize)
                .ThenBy(r => r.Spec.Method, StringComparer.Ordinal)
                .ThenBy(r => r.Id, StringComparer.Ordinal),
        ];
        Text = string.Concat(Runs.Select(r => r.ToLine() + "\n"));
    }

    /// <summary>All runs: by data set, resample, seed; the teacher first, then large students before small ones.</summary>
    public IReadOnlyList<PlannedRun> Runs { get; }

    /// <summary>The file's text.</summary>
    public string Text { get; }

    /// <summary>SHA-256 of the text, hexadecimal.</summary>
    public string Hash => CanonicalJson.Hash(Text);

    /// <summary>A run by its id.</summary>
    /// <exception cref="InputException">Not of this plan.</exception>
    public PlannedRun Find(string id) =>
        Runs.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.Ordinal))
        ?? throw new InputException($"'{id}' is no run of this plan.");

    /// <summary>Reads a plan.</summary>
    /// <param name="path">The file; messages name it.</param>
    /// <param name="hash">What its hash must be.</param>
    /// <exception cref="InputException">Not there, changed, or no plan.</exception>
    public static Plan Read(string path, string hash)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read; give a folder that `memkd benchmark` wrote.", e);
        }

        if (!string.Equals(CanonicalJson.Hash(text), hash.Trim(), StringComparison.Ordinal))
        {
            throw new InputException(
                $"{path}: the plan was changed after it was made; restore it, or choose another folder."
            );
        }

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new Plan(
            lines.Select(
                (line, i) =>
                {
                    try
                    {
                        return PlannedRun.FromLine(line);
                    }
                    catch (InputException e)
                    {
                        throw new InputException($"{path}, line {i + 1}: {e.Message}", e);
                    }
                }
            )
        );
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Write(string path) => WholeFile.Write(path, s => s.Write(Encoding.UTF8.GetBytes(Text)));

    /// <summary>What another plan has otherwise, in one line; null when both are the same.</summary>
    public string? Difference(Plan other)
    {
        var (mine, theirs) = (Ids(this), Ids(other));
        var (gone, added) = (Runs.Where(r => !theirs.Contains(r.Id)), other.Runs.Where(r => !mine.Contains(r.Id)));
        var (first, second) = (gone.FirstOrDefault(), added.FirstOrDefault());
        if (first is null && second is null)
        {
            return string.Equals(Text, other.Text, StringComparison.Ordinal) ? null : "the sizes have other names";
        }

        var twin = first is null
            ? null
            : other.Runs.FirstOrDefault(r =>
                !mine.Contains(r.Id) && string.Equals(r.Spec.Title, first.Spec.Title, StringComparison.Ordinal)
            );
        return twin is not null ? $"{first!.Spec.Title}: {Changed(first.Spec.ToJson(), twin.Spec.ToJson(), "")}"
            : first is null ? $"{second!.Spec.Title} is new"
            : $"{first.Spec.Title} is not in the new one";
    }

    private static string[] Sorted(IEnumerable<string> sizes) =>
        [.. sizes.Distinct(StringComparer.Ordinal).OrderBy(s => s.Length).ThenBy(s => s, StringComparer.Ordinal)];

    private static HashSet<string> Ids(Plan plan) => plan.Runs.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>The first member that differs, for example <c>recipe.updates is 1500, would be 100</c>.</summary>
    private static string Changed(JsonObject old, JsonObject changed, string path)
    {
        foreach (
            var key in old.Select(m => m.Key)
                .Union(changed.Select(m => m.Key), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        )
        {
            var (a, b) = (old[key], changed[key]);
            if (!JsonNode.DeepEquals(a, b))
            {
                return a is JsonObject x && b is JsonObject y
                    ? Changed(x, y, $"{path}{key}.")
                    : $"{path}{key} is {CanonicalJson.Write(a)}, would be {CanonicalJson.Write(b)}";
            }
        }

        return "the estimated work differs";
    }
}
