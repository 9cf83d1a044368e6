using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Distillation;
using MemKD.Distillation.Methods;
using MemKD.Engine;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd demo</c>: teacher, student alone and distilled student on a built-in data set, in a minute.</summary>
internal static class DemoCommand
{
    private const string Dataset = "SyntheticControl";
    private static readonly Budget Usual = new(Recipes.Teacher.Updates, Recipes.Student.Updates);

    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "demo",
            "See it work: train and distil on built-in data",
            "memkd demo",
            "memkd demo --json"
        );
        var common = new CommonOptions(verb, withSeed: true, withThreads: true);
        verb.SetAction(parsed =>
        {
            using var team = common.Team(parsed);
            Execute(Usual, common.Seed(parsed), team, session, common.Quiet(parsed), common.Json(parsed));
            return ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>Runs the demo on a budget.</summary>
    public static void Execute(Budget budget, ulong seed, WorkerTeam team, Session session, bool quiet, bool json)
    {
        var clock = Stopwatch.StartNew();
        session.StopsCleanly = true;
        var split = Generators.Find(Dataset)!.Generate();
        var preparation = Preparation.Fit(split.Train, new PreparationOptions());
        var cases = preparation.Apply(split.Train);
        var shape = Recipes.TeacherShape(cases.ChannelCount, cases.ClassCount);
        if (!quiet)
        {
            session.Note(
                $"{Dataset}: {cases.Count} cases, {cases.ClassCount} classes; teacher {ModelScore.Describe(shape)}"
            );
        }

        RecurrentClassifier Model(TrainingResult trained, string method) =>
            new(
                trained.Network,
                split.Train.Classes,
                preparation,
                new ModelOrigin { Dataset = Dataset, Method = method }
            );
        var teacher = Model(
            ProgressDisplay.Run(
                session,
                quiet,
                "training the teacher",
                report =>
                    new ClassifierTraining
                    {
                        Cases = cases,
                        Shape = shape,
                        Recipe = Recipes.Teacher with { Updates = budget.TeacherUpdates },
                        Seed = seed,
                        Progress = s => report((double)s.Update / budget.TeacherUpdates),
                    }.Run(team, session.Stop)
            ),
            "teacher"
        );
        var distiller = new Distiller(
            teacher.Network,
            cases,
            Recipes.StudentShape(cases.ChannelCount, cases.ClassCount),
            new DistillationSettings { Recipe = Recipes.Student with { Updates = budget.StudentUpdates } },
            seed,
            team
        );
        var result = ProgressDisplay.Run(
            session,
            quiet,
            "training the students",
            report => distiller.Run(session.Stop, report)
        );
        var comparison = new StudentComparison(
            MemoryDiscrepancy.Row.Id,
            ModelScore.Of(teacher, split.Test, "test", team),
            ModelScore.Of(Model(result.Alone, DistillationMethods.None), split.Test, "test", team),
            ModelScore.Of(Model(result.Student, MemoryDiscrepancy.Row.Id), split.Test, "test", team)
        );
        if (json)
        {
            session.WriteJson(ToJson(comparison, clock.Elapsed));
        }
        else
        {
            Print(comparison, clock.Elapsed, session.Out);
        }
    }

    private static void Print(StudentComparison comparison, TimeSpan elapsed, TextWriter output)
    {
        output.WriteLine($"{Dataset}, {comparison.Teacher.Cases} test cases");
        output.WriteLine();
        comparison.WriteTable(output);
        output.WriteLine();
        output.WriteLine("accuracy");
        comparison.WriteBars(output);
        output.WriteLine();
        output.WriteLine(
            $"students are {comparison.CompressionText} smaller than the teacher; {Numbers.Seconds(elapsed)}"
        );
        output.WriteLine(comparison.Verdict!.Sentence);
    }

    private static JsonObject ToJson(StudentComparison comparison, TimeSpan elapsed)
    {
        var json = comparison.Brief();
        json.Insert(0, "dataset", Dataset);
        json["compression"] = comparison.Compression;
        json["verdict"] = comparison.Verdict!.Verdict;
        json["seconds"] = Math.Round(elapsed.TotalSeconds, 3);
        return json;
    }

    /// <summary>Updates of teacher and students, chosen to fit a minute on two cores.</summary>
    internal sealed record Budget(int TeacherUpdates, int StudentUpdates);
}
