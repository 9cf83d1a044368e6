namespace MemKD.Comparison.Statistics;

/// <summary>Ranks from 1; equal values share the mean of the ranks they cover (scipy's <c>rankdata</c>, "average").</summary>
public static class Ranks
{
    /// <summary>The smallest value has rank 1.</summary>
    /// <param name="values">No NaN.</param>
    public static double[] Ascending(ReadOnlySpan<double> values)
    {
        var keys = values.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(keys, order);
        var ranks = new double[keys.Length];
        for (var first = 0; first < keys.Length; )
        {
            var after = EndOfTie(keys, first);
            for (var i = first; i < after; i++)
            {
                ranks[order[i]] = (first + 1 + after) / 2.0;
            }

            first = after;
        }

        return ranks;
    }

    /// <summary>The largest value has rank 1, as the best has among scores.</summary>
    /// <param name="values">No NaN.</param>
    public static double[] Descending(ReadOnlySpan<double> values)
    {
        var negated = new double[values.Length];
        for (var i = 0; i < negated.Length; i++)
        {
            negated[i] = -values[i];
        }

        return Ascending(negated);
    }

    /// <summary>Σ (t³ − t) over the groups of t equal values: the size of every correction for ties.</summary>
    public static double TieSum(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var sum = 0.0;
        for (var first = 0; first < sorted.Length; )
        {
            var after = EndOfTie(sorted, first);
            double t = after - first;
            sum += (t * t * t) - t;
            first = after;
        }

        return sum;
    }

    private static int EndOfTie(double[] sorted, int first)
    {
        var after = first + 1;
        while (after < sorted.Length && sorted[after].Equals(sorted[first]))
        {
            after++;
        }

        return after;
    }
}
