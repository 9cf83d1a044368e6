using System.Globalization;
using MemKD.Bench.Measuring;
using MemKD.Distillation;
using MemKD.Engine.Layers;

namespace MemKD.Bench.Groups;

/// <summary>A step of MemKD against PyTorch and against the student alone.</summary>
internal static class DistillationGroup
{
    private const double Weight = 10;

    public static Group Group { get; } =
        new(
            "distillation",
            "Distillation step",
            "One update of a student 1→8 under cross-entropy and MemKD (consecutive pairs and 100 random ones), teacher 2×128, batch of 32 out of 400 cases, one thread, CPU time. Cached: what the "
                + "teacher says about every case is kept, its memory changes of all pairs of time points in a table, which both sides fill before the clock starts. Not cached: the teacher runs in every step.",
            Run,
            [new("distill", Create)]
        );

    private static IWork Create(string[] words)
    {
        var size = StepSize.Parse(words[..8]);
        var (units, layers, cached) = (Worker.Number(words[8]), Worker.Number(words[9]), words[10] is "cached");
        var step = new TrainingStep(
            size,
            (cases, student, team) =>
            {
                var teacher = (size with { Cell = CellKind.Lstm, Units = units, Layers = layers }).Network();
                var states = new TeacherStates(teacher, cases, cached ? long.MaxValue : 0, team);
                var method = MethodChoice.Parse("memkd").Create(states, student, 6, team);
                return new DistillationObjective(states, method, Weight, WeightSchedule.Constant, labelSmoothing: 0);
            }
        );
        if (cached)
        {
            step.Run(10 * size.Pool / size.Batch); // by then all but every 20,000th case has been met
        }

        return step;
    }

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        using var ours = Contest.Ours();
        using var alone = Contest.Ours("student alone");
        using var torch = contest.Torch();
        foreach (var timepoints in contest.Quick<int[]>([50], [150, 500]))
        {
            var size = new StepSize(CellKind.Lstm, 1, 8, 1, timepoints);
            foreach (var cached in (bool[])[true, false])
            {
                var words = $"distill {size.Words} 128 2 {(cached ? "cached" : "run")}";
                var m = contest.Measure(byWall: false, (ours, words), (alone, $"train {size.Words}"), (torch, words));
                var (own, plain) = (m[0]!, m[1]!);
                var name = string.Create(
                    CultureInfo.InvariantCulture,
                    $"T={timepoints}, teacher {(cached ? "cached" : "run each step")}"
                );
                rows.Add([
                    name,
                    Show.Milliseconds(own.Median),
                    Show.Milliseconds(own.Least),
                    Show.Milliseconds(plain.Median),
                    Show.Number(plain.RatioTo(own)),
                    Show.Milliseconds(m[2]?.Median),
                    TrainingGroup.Ratio(own, m[2]),
                ]);
                if (timepoints == 150)
                {
                    section.Goals.Add(
                        Goal.AtLeast(
                            $"distillation, {name}, PyTorch's time",
                            cached ? 80 : 3.5,
                            m[2] == null ? null : own.RatioTo(m[2]!)
                        )
                    );
                }

                if (timepoints == 150 && cached)
                {
                    section.Goals.Add(Goal.AtMost($"distillation, {name}, student alone = 1", 1.4, plain.RatioTo(own)));
                }
            }
        }

        section.Add(
            "MemKD, student 1→8, teacher 2×128",
            [
                "case",
                "ms",
                "least",
                "student alone, ms",
                "student alone = 1",
                "PyTorch, ms",
                "PyTorch's time (of minima)",
            ],
            rows
        );
        return section;
    }
}
