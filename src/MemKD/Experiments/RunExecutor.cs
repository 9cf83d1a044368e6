using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Experiments;

/// <summary>Does one run in this process, from TRAIN to its record.</summary>
public sealed class RunExecutor
{
    private readonly BenchmarkFolder folder;
    private readonly ArchiveCatalog catalog;
    private readonly IReadOnlyDictionary<string, string> sources;
    private readonly WorkerTeam team;

    /// <summary>Prepares runs of a folder.</summary>
    /// <param name="folder">The benchmark's folder.</param>
    /// <param name="catalog">Where data sets are found.</param>
    /// <param name="team">The threads; results do not depend on their number.</param>
    /// <exception cref="InputException">The folder holds no benchmark.</exception>
    public RunExecutor(BenchmarkFolder folder, ArchiveCatalog catalog, WorkerTeam team)
    {
        this.folder = folder;
        this.catalog = catalog;
        this.team = team;
        sources = folder.ReadSources();
    }

    /// <summary>Does a run and saves its record; a teacher's model first.</summary>
    /// <param name="run">The run; its teacher's is finished.</param>
    /// <param name="cancellation">Stops it; nothing is saved then.</param>
    /// <param name="progress">Told the share done, 0..1, or null.</param>
    /// <exception cref="InputException">Data or teacher are not those of the plan, or training diverged.</exception>
    public void Execute(PlannedRun run, CancellationToken cancellation, Action<double>? progress = null)
    {
        var clock = Stopwatch.StartNew();
        var spec = run.Spec;
        var name = sources.GetValueOrDefault(spec.Dataset) ?? spec.Dataset;
        var gate = new TestGate(catalog.OpenTrain(name, spec.Resample));
        var hash = DatasetSource.ContentHash(gate.Train);
        if (!string.Equals(hash, spec.TrainHash, StringComparison.Ordinal))
        {
            throw new InputException(
                $"{name}: the training cases are not those of the plan any more; restore the files, or start another benchmark."
            );
        }

        var teacher = spec.Teacher is null ? null : ModelFile.Read(folder.Teacher(spec.Teacher));
        var preparation = Preparation.Fit(gate.Train, spec.Preparation);
        var cases = preparation.Apply(gate.Train);
        var (trained, weight, scores) = spec.IsTeacher
            ? Teach(spec, cases, progress, cancellation)
            : Learn(spec, cases, teacher, gate, progress, cancellation);
        var model = new RecurrentClassifier(
            trained.Network,
            gate.Train.Classes,
            preparation,
            new ModelOrigin
            {
                Dataset = spec.Dataset,
                DataHash = hash,
                Method = spec.Method,
                Seed = spec.Seed,
                Recipe = spec.Recipe is { } recipe ? RecipeJson.Write(recipe) : SettingsJson.Write(spec.Settings!),
                TeacherHash = teacher?.WeightHash ?? "",
            }
        );
        var trainTime = clock.Elapsed;
        if (spec.IsTeacher)
        {
            folder.WriteTeacher(run.Id, model);
        }

        gate.Fix(model);
        var test = gate.Open(model);
        var testStart = clock.Elapsed;
        var probabilities = model.Probabilities(test, team);
        var testTime = clock.Elapsed - testStart;
        var result = new RunResult
        {
            TrainSha256 = hash,
            TestSha256 = DatasetSource.ContentHash(test),
            TrainCases = cases.Count,
            Classes = model.Classes,
            Lambda = weight,
            LambdaScores = scores,
            Updates = trained.Updates,
            SelectedUpdate = trained.SelectedUpdate,
            SelectedBy = trained.SelectedBy.ToString(),
            Collapsed = trained.Collapsed,
            WeightsSha256 = model.WeightHash,
            TeacherSha256 = teacher?.WeightHash,
            Trail = gate.Trail,
            Metrics = Evaluator.Evaluate(spec.Dataset, "test", model.Classes, test.Labels, probabilities) with
            {
                Parameters = model.ParameterCount,
                Bytes = model.Bytes,
                MultiplyAddsPerStep = model.Network.Shape.MultiplyAddsPerStep,
            },
            Labels = test.Labels,
            Predicted = Predict(probabilities, model.Classes.Count),
            Probabilities = RunResult.Pack(probabilities),
        };
        folder.Write(new RunRecord(spec, result, Describe(clock.Elapsed, trainTime, testTime)));
    }

    /// <summary>The class of each row that evaluation counts as the model's answer.</summary>
    internal static int[] Predict(ReadOnlySpan<float> probabilities, int classes)
    {
        var predicted = new int[probabilities.Length / classes];
        for (var i = 0; i < predicted.Length; i++)
        {
            predicted[i] = ConfusionMatrix.Decide(probabilities.Slice(i * classes, classes));
        }

        return predicted;
    }

    private (TrainingResult, double?, IReadOnlyList<WeightScore>) Teach(
        RunSpec spec,
        PreparedCases cases,
        Action<double>? progress,
        CancellationToken cancellation
    )
    {
        var recipe = spec.Recipe!;
        var trained = new ClassifierTraining
        {
            Cases = cases,
            Shape = spec.Shape,
            Recipe = recipe,
            Seed = spec.Seed,
            Progress = s => progress?.Invoke((double)s.Update / recipe.Updates),
        }.Run(team, cancellation);
        return (trained, null, []);
    }

    private (TrainingResult, double?, IReadOnlyList<WeightScore>) Learn(
        RunSpec spec,
        PreparedCases cases,
        RecurrentClassifier? teacher,
        TestGate gate,
        Action<double>? progress,
        CancellationToken cancellation
    )
    {
        var run = new Distiller(teacher?.Network, cases, spec.Shape, spec.Settings!, spec.Seed, team).RunStudent(
            cancellation,
            progress,
            _ => gate.SettleLambda()
        );
        return (
            run.Student,
            teacher is null ? null : run.Weight,
            [.. run.WeightScores.Select(s => new WeightScore(s.Weight, s.AucPrc))]
        );
    }

    private JsonObject Describe(TimeSpan all, TimeSpan train, TimeSpan test)
    {
        var machine = Machine.Describe();
        machine["host"] = Environment.MachineName;
        machine["threads"] = team.ThreadCount;
        machine["seconds"] = Math.Round(all.TotalSeconds, 3);
        machine["train_seconds"] = Math.Round(train.TotalSeconds, 3);
        machine["test_seconds"] = Math.Round(test.TotalSeconds, 3);
        machine["finished"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return machine;
    }
}
