using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>Ids of cases or channels, numbered in the order they are first met.</summary>
internal sealed class IdTable
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> ids = [];

    /// <summary>Number of ids.</summary>
    public int Count => ids.Count;

    /// <summary>The number of an id, a new one if it was not met before.</summary>
    public int NumberOf(CaseCollector collector, ReadOnlySpan<char> id)
    {
        if (Find(id) is { } known)
        {
            return known;
        }

        collector.Count(128 + (2L * id.Length));
        ids.Add(id.ToString());
        numbers.Add(ids[^1], ids.Count - 1);
        return ids.Count - 1;
    }

    /// <summary>The number of an id, or null.</summary>
    public int? Find(ReadOnlySpan<char> id) =>
        numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var number) ? number : null;

    /// <summary>An id in quotes for a message.</summary>
    public string Quote(int number) => LineReader.Quote(ids[number]);

    /// <summary>
    /// The place of every id in the natural order: by the text before a whole number at the end, then by that number,
    /// so that <c>dim_2</c> stands before <c>dim_10</c>.
    /// </summary>
    /// <returns>[id number] = place.</returns>
    public int[] Ranks()
    {
        var rank = new int[ids.Count];
        var order = Enumerable
            .Range(0, ids.Count)
            .Select(i => (Number: i, Key: Split(ids[i])))
            .OrderBy(i => i.Key.Text, StringComparer.Ordinal)
            .ThenBy(i => i.Key.Number)
            .ThenBy(i => ids[i.Number], StringComparer.Ordinal)
            .Select(i => i.Number);
        var place = 0;
        foreach (var number in order)
        {
            rank[number] = place++;
        }

        return rank;
    }

    private static (string Text, long Number) Split(string id)
    {
        var digits = id.Length - id.AsSpan().TrimEnd("0123456789").Length;
        return digits is > 0 and < 19
            ? (id[..^digits], long.Parse(id.AsSpan(id.Length - digits), CultureInfo.InvariantCulture))
            : (id, -1);
    }
}
