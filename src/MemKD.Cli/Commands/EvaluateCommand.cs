using System.CommandLine;
using System.Globalization;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Evaluation;
using MemKD.Models;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd evaluate</c>: every measure of a model on labelled series.</summary>
internal static class EvaluateCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "evaluate",
            "Measure a model on labelled series",
            "memkd evaluate runs/teacher SyntheticControl",
            "memkd evaluate runs/teacher SyntheticControl --json",
            "memkd evaluate runs/mine --test my_TEST.ts --interval"
        );
        var model = new Argument<string>("DIR") { Description = "Folder of a run, or a model file" };
        verb.Add(model);
        var data = new DatasetOptions(verb);
        var split = ChoiceOption.Of("--split", "Which part to measure on (default test)", "train", "test");
        var interval = new Option<bool>("--interval")
        {
            Description = "Add 95 % bootstrap intervals of AUC-PRC and accuracy",
        };
        verb.Add(split);
        verb.Add(interval);
        var common = new CommonOptions(verb, withSeed: true, withThreads: true);
        verb.SetAction(parsed =>
        {
            var classifier = ModelFile.Read(parsed.GetValue(model)!);
            var loaded = data.Load(parsed);
            var part = parsed.GetValue(split) ?? "test";
            var cases = part is "train" ? loaded.RequireTrain() : loaded.RequireTest();
            using var team = common.Team(parsed);
            var bootstrap = parsed.GetValue(interval) ? new BootstrapSettings(Seed: common.Seed(parsed)) : null;
            var report = ModelScore.Of(classifier, cases, part, team, bootstrap);
            if (common.Json(parsed))
            {
                session.Out.Write(report.ToJson() + "\n");
            }
            else
            {
                Print(report, classifier, session.Out);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Print(EvaluationReport report, RecurrentClassifier model, TextWriter output)
    {
        output.WriteLine(
            $"{report.Dataset}, {report.Split}: {Numbers.Count(report.Cases)} cases; {ModelScore.Describe(model.Network.Shape)}, {Numbers.Count(model.Bytes)} bytes"
        );
        output.WriteLine();
        var rows = new List<string[]>
        {
            Row("AUC-PRC", report.AucPrc, report.Interval?.AucPrc),
            Row("average precision", report.AveragePrecision),
            Row("accuracy", report.Accuracy, report.Interval?.Accuracy),
            Row("balanced accuracy", report.BalancedAccuracy),
            Row("macro F1", report.F1Macro),
            Row("ROC-AUC", report.RocAuc),
            Row("negative log-likelihood", report.Nll),
            Row("Brier score", report.Brier),
            Row("calibration error", report.Ece),
        };
        TextTable.Write(output, [], rows);
        output.WriteLine();
        TextTable.Write(
            output,
            ["class", "cases", "AUC-PRC", "precision", "recall", "F1"],
            [
                .. report.PerClass.Select(c =>
                    (string[])
                        [
                            c.Class,
                            c.Cases.ToString(CultureInfo.InvariantCulture),
                            Numbers.Measure(c.AucPrc),
                            Numbers.Measure(c.Precision),
                            Numbers.Measure(c.Recall),
                            Numbers.Measure(c.F1),
                        ]
                ),
            ]
        );
    }

    private static string[] Row(string name, double value, Interval? interval = null) =>
        [
            name,
            Numbers.Measure(value),
            interval is { } ends ? $"95 %: {Numbers.Measure(ends.Low)} to {Numbers.Measure(ends.High)}" : "",
        ];
}
