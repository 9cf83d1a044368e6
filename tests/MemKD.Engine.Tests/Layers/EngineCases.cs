using MemKD.Engine.Layers;

namespace MemKD.Engine.Tests.Layers;

/// <summary>
/// The sizes that the engine is tested at: a table in which every pair of values of any two factors occurs in some
/// case (all pairs, greedy), each case small enough for the slow reference.
/// </summary>
internal static class EngineCases
{
    private const long MostWork = 40_000_000;
    private static readonly CellKind[] Cells = [CellKind.Lstm, CellKind.Gru, CellKind.Rnn];

    // Around the tiles of the kernels: 1, odd, half a panel, a panel, one more, and no multiple of 16 or 6.
    private static readonly int[] HiddenSizes = [1, 3, 8, 16, 17, 100];
    private static readonly int[] LayerCounts = [1, 2, 3];
    private static readonly int[] InputSizes = [1, 3];
    private static readonly int[] BatchSizes = [1, 5, 16, 17, 33];
    private static readonly int[] Lengths = [1, 2, 7, 40];

    private static readonly int[] LevelCounts =
    [
        Cells.Length,
        HiddenSizes.Length,
        LayerCounts.Length,
        InputSizes.Length,
        BatchSizes.Length,
        Lengths.Length,
        2,
        2,
        2,
    ];

    public static IReadOnlyList<EngineCase> AllPairs { get; } = Build();

    /// <summary>Sizes for finite differences: the reference knows no tiles, so small ones do.</summary>
    public static IReadOnlyList<EngineCase> Small { get; } =
    [
        .. from cell in Cells
        from bidirectional in (bool[])[false, true]
        from pooling in (Pooling[])[Pooling.Last, Pooling.Mean]
        select new EngineCase(cell, 3, 2, 2, 3, 6, bidirectional, Uneven: true, pooling, Dropout: 0.4f),
        .. from cell in Cells from length in (int[])[1, 9] select new EngineCase(cell, 4, 3, 1, 2, length),
    ];

    /// <summary>What the pairs leave out: a long series, and weights so large that gates are shut or open (few steps: large recurrent weights amplify any rounding).</summary>
    public static IReadOnlyList<EngineCase> Special { get; } =
    [
        .. from cell in Cells
        from c in (EngineCase[])
            [
                new(cell, 8, 1, 1, 16, 300, Uneven: true, Pooling: Pooling.Mean),
                new(cell, 8, 1, 2, 5, 3, WeightScale: 6f),
            ]
        select c,
    ];

    private static List<EngineCase> Build()
    {
        var open = new HashSet<(int, int, int, int)>();
        ForEachPair((f, g) => ForEachLevel(f, g, (a, b) => open.Add((f, a, g, b))));
        var cases = new List<EngineCase>();
        while (open.Count > 0)
        {
            var (f, a, g, b) = open.Min();
            var levels = new int[LevelCounts.Length];
            levels.AsSpan().Fill(-1);
            (levels[f], levels[g]) = (a, b);
            for (var k = 0; k < levels.Length; k++)
            {
                if (levels[k] < 0)
                {
                    levels[k] = Enumerable.Range(0, LevelCounts[k]).MaxBy(level => Gain(open, levels, k, level));
                }
            }

            // Too much for the reference: fewer cases, then fewer steps and layers, but the pair stays.
            foreach (var k in (int[])[4, 5, 2])
            {
                while (k != f && k != g && levels[k] > 0 && Work(Case(levels)) > MostWork)
                {
                    levels[k]--;
                }
            }

            ForEachPair((p, q) => open.Remove((p, levels[p], q, levels[q])));
            cases.Add(Case(levels));
        }

        return cases;
    }

    private static int Gain(HashSet<(int, int, int, int)> open, int[] levels, int factor, int level)
    {
        var gain = 0;
        for (var k = 0; k < levels.Length; k++)
        {
            if (levels[k] >= 0)
            {
                gain += open.Contains(k < factor ? (k, levels[k], factor, level) : (factor, level, k, levels[k]))
                    ? 1
                    : 0;
            }
        }

        return gain;
    }

    private static EngineCase Case(int[] levels) =>
        new(
            Cells[levels[0]],
            HiddenSizes[levels[1]],
            LayerCounts[levels[2]],
            InputSizes[levels[3]],
            BatchSizes[levels[4]],
            Lengths[levels[5]],
            levels[6] == 1,
            levels[7] == 1,
            levels[8] == 1 ? Pooling.Mean : Pooling.Last
        );

    private static long Work(EngineCase c) => (long)c.Shape.MultiplyAddsPerStep * c.Batch * c.Length;

    private static void ForEachPair(Action<int, int> action)
    {
        for (var f = 0; f < LevelCounts.Length; f++)
        {
            for (var g = f + 1; g < LevelCounts.Length; g++)
            {
                action(f, g);
            }
        }
    }

    private static void ForEachLevel(int f, int g, Action<int, int> action)
    {
        for (var a = 0; a < LevelCounts[f]; a++)
        {
            for (var b = 0; b < LevelCounts[g]; b++)
            {
                action(a, b);
            }
        }
    }
}
