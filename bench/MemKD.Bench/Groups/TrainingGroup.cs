using MemKD.Bench.Measuring;
using MemKD.Engine.Layers;

namespace MemKD.Bench.Groups;

/// <summary>A training step of one thread against PyTorch and oneDNN.</summary>
internal static class TrainingGroup
{
    // Goals at T = 150: times PyTorch, times oneDNN, and the least share of the peak in percent.
    private static readonly (StepSize Size, double Torch, double OneDnn, double Share)[] Sizes =
    [
        (Lstm(4, 1), 300, 35, 0),
        (Lstm(8, 1), 140, 7, 0),
        (Lstm(16, 1), 50, 5, 0),
        (Lstm(64, 2), 7, 1.8, 80),
        (Lstm(128, 2), 2.9, 1.5, 80),
        (Lstm(100, 3), 3, 1.5, 80),
        (Lstm(256, 2), 2.3, 1.25, 80),
        (Lstm(8, 1, 500), 0, 0, 0),
        (Lstm(128, 2, 500), 0, 0, 0),
    ];

    public static Group Group { get; } =
        new(
            "training",
            "Training step, one thread",
            "One update: forward, cross-entropy, backward, Adam; batch of 32, one channel. PyTorch (eager) does the same. oneDNN does forward, backward and the reordering of the weights "
                + "alone, without linear layer, loss and optimizer. CPU time. Share of peak: operations of the matrices alone, so that small networks, bound by their activations, stay far below. "
                + "A GRU is compared with the LSTM of its size by time a multiply-add; the last one is the teacher that `memkd` trains unless told otherwise.",
            Run,
            [new("train", w => new TrainingStep(StepSize.Parse(w)))]
        );

    private static StepSize Lstm(int units, int layers, int timepoints = 150) =>
        new(CellKind.Lstm, 1, units, layers, timepoints);

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        var grus = new List<string[]>();
        using var ours = Contest.Ours();
        using var gru = Contest.Ours("GRU");
        using var peak = Contest.Ours("peak");
        using var torch = contest.Torch();
        using var oneDnn = contest.OneDnn();
        peak.Prepare("fma");
        foreach (var (size, torchGoal, oneDnnGoal, shareGoal) in contest.Quick(Sizes[..1], Sizes))
        {
            var words = $"train {size.Words}";
            var gruSize = size with { Cell = CellKind.Gru };
            var m = contest.Measure(
                byWall: false,
                (ours, words),
                (torch, words),
                (oneDnn, words),
                (gru, $"train {gruSize.Words}"),
                (peak, "fma")
            );
            var own = m[0]!;
            var share = own.ShareOf(m[4]!);
            rows.Add([
                size.Name,
                Show.Milliseconds(own.Median),
                Show.Milliseconds(own.Least),
                Show.Milliseconds(m[1]?.Median),
                Show.Milliseconds(m[2]?.Median),
                Ratio(own, m[1]),
                Ratio(own, m[2]),
                Show.Number(own.Rate / 1e9),
                Show.Percent(share),
            ]);
            var perMultiplyAdd = own.RatioTo(m[3]!) * size.MultiplyAdds / gruSize.MultiplyAdds;
            grus.Add([
                gruSize.Name,
                Show.Milliseconds(m[3]!.Median),
                Show.Number(m[3]!.Rate / 1e9),
                Show.Number(perMultiplyAdd),
            ]);
            section.Goals.Add(Goal.AtMost($"{gruSize.Name}, time a multiply-add, LSTM = 1", 1, perMultiplyAdd));
            if (torchGoal > 0)
            {
                section.Goals.Add(
                    Goal.AtLeast(
                        $"step {size.Name}, PyTorch's time",
                        torchGoal,
                        m[1] == null ? null : own.RatioTo(m[1]!)
                    )
                );
                section.Goals.Add(
                    Goal.AtLeast(
                        $"step {size.Name}, oneDNN's time",
                        oneDnnGoal,
                        m[2] == null ? null : own.RatioTo(m[2]!)
                    )
                );
            }

            if (shareGoal > 0)
            {
                section.Goals.Add(Goal.AtLeast($"step {size.Name}, of peak", shareGoal, 100 * share, "%"));
            }
        }

        if (!contest.IsQuick)
        {
            var teacher = new StepSize(CellKind.Gru, 1, 94, 2, 150, Bidirectional: true);
            var m = contest.Measure(byWall: false, (gru, $"train {teacher.Words}"), (peak, "fma"));
            grus.Add([teacher.Name, Show.Milliseconds(m[0]!.Median), Show.Number(m[0]!.Rate / 1e9), "-"]);
            section.Goals.Add(Goal.AtLeast($"step {teacher.Name}, of peak", 80, 100 * m[0]!.ShareOf(m[1]!), "%"));
        }

        section.Add(
            "LSTM",
            [
                "network",
                "ms",
                "least",
                "PyTorch, ms",
                "oneDNN, ms",
                "PyTorch's time (of minima)",
                "oneDNN's time (of minima)",
                "GFLOP/s",
                "% of peak",
            ],
            rows
        );
        section.Add("GRU", ["network", "ms", "GFLOP/s", "time a multiply-add, LSTM = 1"], grus);
        return section;
    }

    /// <summary>Median of paired ratios, and that of the minima.</summary>
    public static string Ratio(Measurement own, Measurement? peer) =>
        peer == null ? "-" : $"{Show.Number(own.RatioTo(peer))} ({Show.Number(own.LeastRatioTo(peer))})";
}
