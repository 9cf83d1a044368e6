using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>Takes validation cases out of TRAIN, the classes in their proportions.</summary>
public static class StratifiedSplit
{
    /// <summary>
    /// Splits case numbers 0 … n − 1. Validation gets round(n · <paramref name="fraction"/>) cases, shared among the
    /// classes by largest remainder (ties in a random order of classes); every class keeps at least one case in
    /// training, so a class of one case stays there and validation can be smaller than asked, or empty.
    /// </summary>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="fraction">Part for validation, at least 0 and below 1.</param>
    /// <param name="seed">The same seed gives the same split.</param>
    /// <returns>Both lists in ascending order.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is not in [0, 1).</exception>
    public static (int[] Train, int[] Validation) Split(ReadOnlySpan<int> labels, double fraction, ulong seed)
    {
        if (!(fraction is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "At least 0, below 1.");
        }

        var random = new SeededRandom(seed, "validation-split");
        var byClass = new SortedDictionary<int, List<int>>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (!byClass.TryGetValue(labels[i], out var members))
            {
                byClass[labels[i]] = members = [];
            }

            members.Add(i);
        }

        int[][] classes = [.. byClass.Values.Select(m => m.ToArray())];
        var shares = Shares([.. classes.Select(c => c.Length)], fraction, random);
        var validation = new bool[labels.Length];
        for (var k = 0; k < classes.Length; k++)
        {
            random.Shuffle(classes[k]);
            foreach (var i in classes[k].AsSpan(0, shares[k]))
            {
                validation[i] = true;
            }
        }

        var all = Enumerable.Range(0, labels.Length).ToArray();
        return ([.. all.Where(i => !validation[i])], [.. all.Where(i => validation[i])]);
    }

    private static int[] Shares(int[] sizes, double fraction, SeededRandom random)
    {
        var shares = sizes.Select(n => Math.Min(n - 1, (int)(n * fraction))).ToArray();
        var wanted = (int)Math.Round(sizes.Sum() * fraction, MidpointRounding.AwayFromZero) - shares.Sum();
        var order = Enumerable.Range(0, sizes.Length).ToArray();
        random.Shuffle(order);
        foreach (
            var k in order
                .OrderByDescending(k => (sizes[k] * fraction) - (int)(sizes[k] * fraction))
                .Where(k => shares[k] < sizes[k] - 1)
                .Take(Math.Max(0, wanted))
        )
        {
            shares[k]++;
        }

        return shares;
    }
}
