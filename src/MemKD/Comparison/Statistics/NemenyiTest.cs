namespace MemKD.Comparison.Statistics;

/// <summary>
/// Nemenyi's comparison of all pairs after Friedman's test: two methods differ when their average ranks are at least
/// q √(k(k + 1) / (6N)) apart (Demšar, JMLR 7, 2006, section 3.2.2). q is the studentized range for infinitely many
/// degrees of freedom divided by √2.
/// </summary>
public static class NemenyiTest
{
    /// <summary>Level that the published table is for.</summary>
    private const double TableLevel = 0.05;

    /// <summary>The published q(0.05) for 2 … 20 methods, to the digits in print.</summary>
    private static readonly double[] Table =
    [
        1.960,
        2.344,
        2.569,
        2.728,
        2.850,
        2.948,
        3.031,
        3.102,
        3.164,
        3.219,
        3.268,
        3.313,
        3.354,
        3.391,
        3.426,
        3.458,
        3.489,
        3.517,
        3.544,
    ];

    /// <summary>The difference of average ranks from which two methods differ.</summary>
    /// <param name="methodCount">k, at least 2.</param>
    /// <param name="setCount">N, at least 1.</param>
    /// <param name="level">α, between 0 and 1.</param>
    /// <exception cref="ArgumentException">A number out of its range.</exception>
    public static double CriticalDifference(int methodCount, int setCount, double level = TableLevel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(setCount, 1);
        var k = (double)methodCount;
        return CriticalValue(methodCount, level) * Math.Sqrt(k * (k + 1) / (6.0 * setCount));
    }

    /// <summary>
    /// q: the published table's value, where it has one (level 0.05, up to 20 methods), so that results equal those of
    /// other programs to the last digit; else computed.
    /// </summary>
    /// <inheritdoc cref="CriticalDifference"/>
    public static double CriticalValue(int methodCount, double level = TableLevel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(methodCount, 2);
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        return level is TableLevel && methodCount - 2 < Table.Length
            ? Table[methodCount - 2]
            : ComputedValue(methodCount, level);
    }

    /// <summary>q by bisection on the tail of the range of k standard normal numbers.</summary>
    internal static double ComputedValue(int methodCount, double level)
    {
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = RangeTail(middle, methodCount) > level ? (middle, high) : (low, middle);
        }

        return (low + high) / 2 / Math.Sqrt(2);
    }

    /// <summary>
    /// P(range &gt; q) = 1 − k ∫ φ(z) [Φ(z + q) − Φ(z)]ᵏ⁻¹ dz, z the smallest of the k numbers; trapezoids on −9 … 9, whose
    /// error for a smooth integrand that vanishes at both ends is far below 1e-12.
    /// </summary>
    private static double RangeTail(double q, int k)
    {
        const double Step = 1.0 / 64;
        const double End = 9;
        var sum = 0.0;
        for (var z = -End; z <= End; z += Step)
        {
            var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
            sum += density * Math.Pow(Tails.Normal(z) - Tails.Normal(z + q), k - 1);
        }

        return 1 - (k * sum * Step);
    }
}
