using System.Globalization;
using MemKD.Bench.Measuring;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Optimization;
using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Bench.Groups;

/// <summary>From the start of the program to a teacher and a student of a stated quality.</summary>
internal static class ScoreGroup
{
    private const int TrainCases = 400;
    private const int ValidationCases = 300;
    private const int UpdatesAnEpoch = 13;
    private const int MostUpdates = 2000;
    private const double Target = 0.05; // also in torch_bench.py
    private const string TrainFile = "train.tsv";
    private const string ValidationFile = "validation.tsv";

    public static Group Group { get; } =
        new(
            "score",
            "To a stated score",
            "A whole process, start-up and reading the data included: a teacher of three LSTM layers of 100 units until its cross-entropy on 300 validation cases, looked at every 13 updates, is at most .05; "
                + "then a student 1→8 from it by MemKD, teacher cached, until the student's is. Cylinder-Bell-Funnel, 400 training cases of 128 points, z-normalised; Adam (teacher .003, student .01), batch of 32, "
                + "clipping, the starting weights of docs/training.md on both sides (with its own, PyTorch's teacher seldom leaves the start). A seed a round. One thread, CPU time.",
            Run,
            []
        );

    /// <summary>The job itself: <c>score SEED DIRECTORY</c>.</summary>
    public static void Do(ulong seed, string directory)
    {
        using var team = new WorkerTeam(1);
        var train = Read(Path.Combine(directory, TrainFile));
        var validation = Read(Path.Combine(directory, ValidationFile));
        var teacher = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, 100, 3, train.ClassCount));
        var first = Train(teacher, new LabelObjective(0), 0.003);
        var student = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, 8, 1, train.ClassCount));
        var states = new TeacherStates(teacher, train, long.MaxValue, team);
        var method = MethodChoice.Parse("memkd").Create(states, student, seed, team);
        var second = Train(student, new DistillationObjective(states, method, 10, WeightSchedule.Constant, 0), 0.01);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first} {second}"));

        int Train(RecurrentNetwork network, IObjective objective, double rate)
        {
            var recipe = new TrainingRecipe
            {
                Updates = MostUpdates,
                Optimizer = OptimizerKind.Adam,
                Schedule = ScheduleKind.Constant,
                LearningRate = rate,
                WeightDecay = 0,
                ClipNorm = 1,
                AverageDecay = 0,
                Selection = Selection.ValidationLoss,
                EvaluateEvery = UpdatesAnEpoch,
            };
            using var reached = new CancellationTokenSource();
            var trainer = new Trainer(network, train, validation, recipe, objective, seed, team);
            try
            {
                trainer.Run(reached.Token, s => Look(s, reached));
            }
            catch (OperationCanceledException)
            {
                return trainer.State.Update;
            }

            throw new InputException($"{Target} was not reached in {MostUpdates} updates.");
        }
    }

    private static void Look(TrainingState state, CancellationTokenSource reached)
    {
        if (state.Scores is [.., var last] && last.CrossEntropy <= Target)
        {
            reached.Cancel();
        }
    }

    private static PreparedCases Read(string path)
    {
        var file = SeriesFile.Read(path);
        return new PreparedCases(
            1,
            [.. file.Cases.Select(c => c.Length)],
            [.. file.Cases.SelectMany(c => c.Channels[0])],
            file.Labels,
            file.Classes.Count
        );
    }

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var directory = Directory.CreateTempSubdirectory("memkd-bench-").FullName;
        try
        {
            Write(directory);
            var rows = new List<string[]>();
            var (own, peer) = (new List<Seconds>(), new List<Seconds>());
            for (var seed = 1; seed <= Math.Min(contest.Effort.Rounds, 3); seed++)
            {
                string[] job = ["score", seed.ToString(CultureInfo.InvariantCulture), directory];
                own.Add(WholeProcess.Run(Contest.Command(1, Contest.OwnCommand(job)), out var said));
                string[] row = [job[1], Show.Number(own[^1].Cpu), said.Trim(), "-", "-"];
                if (contest.Peers.Python is { } python)
                {
                    string[] command = [python, contest.Peers.TorchScript, .. job];
                    peer.Add(WholeProcess.Run(Contest.Command(1, command), out said, "", Contest.Threads(1)));
                    (row[3], row[4]) = (Show.Number(peer[^1].Cpu), said.Trim());
                }

                rows.Add(row);
            }

            var ours = new Measurement("MemKD", 0, own, ByWall: false);
            var torch = peer.Count == 0 ? null : new Measurement("PyTorch", 0, peer, ByWall: false);
            rows.Add([
                "median",
                Show.Number(ours.Median),
                "",
                Show.Number(torch?.Median),
                TrainingGroup.Ratio(ours, torch) + " times",
            ]);
            section.Add("Whole process", ["seed", "s", "updates of teacher, student", "PyTorch, s", "updates"], rows);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        return section;
    }

    /// <summary>Label and z-normalised values of a case in a line, tabs between.</summary>
    private static void Write(string directory)
    {
        var split = Generators.Find("CBF")!.Generate();
        var cases = split.Train.Cases.Concat(split.Test.Cases).ToArray();
        int[] order = [.. Enumerable.Range(0, cases.Length)];
        new SeededRandom(1).Shuffle(order);
        Save(TrainFile, order[..TrainCases]);
        Save(ValidationFile, order[TrainCases..(TrainCases + ValidationCases)]);

        void Save(string name, IEnumerable<int> chosen) =>
            File.WriteAllLines(Path.Combine(directory, name), chosen.Select(i => Line(cases[i])));

        static string Line(TimeSeriesCase c)
        {
            var x = c.Channels[0];
            var mean = x.Average();
            var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
            var numbers = x.Select(v => ((v - mean) / deviation).ToString("R", CultureInfo.InvariantCulture));
            return $"{c.Label}\t{string.Join('\t', numbers)}";
        }
    }
}
