namespace MemKD.Comparison.Statistics;

/// <summary>
/// McNemar's test of two classifiers on the same cases (Psychometrika 12, 1947): only cases that one decides rightly
/// and the other wrongly say anything, and each of them falls on either side with probability ½ when both are equally good.
/// </summary>
/// <param name="OnlyFirst">Cases that only the first decides rightly.</param>
/// <param name="OnlySecond">Cases that only the second decides rightly.</param>
/// <param name="ExactPValue">Two-sided, from the binomial distribution; the one to use.</param>
/// <param name="ChiSquare">(|b − c| − 1)² / (b + c), with Edwards' continuity correction; 0 where b = c.</param>
/// <param name="ChiSquarePValue">Its tail with one degree of freedom: an approximation for 25 and more such cases.</param>
public sealed record McNemarTest(
    int OnlyFirst,
    int OnlySecond,
    double ExactPValue,
    double ChiSquare,
    double ChiSquarePValue
)
{
    /// <summary>Tests.</summary>
    /// <param name="onlyFirst">b: cases that only the first decides rightly.</param>
    /// <param name="onlySecond">c: cases that only the second decides rightly.</param>
    /// <exception cref="ArgumentException">A negative number.</exception>
    public static McNemarTest Of(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var n = onlyFirst + onlySecond;
        if (n == 0)
        {
            return new McNemarTest(0, 0, 1, 0, 1);
        }

        double gap = Math.Max(0, Math.Abs(onlyFirst - onlySecond) - 1);
        var chiSquare = gap * gap / n;
        return new McNemarTest(
            onlyFirst,
            onlySecond,
            Math.Min(1, 2 * Tails.FairBinomialUpTo(Math.Min(onlyFirst, onlySecond), n)),
            chiSquare,
            Tails.ChiSquare(chiSquare, 1)
        );
    }
}
