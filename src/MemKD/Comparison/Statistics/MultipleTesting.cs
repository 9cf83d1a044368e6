namespace MemKD.Comparison.Statistics;

/// <summary>p-values of several tests, adjusted so that one level holds for all of them together.</summary>
public static class MultipleTesting
{
    /// <summary>
    /// Holm's step-down method (Scandinavian Journal of Statistics 6, 1979): with p₍₁₎ ≤ … ≤ p₍ₘ₎ the adjusted
    /// value of p₍ᵢ₎ is the largest (m − j + 1) p₍ⱼ₎ for j ≤ i, at most 1. A test is rejected at level α when its adjusted
    /// value is at most α.
    /// </summary>
    /// <param name="pValues">Any order, no NaN.</param>
    public static double[] Holm(ReadOnlySpan<double> pValues)
    {
        var sorted = pValues.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        var adjusted = new double[sorted.Length];
        var largest = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            largest = Math.Max(largest, Math.Min(1, (sorted.Length - i) * sorted[i]));
            adjusted[order[i]] = largest;
        }

        return adjusted;
    }

    /// <summary>Bonferroni's method: m p, at most 1.</summary>
    /// <param name="pValues">Any order, no NaN.</param>
    public static double[] Bonferroni(ReadOnlySpan<double> pValues)
    {
        var m = pValues.Length;
        return Array.ConvertAll(pValues.ToArray(), p => Math.Min(1, m * p));
    }
}
