using System.Numerics;

namespace MemKD.Comparison;

/// <summary>Groups of at least two methods within which no pair differs. Methods are numbered from the best.</summary>
internal static class Cliques
{
    /// <summary>Most methods: a group is a set of bits.</summary>
    public const int MostMethods = 64;

    private const int MostGroups = 1000;

    /// <summary>
    /// aeon's rule: from each method down to the last before the first that differs from it, whatever comes after; a run
    /// inside another is dropped. With a critical difference these are Demšar's bars.
    /// </summary>
    /// <param name="count">Number of methods.</param>
    /// <param name="differs">Whether two methods differ, the better first.</param>
    public static List<int[]> Intervals(int count, Func<int, int, bool> differs)
    {
        var runs = new List<int[]>();
        var reached = 0;
        for (var first = 0; first < count; first++)
        {
            var last = first;
            while (last + 1 < count && !differs(first, last + 1))
            {
                last++;
            }

            // runs start ever later, so one lies inside an earlier exactly when it ends no later
            if (last > first && last > reached)
            {
                runs.Add([.. Enumerable.Range(first, last - first + 1)]);
                reached = last;
            }
        }

        return runs;
    }

    /// <summary>
    /// All maximal groups, by the algorithm of Bron and Kerbosch (CACM 16, 1973) with pivoting, in ordinal order of their members.
    /// </summary>
    /// <param name="count">Number of methods, at most <see cref="MostMethods"/>.</param>
    /// <param name="differs">Whether two methods differ, the better first.</param>
    /// <exception cref="InputException">More than 1,000 groups.</exception>
    public static List<int[]> MaximalGroups(int count, Func<int, int, bool> differs)
    {
        var alike = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            for (var j = i + 1; j < count; j++)
            {
                if (!differs(i, j))
                {
                    alike[i] |= 1ul << j;
                    alike[j] |= 1ul << i;
                }
            }
        }

        var groups = new List<ulong>();
        Extend(0, count == MostMethods ? ulong.MaxValue : (1ul << count) - 1, 0);
        // of two sets the one with the smaller first different member comes first
        return [.. groups.OrderByDescending(Reversed).Select(g => Members(g).ToArray())];

        void Extend(ulong group, ulong candidates, ulong done)
        {
            if ((candidates | done) == 0)
            {
                if (BitOperations.PopCount(group) > 1)
                {
                    groups.Add(group);
                }

                if (groups.Count > MostGroups)
                {
                    throw new InputException(
                        $"More than {MostGroups} groups of methods without a difference; compare fewer methods, or use the preset aeon."
                    );
                }

                return;
            }

            var pivot = Members(candidates | done).MaxBy(m => BitOperations.PopCount(alike[m] & candidates));
            foreach (var member in Members(candidates & ~alike[pivot]))
            {
                Extend(group | (1ul << member), candidates & alike[member], done & alike[member]);
                candidates &= ~(1ul << member);
                done |= 1ul << member;
            }
        }
    }

    private static IEnumerable<int> Members(ulong set)
    {
        for (; set != 0; set &= set - 1)
        {
            yield return BitOperations.TrailingZeroCount(set);
        }
    }

    private static ulong Reversed(ulong set)
    {
        var reversed = 0ul;
        foreach (var member in Members(set))
        {
            reversed |= 1ul << (63 - member);
        }

        return reversed;
    }
}
