using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd distill</c>: a student from a teacher, always beside the student alone.</summary>
internal static class DistillCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "distill",
            "Distil a teacher into a student, beside the same student trained alone",
            "memkd distill SyntheticControl --teacher runs/teacher --out runs/student",
            "memkd distill SyntheticControl --teacher runs/teacher --out runs/small --bytes 1024 --lambda auto",
            "memkd distill --train my_TRAIN.ts --test my_TEST.ts --teacher runs/mine --out runs/tiny --compression 500 --json",
            "memkd distill SyntheticControl --teacher runs/teacher --out runs/alone --method none",
            "memkd distill SyntheticControl --teacher runs/teacher --out runs/long --method memkd:pairs=200,short=0"
        );
        var data = new DatasetOptions(verb);
        var teacher = new Option<string>("--teacher")
        {
            Description = "Folder of the teacher's run, or its model file",
            HelpName = "DIR",
            Required = true,
        };
        verb.Add(teacher);
        var output = OutputOption.AddTo(verb, out var overwrite);
        var student = new StudentOptions(verb);
        var method = new MethodOptions(verb);
        var recipe = new RecipeOptions(verb);
        var common = new CommonOptions(verb, withSeed: true, withThreads: true);
        verb.SetAction(parsed =>
        {
            var folder = RunFolder.Open(parsed.GetValue(output)!, parsed.GetValue(overwrite));
            var path = parsed.GetValue(teacher)!;
            var model = ModelFile.Read(path);
            var loaded = data.Load(parsed);
            var (train, test) = SameClasses(model, loaded.RequireTrain(), loaded.RequireTest(), path);
            var start = recipe.IsAuthors(parsed)
                ? DistillationSettings.Authors(train.Cases.Count)
                : new DistillationSettings();
            var settings = method.Apply(start with { Recipe = recipe.Apply(start.Recipe, parsed) }, parsed);
            var run = new Run(
                folder,
                path,
                model,
                train,
                test,
                student.Get(model, recipe.IsAuthors(parsed), parsed),
                settings,
                common.Seed(parsed)
            );
            using var team = common.Team(parsed);
            Execute(run, team, session, common.Quiet(parsed), common.Json(parsed));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Execute(Run run, WorkerTeam team, Session session, bool quiet, bool json)
    {
        var clock = Stopwatch.StartNew();
        var hash = DatasetSource.ContentHash(run.Train);
        if (
            run.Teacher.Origin.DataHash is { Length: > 0 } known
            && !string.Equals(known, hash, StringComparison.Ordinal)
        )
        {
            session.Warn(
                $"the teacher was trained on other cases ({run.Teacher.Origin.Dataset}); if some of them are test cases here, its numbers are too good."
            );
        }

        session.StopsCleanly = true;
        if (!quiet)
        {
            session.Note(
                $"distilling with {run.Method}: {ModelScore.Describe(run.Teacher.Network.Shape)} into {ModelScore.Describe(run.Shape)}, on {run.Train.Name}: {run.Train.Cases.Count} cases"
            );
        }

        var distiller = new Distiller(
            run.Teacher.Network,
            run.Teacher.Preparation.Apply(run.Train),
            run.Shape,
            run.Settings,
            run.Seed,
            team
        );
        var result = ProgressDisplay.Run(
            session,
            quiet,
            $"distilling on {run.Train.Name}",
            report =>
                run.IsAlone
                    ? new DistillationResult(null!, distiller.RunAlone(session.Stop, report), 0, [])
                    : distiller.Run(session.Stop, report)
        );

        RecurrentClassifier Model(TrainingResult trained, string id) =>
            run.Teacher with
            {
                Network = trained.Network,
                Origin = new ModelOrigin
                {
                    Dataset = run.Train.Name,
                    DataHash = hash,
                    Method = id,
                    Seed = run.Seed,
                    Recipe = SettingsJson.Write(
                        id is DistillationMethods.None
                            ? run.Settings with
                            {
                                Method = MethodChoice.Parse(id),
                                Weight = null,
                            }
                            : run.Settings with
                            {
                                Weight = result.Weight,
                            }
                    ),
                    TeacherHash = id is DistillationMethods.None ? "" : run.Teacher.WeightHash,
                },
            };
        var alone = Model(result.Alone, DistillationMethods.None);
        var student = run.IsAlone ? null : Model(result.Student, run.Method);

        run.Folder.Replace(part =>
        {
            if (student is not null)
            {
                var control = Directory.CreateDirectory(Path.Combine(part, "alone")).FullName;
                ModelFile.Write(Path.Combine(control, ModelFile.FileName), alone);
                RunFolder.WriteText(control, "history.csv", TrainingHistory.ToCsv(result.Alone));
            }

            ModelFile.Write(Path.Combine(part, ModelFile.FileName), student ?? alone);
            RunFolder.WriteText(
                part,
                "history.csv",
                TrainingHistory.ToCsv(run.IsAlone ? result.Alone : result.Student)
            );
            RunFolder.WriteText(
                part,
                "env.json",
                Session.ToText(RunEnvironment.Describe(team.ThreadCount, run.Seed, clock.Elapsed))
            );
        });

        // The weights are fixed and saved: only now TEST is looked at.
        var reference = run.Teacher.Probabilities(run.Test, team);
        var comparison = new StudentComparison(
            run.Method,
            ModelScore.Of(run.Teacher, run.Test, "test", team),
            ModelScore.Of(alone, run.Test, "test", team, reference: reference),
            student is null ? null : ModelScore.Of(student, run.Test, "test", team, reference: reference)
        );
        var warnings = comparison.Warnings(result.Alone.Collapsed, student is not null && result.Student.Collapsed);
        var report = Report(run, result, comparison, warnings, clock.Elapsed);
        run.Folder.Add(part => RunFolder.WriteText(part, "report.json", Session.ToText(report)));
        foreach (var warning in warnings)
        {
            session.Warn(warning);
        }

        if (json)
        {
            session.WriteJson(report);
        }
        else
        {
            Print(run, result, comparison, clock.Elapsed, session.Out);
        }
    }

    private static void Print(
        Run run,
        DistillationResult result,
        StudentComparison comparison,
        TimeSpan time,
        TextWriter output
    )
    {
        comparison.WriteTable(output);
        output.WriteLine();
        var weight = run.IsAlone
            ? ""
            : $", λ {result.Weight.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        output.WriteLine($"compression {comparison.CompressionText}{weight}, {Numbers.Seconds(time)}");
        if (comparison.Verdict is { } verdict)
        {
            output.WriteLine(verdict.Sentence);
        }

        output.WriteLine($"saved {run.Folder.Model}");
    }

    private static JsonObject Report(
        Run run,
        DistillationResult result,
        StudentComparison comparison,
        IReadOnlyList<string> warnings,
        TimeSpan elapsed
    )
    {
        var report = new JsonObject
        {
            ["dataset"] = run.Train.Name,
            ["method"] = run.Method,
            ["seed"] = run.Seed,
            ["teacher_path"] = run.TeacherPath,
        };
        foreach (var (key, scores) in comparison.Full())
        {
            report[key] = scores;
        }

        report["student_alone"]!["collapsed"] = result.Alone.Collapsed;
        if (!run.IsAlone)
        {
            report[run.Method]!["collapsed"] = result.Student.Collapsed;
        }

        report["lambda"] = run.IsAlone ? null : result.Weight;
        report["lambda_scores"] = new JsonArray([
            .. result.WeightScores.Select(s =>
                (JsonNode)new JsonObject { ["lambda"] = s.Weight, ["validation_auc_prc"] = Numbers.Json(s.AucPrc) }
            ),
        ]);
        report["compression"] = comparison.Compression;
        report["auc_prc_gain"] = comparison.Verdict is { } verdict ? Numbers.Json(verdict.Gain) : null;
        report["verdict"] = comparison.Verdict?.Verdict;
        report["warnings"] = new JsonArray([.. warnings.Select(w => (JsonNode?)w)]);
        report["student"] = ModelScore.ToJson(run.Shape);
        report["settings"] = JsonNode.Parse(SettingsJson.Write(run.Settings));
        report["seconds"] = Math.Round(elapsed.TotalSeconds, 3);
        return report;
    }

    /// <summary>Both parts under the teacher's class list.</summary>
    private static (TimeSeriesDataset Train, TimeSeriesDataset Test) SameClasses(
        RecurrentClassifier teacher,
        TimeSeriesDataset train,
        TimeSeriesDataset test,
        string path
    ) =>
        teacher.Classes.ToHashSet(StringComparer.Ordinal).SetEquals(train.Classes)
            ? (train.WithClasses(teacher.Classes), test.WithClasses(teacher.Classes))
            : throw new InputException(
                $"{train.Name}: the classes are {List(train.Classes)}, those of the teacher {path} are {List(teacher.Classes)}; use the data that the teacher was trained on."
            );

    private static string List(IReadOnlyList<string> classes) =>
        string.Join(", ", classes.Take(10)) + (classes.Count > 10 ? $", … ({classes.Count})" : "");

    private sealed record Run(
        RunFolder Folder,
        string TeacherPath,
        RecurrentClassifier Teacher,
        TimeSeriesDataset Train,
        TimeSeriesDataset Test,
        NetworkShape Shape,
        DistillationSettings Settings,
        ulong Seed
    )
    {
        public string Method => Settings.Method.Text;

        public bool IsAlone => Settings.Method.IsAlone;
    }
}
