using System.Globalization;
using MemKD.Engine.Layers;

namespace MemKD.Bench.Groups;

/// <summary>Two threads against one, and against the peers' two.</summary>
internal static class ThreadGroup
{
    private const double LeastGain = 1.8;

    private static readonly StepSize[] Sizes =
    [
        new(CellKind.Lstm, 1, 100, 3, 150, Batch: 64),
        new(CellKind.Lstm, 1, 100, 3, 150),
        new(CellKind.Lstm, 1, 128, 2, 150),
        new(CellKind.Lstm, 1, 64, 2, 150),
        new(CellKind.Lstm, 1, 16, 1, 150),
        new(CellKind.Lstm, 1, 8, 1, 150),
        new(CellKind.Lstm, 1, 8, 1, 150, Batch: 16),
        new(CellKind.Gru, 1, 94, 2, 150),
    ];

    public static Group Group { get; } =
        new(
            "threads",
            "Training step, two threads",
            "The step of the group before with two threads on two processors, in wall time, against one thread on one and against PyTorch and oneDNN with two.",
            Run,
            []
        );

    private static Section Run(Contest contest)
    {
        var section = new Section();
        if (!Contest.HasTwoProcessors)
        {
            section.Add("Two threads", ["not measured: one processor"], []);
            return section;
        }

        var rows = new List<string[]>();
        using var one = Contest.Ours();
        using var two = Contest.Ours(threads: 2);
        using var torch = contest.Torch(threads: 2);
        using var oneDnn = contest.OneDnn(threads: 2);
        foreach (var size in contest.Quick(Sizes[^2..^1], Sizes))
        {
            var words = $"train {(size with { Threads = 2 }).Words}";
            var isLstm = size.Cell == CellKind.Lstm;
            var m = contest.Measure(
                byWall: true,
                (two, words),
                (one, $"train {size.Words}"),
                (torch, words),
                (isLstm ? oneDnn : null, words)
            );
            var own = m[0]!;
            var gain = own.RatioTo(m[1]!);
            var name = string.Create(CultureInfo.InvariantCulture, $"{size.Name}, batch {size.Batch}");
            rows.Add([
                name,
                Show.Milliseconds(own.Median),
                Show.Milliseconds(m[1]!.Median),
                Show.Number(gain),
                TrainingGroup.Ratio(own, m[2]),
                TrainingGroup.Ratio(own, m[3]),
            ]);
            section.Goals.Add(
                Goal.AtLeast($"two threads, {name}, one thread's time", size.Batch == 64 ? LeastGain : 1, gain)
            );
        }

        section.Add(
            "Two threads, wall time",
            [
                "network",
                "ms",
                "one thread, ms",
                "one thread's time",
                "PyTorch's time (of minima)",
                "oneDNN's time (of minima)",
            ],
            rows
        );
        return section;
    }
}
