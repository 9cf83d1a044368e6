using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd train</c>: a classifier from labelled series.</summary>
internal static class TrainCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "train",
            "Train a classifier; by default a teacher of two bidirectional GRU layers with 94 units",
            "memkd train SyntheticControl --out runs/teacher",
            "memkd train --train my_TRAIN.ts --test my_TEST.ts --out runs/mine --normalise train-channel-z",
            "memkd train CBF --out runs/gru --cell gru --hidden 64 --layers 2 --updates 2000 --seed 1 --json"
        );
        var data = new DatasetOptions(verb);
        var output = OutputOption.AddTo(verb, out var overwrite);
        var shape = new ShapeOptions(verb, withBidirectional: true);
        var preparation = new PreparationChoice(verb);
        var recipe = new RecipeOptions(verb);
        var common = new CommonOptions(verb, withSeed: true, withThreads: true);
        verb.SetAction(parsed =>
        {
            var folder = RunFolder.Open(parsed.GetValue(output)!, parsed.GetValue(overwrite));
            var loaded = data.Load(parsed);
            var train = loaded.RequireTrain();
            var authors = recipe.IsAuthors(parsed);
            var fitted = Preparation.Fit(train, preparation.Get(authors, parsed));
            var start = authors ? Recipes.Authors(train.Cases.Count) : Recipes.Teacher;
            var teacher = authors
                ? Recipes.AuthorsTeacherShape(fitted.InputSize, train.Classes.Count)
                : Recipes.TeacherShape(fitted.InputSize, train.Classes.Count);
            var run = new Run(
                folder,
                loaded,
                fitted,
                shape.Apply(teacher, parsed),
                recipe.Apply(start, parsed),
                common.Seed(parsed)
            );
            using var team = common.Team(parsed);
            return Execute(run, team, session, common.Quiet(parsed), common.Json(parsed));
        });
        return verb;
    }

    private static int Execute(Run run, WorkerTeam team, Session session, bool quiet, bool json)
    {
        var clock = Stopwatch.StartNew();
        session.StopsCleanly = true;
        if (!quiet)
        {
            session.Note(
                $"training {ModelScore.Describe(run.Shape)}, on {run.Data.Name}: {run.Train.Cases.Count} cases, at most {run.Recipe.Updates} updates{(File.Exists(run.Folder.Checkpoint) ? ", from the checkpoint on" : "")}"
            );
        }

        var done = 0;
        TrainingResult result;
        try
        {
            result = ProgressDisplay.Run(
                session,
                quiet,
                $"training on {run.Data.Name}",
                report =>
                    new ClassifierTraining
                    {
                        Cases = run.Preparation.Apply(run.Train),
                        Shape = run.Shape,
                        Recipe = run.Recipe,
                        Seed = run.Seed,
                        CheckpointPath = run.Folder.Checkpoint,
                        RunKey = run.Key,
                        Progress = state =>
                        {
                            done = state.Update;
                            report((double)state.Update / run.Recipe.Updates);
                        },
                    }.Run(team, session.Stop)
            );
        }
        catch (OperationCanceledException)
        {
            session.Error.WriteLine(
                $"memkd: stopped at update {done}; saved {run.Folder.Checkpoint}, give the same command again to go on."
            );
            return ExitCode.StoppedWithCheckpoint;
        }

        var model = new RecurrentClassifier(
            result.Network,
            run.Train.Classes,
            run.Preparation,
            new ModelOrigin
            {
                Dataset = run.Data.Name,
                DataHash = run.DataHash,
                Method = "teacher",
                Seed = run.Seed,
                Recipe = RecipeJson.Write(run.Recipe),
            }
        );
        run.Folder.Replace(part =>
        {
            ModelFile.Write(Path.Combine(part, ModelFile.FileName), model);
            RunFolder.WriteText(part, "history.csv", TrainingHistory.ToCsv(result));
            RunFolder.WriteText(part, "config.json", Session.ToText(run.Config(result)));
            RunFolder.WriteText(
                part,
                "env.json",
                Session.ToText(RunEnvironment.Describe(team.ThreadCount, run.Seed, clock.Elapsed))
            );
        });
        File.Delete(run.Folder.Checkpoint);
        session.StopsCleanly = false;

        // The weights are fixed and saved: only now TEST is looked at.
        var report = run.Data.Test is { } test ? ModelScore.Of(model, test, "test", team) : null;
        if (report is not null)
        {
            run.Folder.Add(part => RunFolder.WriteText(part, "metrics.json", report.ToJson() + "\n"));
        }

        Print(run, model, result, report, clock.Elapsed, session, json);
        return ExitCode.Ok;
    }

    private static void Print(
        Run run,
        RecurrentClassifier model,
        TrainingResult result,
        EvaluationReport? report,
        TimeSpan elapsed,
        Session session,
        bool json
    )
    {
        if (result.Collapsed)
        {
            session.Warn("training ended about where guessing starts; try more --updates or another --learning-rate.");
        }

        if (json)
        {
            session.WriteJson(
                new JsonObject
                {
                    ["dataset"] = run.Data.Name,
                    ["model"] = run.Folder.Model,
                    ["parameters"] = model.ParameterCount,
                    ["bytes"] = model.Bytes,
                    ["updates"] = result.Updates,
                    ["selected_update"] = result.SelectedUpdate,
                    ["selected_by"] = result.SelectedBy.ToString(),
                    ["normalisation"] = run.Preparation.Normalization.ToText(),
                    ["collapsed"] = result.Collapsed,
                    ["seconds"] = Math.Round(elapsed.TotalSeconds, 3),
                    ["test"] = report is null ? null : ModelScore.ToJson(report),
                }
            );
            return;
        }

        session.Out.WriteLine(
            $"{run.Data.Name}: {ModelScore.Describe(run.Shape)}, {result.Updates} updates in {Numbers.Seconds(elapsed)}, normalisation {run.Preparation.Normalization.ToText()}"
        );
        session.Out.WriteLine(
            report is null ? "no test cases given; measure it with memkd evaluate" : ModelScore.ToLine(report)
        );
        session.Out.WriteLine($"saved {run.Folder.Model}");
    }

    private sealed record Run(
        RunFolder Folder,
        LoadedData Data,
        Preparation Preparation,
        NetworkShape Shape,
        TrainingRecipe Recipe,
        ulong Seed
    )
    {
        public TimeSeriesDataset Train => Data.Train!;

        public string DataHash { get; } = DatasetSource.ContentHash(Data.Train!);

        /// <summary>What the checkpoint must agree with.</summary>
        public string Key =>
            string.Join(
                '\n',
                ModelOrigin.LibraryVersion,
                DataHash,
                Shape.ToString(),
                RecipeJson.Write(Recipe),
                Preparation.ToJson(),
                Seed.ToString(CultureInfo.InvariantCulture)
            );

        public JsonObject Config(TrainingResult result) =>
            new()
            {
                ["memkd"] = ModelOrigin.LibraryVersion,
                ["dataset"] = Data.Name,
                ["source"] = Data.Source?.Location,
                ["resample"] = Data.Resample,
                ["content_sha256"] = Data.Source?.Sha256,
                ["train_sha256"] = DataHash,
                ["seed"] = Seed,
                ["architecture"] = ModelScore.ToJson(Shape),
                ["recipe"] = JsonNode.Parse(RecipeJson.Write(Recipe)),
                ["selected_update"] = result.SelectedUpdate,
                ["selected_by"] = result.SelectedBy.ToString(),
                ["preparation"] = JsonNode.Parse(Preparation.ToJson()),
            };
    }
}
