namespace MemKD;

/// <summary>What a mistyped name was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the fewest changed, added, lost or swapped letters, letter case ignored; null when even that one
    /// differs in more than a third of the letters.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var (best, nearest) = (int.MaxValue, (string?)null);
        foreach (var candidate in candidates)
        {
            var distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < best && 3 * distance <= Math.Max(name.Length, candidate.Length))
            {
                (best, nearest) = (distance, candidate);
            }
        }

        return nearest;
    }

    // Levenshtein's distance, two swapped neighbours counted as one change, one row at a time.
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var next = new int[b.Length + 1];
            next[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                next[j] = Math.Min(row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), 1 + Math.Min(row[j], next[j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
                }
            }

            (before, row) = (row, next);
        }

        return row[^1];
    }
}
