namespace MemKD.Comparison.Statistics;

/// <summary>
/// Friedman's test that k methods rank alike over N data sets (Friedman, JASA 32, 1937), with the F form of Iman and
/// Davenport (Communications in Statistics 9, 1980) that Demšar recommends (JMLR 7, 2006, section 3.2.2).
/// </summary>
/// <param name="SetCount">N.</param>
/// <param name="MethodCount">k.</param>
/// <param name="AverageRanks">Mean rank of each method; 1 is best.</param>
/// <param name="ChiSquare">The statistic, χ² with k − 1 degrees of freedom when all methods are equal.</param>
/// <param name="PValue">Its tail.</param>
/// <param name="F">(N − 1) χ² / (N(k − 1) − χ²), infinite when all sets rank the methods alike.</param>
/// <param name="FPValue">Its tail, F with k − 1 and (k − 1)(N − 1) degrees of freedom.</param>
public sealed record FriedmanTest(
    int SetCount,
    int MethodCount,
    double[] AverageRanks,
    double ChiSquare,
    double PValue,
    double F,
    double FPValue
)
{
    /// <summary>The least number of methods: with two the test has nothing that a paired test has not.</summary>
    public const int FewestMethods = 3;

    /// <summary>Ranks the methods on each set, the best first, and tests.</summary>
    /// <param name="scores">[set][method], higher is better, no NaN.</param>
    /// <param name="correctForTies">
    /// True: χ² is divided by 1 − Σ(t³ − t) / (N(k³ − k)), as scipy and aeon do. False: Demšar's formula as printed,
    /// which is smaller where there are ties.
    /// </param>
    /// <exception cref="ArgumentException">Fewer than 3 methods, fewer than 2 sets, or rows of unequal length.</exception>
    public static FriedmanTest Of(IReadOnlyList<double[]> scores, bool correctForTies = true)
    {
        var (n, k) = (scores.Count, scores.Count == 0 ? 0 : scores[0].Length);
        if (k < FewestMethods || n < 2 || scores.Any(row => row.Length != k))
        {
            throw new ArgumentException(
                "Friedman's test needs a score of at least 3 methods on each of at least 2 data sets.",
                nameof(scores)
            );
        }

        var sums = new double[k];
        var ties = 0.0;
        foreach (var row in scores)
        {
            var ranks = Ranks.Descending(row);
            ties += Ranks.TieSum(ranks);
            for (var j = 0; j < k; j++)
            {
                sums[j] += ranks[j];
            }
        }

        var chiSquare = (12.0 / (n * (double)k * (k + 1)) * sums.Sum(s => s * s)) - (3.0 * n * (k + 1));
        var correction = correctForTies ? 1 - (ties / (n * (double)k * (((double)k * k) - 1))) : 1;
        // every set a tie of all: no difference seen
        chiSquare = correction > 0 ? Math.Max(0, chiSquare / correction) : 0;
        var room = (n * (k - 1.0)) - chiSquare;
        // all sets rank alike: exactly 0, up to rounding of χ²
        var f = room > 1e-9 * n * k ? (n - 1) * chiSquare / room : double.PositiveInfinity;
        return new FriedmanTest(
            n,
            k,
            Array.ConvertAll(sums, s => s / n),
            chiSquare,
            Tails.ChiSquare(chiSquare, k - 1),
            f,
            Tails.F(f, k - 1, (k - 1.0) * (n - 1))
        );
    }
}
