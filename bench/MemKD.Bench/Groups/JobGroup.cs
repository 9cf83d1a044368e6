using System.Globalization;
using MemKD.Bench.Measuring;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Optimization;
using MemKD.Training;

namespace MemKD.Bench.Groups;

/// <summary>The whole main job, from the start of the program to its end.</summary>
internal static class JobGroup
{
    private const int Cases = 400;
    private const int Timepoints = 100;
    private const int FullUpdates = 260; // 20 epochs

    public static Group Group { get; } =
        new(
            "job",
            "The main job",
            "A whole process, start-up included: a teacher of three LSTM layers of 100 units on 400 cases of 100 points, then a student 1→8 from it by MemKD with the teacher cached; 260 updates each "
                + "(20 epochs), batch of 32, Adam, clipping. PyTorch does the same number of the same updates. One thread: CPU time; two: wall time.",
            Run,
            []
        );

    /// <summary>The job itself: <c>job THREADS UPDATES</c>.</summary>
    public static void Do(int threads, int updates)
    {
        using var team = new WorkerTeam(threads);
        var size = new StepSize(CellKind.Lstm, 1, 100, 3, Timepoints, Pool: Cases);
        var cases = size.Cases();
        var recipe = new TrainingRecipe
        {
            Updates = updates,
            Optimizer = OptimizerKind.Adam,
            Schedule = ScheduleKind.Constant,
            WeightDecay = 0,
            ClipNorm = 1,
            AverageDecay = 0,
            PyTorchInitialization = true,
        };
        var teacher = new ClassifierTraining
        {
            Cases = cases,
            Shape = size.Shape,
            Recipe = recipe,
            Seed = 1,
        }.Run(team, CancellationToken.None);
        var settings = new DistillationSettings
        {
            Recipe = recipe,
            AugmentedCopies = 0,
            WeightSchedule = WeightSchedule.Constant,
            Weight = 10,
        };
        var student = new Distiller(
            teacher.Network,
            cases,
            (size with { Units = 8, Layers = 1 }).Shape,
            settings,
            1,
            team
        ).RunStudent(CancellationToken.None);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{teacher.Updates} and {student.Student.Updates} updates")
        );
    }

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        var updates = contest.Quick(2, FullUpdates).ToString(CultureInfo.InvariantCulture);
        var rounds = Math.Min(contest.Effort.Rounds, 3);
        foreach (var threads in Contest.HasTwoProcessors ? (int[])[1, 2] : [1])
        {
            var count = threads.ToString(CultureInfo.InvariantCulture);
            var (own, peer) = (new List<Seconds>(), new List<Seconds>());
            for (var round = 0; round < rounds; round++)
            {
                own.Add(WholeProcess.Run(Contest.Command(threads, Contest.OwnCommand("job", count, updates))));
                if (contest.Peers.Python is { } python)
                {
                    peer.Add(
                        WholeProcess.Run(
                            Contest.Command(threads, python, contest.Peers.TorchScript, "job", count, updates),
                            environment: Contest.Threads(threads)
                        )
                    );
                }
            }

            var byWall = threads > 1;
            var ours = new Measurement("MemKD", 0, own, byWall);
            var torch = peer.Count == 0 ? null : new Measurement("PyTorch", 0, peer, byWall);
            rows.Add([
                count,
                Show.Number(ours.Median),
                Show.Number(ours.Least),
                Show.Number(torch?.Median),
                Show.Number(torch?.Least),
                TrainingGroup.Ratio(ours, torch),
            ]);
            section.Goals.Add(
                Goal.AtLeast(
                    $"main job, {count} thread(s), PyTorch's time",
                    threads == 1 ? 3.3 : 5,
                    torch == null ? null : ours.RatioTo(torch)
                )
            );
        }

        section.Add(
            "Whole process",
            ["threads", "s", "least", "PyTorch, s", "least", "PyTorch's time (of minima)"],
            rows
        );
        return section;
    }
}
