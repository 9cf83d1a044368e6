namespace MemKD.Comparison;

/// <summary>A method's size and score.</summary>
/// <param name="Method">The method.</param>
/// <param name="Parameters">Mean number of parameters over the data sets.</param>
/// <param name="Score">Mean score over the same data sets.</param>
/// <param name="IsOnFront">Whether no other method is at least as good with at most as many parameters (Pareto front).</param>
public readonly record struct SizePoint(string Method, double Parameters, double Score, bool IsOnFront);

/// <summary>Score against number of parameters.</summary>
/// <param name="Measure">Name of the measure.</param>
/// <param name="HigherIsBetter">Whether more is better.</param>
/// <param name="Points">The methods whose size is known, from the largest.</param>
/// <param name="Notes">How the means were formed, and which methods are left out.</param>
public sealed record SizeComparison(
    string Measure,
    bool HigherIsBetter,
    IReadOnlyList<SizePoint> Points,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Joins scores and sizes.</summary>
    /// <param name="scores">Scores; the complete data sets are used.</param>
    /// <param name="parameters">
    /// Numbers of parameters by the same names, one or more repetitions a cell. A method without a number on one of those data
    /// sets, such as a published one, is left out.
    /// </param>
    /// <exception cref="InputException">No complete data set, no method of known size, or a size that is not positive.</exception>
    public static SizeComparison Of(ScoreTable scores, ScoreTable parameters)
    {
        var complete = scores.Complete();
        if (complete.Datasets.Count == 0)
        {
            throw new InputException("No data set has a score of every method; leave out the methods with gaps.");
        }

        var rows = complete.Datasets.Select(d => IndexOf(parameters.Datasets, d)).ToArray();
        var points = new List<SizePoint>();
        var unknown = new List<string>();
        for (var m = 0; m < complete.Methods.Count; m++)
        {
            var column = IndexOf(parameters.Methods, complete.Methods[m]);
            var sizes = Array.ConvertAll(rows, d => d < 0 || column < 0 ? double.NaN : parameters[d, column].Mean);
            if (sizes.Any(double.IsNaN))
            {
                unknown.Add(complete.Methods[m]);
                continue;
            }

            if (sizes.Any(s => s <= 0))
            {
                throw new InputException($"{complete.Methods[m]} has a size of 0 or less; give numbers of parameters.");
            }

            var score = Enumerable.Range(0, rows.Length).Average(d => complete[d, m].Mean);
            points.Add(new SizePoint(complete.Methods[m], sizes.Average(), score, IsOnFront: false));
        }

        if (points.Count == 0)
        {
            throw new InputException("No method has a number of parameters on every complete data set.");
        }

        var notes = new List<string>
        {
            $"Means over the {rows.Length} data sets on which every method has a score; the number of parameters varies with the number of classes.",
        };
        if (unknown.Count > 0)
        {
            notes.Add($"Left out, size unknown: {string.Join(", ", unknown)}.");
        }

        var sign = complete.HigherIsBetter ? 1 : -1;
        return new SizeComparison(
            complete.Measure,
            complete.HigherIsBetter,
            [
                .. points
                    .Select(p => p with { IsOnFront = !points.Any(other => Beats(other, p)) })
                    .OrderByDescending(p => p.Parameters)
                    .ThenBy(p => p.Method, StringComparer.Ordinal),
            ],
            [.. notes, .. scores.Notes()]
        );

        bool Beats(SizePoint a, SizePoint b) =>
            a.Parameters <= b.Parameters
            && sign * a.Score >= sign * b.Score
            && (a.Parameters < b.Parameters || sign * a.Score > sign * b.Score);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
