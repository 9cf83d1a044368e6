namespace MemKD.Comparison.Statistics;

/// <summary>What becomes of pairs without a difference.</summary>
public enum ZeroHandling
{
    /// <summary>They are left out (Wilcoxon 1945).</summary>
    Wilcox,

    /// <summary>They are ranked, then their ranks are dropped (Pratt 1959; normal approximation of Cureton 1967).</summary>
    Pratt,

    /// <summary>They are ranked, and half of their ranks goes to each side.</summary>
    ZSplit,
}

/// <summary>What the test looks for.</summary>
public enum Alternative
{
    /// <summary>The two differ.</summary>
    TwoSided,

    /// <summary>The first is greater.</summary>
    Greater,

    /// <summary>The first is less.</summary>
    Less,
}

/// <summary>
/// Wilcoxon's signed-rank test on paired values (Biometrics Bulletin 1, 1945). Statistic, mean, variance and tails are
/// scipy's, without continuity correction (its default). The exact distribution is used for at most 50 pairs without a zero and
/// without two equal differences, where it holds; else the normal approximation. scipy 1.10 used the exact one in spite of
/// equal differences; later versions do not.
/// </summary>
/// <param name="Statistic">Two-sided: the smaller rank sum; one-sided: the positive one.</param>
/// <param name="PValue">The tail; 1 when no pair differs.</param>
/// <param name="PositiveRanks">Rank sum of the pairs whose first value is larger.</param>
/// <param name="NegativeRanks">Rank sum of the pairs whose second value is larger.</param>
/// <param name="IsExact">Whether the exact distribution was used.</param>
public sealed record WilcoxonTest(
    double Statistic,
    double PValue,
    double PositiveRanks,
    double NegativeRanks,
    bool IsExact
)
{
    private const int MostPairsForExact = 50;

    /// <summary>Tests x against y.</summary>
    /// <param name="x">First value of each pair, no NaN.</param>
    /// <param name="y">Second value of each pair, no NaN.</param>
    /// <param name="zeros">What becomes of pairs without a difference.</param>
    /// <param name="alternative">What the test looks for.</param>
    /// <exception cref="ArgumentException">Not as many x as y, or none.</exception>
    public static WilcoxonTest Of(
        ReadOnlySpan<double> x,
        ReadOnlySpan<double> y,
        ZeroHandling zeros = ZeroHandling.Wilcox,
        Alternative alternative = Alternative.TwoSided
    )
    {
        if (x.Length != y.Length || x.IsEmpty)
        {
            throw new ArgumentException("Wilcoxon's test needs at least one pair of values.", nameof(y));
        }

        var differences = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            differences[i] = x[i] - y[i];
        }

        var zeroCount = differences.Count(d => d is 0);
        if (zeroCount == differences.Length)
        {
            return new WilcoxonTest(0, 1, 0, 0, IsExact: false);
        }

        double[] ranked = zeros == ZeroHandling.Wilcox ? [.. differences.Where(d => d is not 0)] : differences;
        var ranks = Ranks.Ascending(Array.ConvertAll(ranked, Math.Abs));
        var (positive, negative, atZero) = RankSums(ranked, ranks);
        if (zeros == ZeroHandling.ZSplit)
        {
            positive += atZero / 2;
            negative += atZero / 2;
        }

        double[] tied = zeros == ZeroHandling.Pratt ? [.. ranks.Where((_, i) => ranked[i] is not 0)] : ranks;
        var ties = Ranks.TieSum(tied);
        var statistic = alternative == Alternative.TwoSided ? Math.Min(positive, negative) : positive;
        if (zeroCount == 0 && ties is 0 && ranked.Length <= MostPairsForExact)
        {
            var exact = ExactTail((int)positive, ranked.Length, alternative);
            return new WilcoxonTest(statistic, exact, positive, negative, IsExact: true);
        }

        double n = ranked.Length;
        double z0 = zeros == ZeroHandling.Pratt ? zeroCount : 0;
        var mean = ((n * (n + 1)) - (z0 * (z0 + 1))) / 4;
        var variance = ((n * (n + 1) * ((2 * n) + 1)) - (z0 * (z0 + 1) * ((2 * z0) + 1)) - (ties / 2)) / 24;
        var score = (statistic - mean) / Math.Sqrt(variance);
        var tail = alternative switch
        {
            Alternative.TwoSided => Math.Min(1, 2 * Tails.Normal(Math.Abs(score))),
            Alternative.Greater => Tails.Normal(score),
            _ => Tails.Normal(-score),
        };
        return new WilcoxonTest(statistic, tail, positive, negative, IsExact: false);
    }

    private static (double Positive, double Negative, double AtZero) RankSums(double[] differences, double[] ranks)
    {
        var (positive, negative, atZero) = (0.0, 0.0, 0.0);
        for (var i = 0; i < ranks.Length; i++)
        {
            if (differences[i] > 0)
            {
                positive += ranks[i];
            }
            else if (differences[i] < 0)
            {
                negative += ranks[i];
            }
            else
            {
                atZero += ranks[i];
            }
        }

        return (positive, negative, atZero);
    }

    /// <summary>The tail of a positive rank sum when each of the 2ⁿ choices of signs is equally likely.</summary>
    private static double ExactTail(int positive, int n, Alternative alternative)
    {
        // ways[s]: subsets of 1 … n with the sum s; at most 2⁵⁰ in all, so exact in a long
        var ways = new long[(n * (n + 1) / 2) + 1];
        ways[0] = 1;
        for (var rank = 1; rank <= n; rank++)
        {
            for (var s = ways.Length - 1; s >= rank; s--)
            {
                ways[s] += ways[s - rank];
            }
        }

        var less = ways.AsSpan(0, positive + 1).ToArray().Sum() / Math.ScaleB(1, n);
        var greater = ways.AsSpan(positive).ToArray().Sum() / Math.ScaleB(1, n);
        return alternative switch
        {
            Alternative.TwoSided => Math.Min(1, 2 * Math.Min(less, greater)),
            Alternative.Greater => greater,
            _ => less,
        };
    }
}
