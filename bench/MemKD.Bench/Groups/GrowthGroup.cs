using System.Globalization;
using MemKD.Bench.Measuring;
using MemKD.Engine.Layers;

namespace MemKD.Bench.Groups;

/// <summary>How time and memory of a training step grow.</summary>
internal static class GrowthGroup
{
    private static readonly StepSize Teacher = new(CellKind.Lstm, 1, 100, 3, 100);
    private static readonly StepSize Student = new(CellKind.Lstm, 1, 8, 1, 100);

    public static Group Group { get; } =
        new(
            "growth",
            "Growth",
            "Time and largest resident memory of a fresh process that trains, one thing growing at a time, the rest 3×100 (or 1→8), 100 points, batch of 32, 400 cases. The last column holds the operations of the matrices: "
                + "time that grows faster than they do is the caches' doing. One thread, CPU time; memory includes .NET itself and the cases. "
                + "Distillation keeps the teacher's states of all cases.",
            Run,
            []
        );

    private static IEnumerable<(string What, string Words, StepSize Size)> Rows()
    {
        foreach (var (name, size) in ((string, StepSize)[])[("3×100", Teacher), ("1→8", Student)])
        {
            foreach (var t in (int[])[100, 350, 700, 1400, 2800])
            {
                yield return Row($"{name}, points {t}", size with { Timepoints = t });
            }

            foreach (var batch in (int[])[1, 16, 32, 64, 128])
            {
                yield return Row($"{name}, batch {batch}", size with { Batch = batch });
            }
        }

        foreach (var units in (int[])[4, 8, 16, 32, 64, 128, 256])
        {
            yield return Row($"one layer, hidden units {units}", Student with { Units = units });
        }

        foreach (var cases in (int[])[100, 1000, 10_000])
        {
            yield return Row($"3×100, cases {cases}", Teacher with { Pool = cases });
        }

        foreach (var cases in (int[])[100, 400, 1600])
        {
            var size = Student with { Pool = cases };
            yield return ($"1→8 distilled from 3×100, cases {cases}", $"distill {size.Words} 100 3 cached", size);
        }

        yield return Row("3×100, 1000 cases of 2800 points", Teacher with { Timepoints = 2800, Pool = 1000 });
    }

    private static (string, string, StepSize) Row(string what, StepSize size) => (what, $"train {size.Words}", size);

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        var effort = contest.Effort with { Rounds = Math.Min(3, contest.Effort.Rounds) };
        foreach (var (what, words, size) in Rows().Take(contest.Quick(1, int.MaxValue)))
        {
            using var process = Contest.Ours();
            process.Prepare(words);
            var m = Rounds.Measure(effort, byWall: false, [process])[0];
            rows.Add([
                what,
                Show.Milliseconds(m.Median),
                Show.Mebibytes(process.PeakMemory),
                Show.Number(2 * size.MultiplyAdds / 1e6),
                Show.Number(2e-9 * size.MultiplyAdds / m.Median),
            ]);
        }

        section.Add("Training step", ["what grows", "ms", "MiB", "million operations", "GFLOP/s"], rows);
        return section;
    }
}
