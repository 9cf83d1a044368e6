namespace MemKD.Series;

/// <summary>What a mistyped name was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the fewest changed, added or lost letters, letter case ignored; null when even that one
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

    // Levenshtein's distance, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
