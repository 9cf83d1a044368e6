using System.CommandLine;
using System.Text.RegularExpressions;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Engine;
using MemKD.Evaluation;
using MemKD.Export;
using MemKD.Export.Quantization;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd export</c>: a model in a format that other programs run, with a card.</summary>
internal static partial class ExportCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "export",
            "Write a model in a format that other programs run, checked, with a card",
            "memkd export runs/student --format onnx",
            "memkd export runs/student --format onnx-int8 --data SyntheticControl --out exported --name fall",
            "memkd export runs/student --format onnx-step --json"
        );
        var model = new Argument<string>("MODEL") { Description = "Folder of a run, or a model file" };
        var format = ChoiceOption.Of(
            "--format",
            string.Join("; ", ExportFormats.All.Select(Described)),
            [.. ExportFormats.All.Select(f => f.Id)]
        );
        format.Required = true;
        var output = new Option<string?>("--out", "-o")
        {
            Description = "Folder for the files (default: one of the format's name beside the model)",
            HelpName = "DIR",
        };
        var name = new Option<string?>("--name")
        {
            Description = "Begins the files' names (default: that of the model's folder)",
            HelpName = "NAME",
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace files of an earlier export" };
        verb.Add(model);
        verb.Add(format);
        verb.Add(output);
        verb.Add(name);
        verb.Add(overwrite);
        var data = new DatasetOptions(verb, optional: true);
        var common = new CommonOptions(verb, withThreads: true);
        verb.SetAction(parsed =>
        {
            var path = ModelFile.Locate(parsed.GetValue(model)!);
            var chosen = ExportFormats.Find(parsed.GetValue(format)!);
            var classifier = ModelFile.Read(path);
            using var team = common.Team(parsed);
            var loaded = data.AreGiven(parsed) ? data.Load(parsed) : null;
            var request = new ExportRequest(classifier, NameOf(parsed.GetValue(name), path))
            {
                Gate = loaded?.Train is { } train ? Gate(classifier, train, team) : null,
            };
            var exported = chosen.Export(request);
            var score = loaded is not null ? Measure(classifier, exported, loaded, team) : null;
            var card = new ExportCard(chosen, request, exported, score);
            var folder = parsed.GetValue(output) ?? Path.Combine(Path.GetDirectoryName(path)!, chosen.Id);
            Write(folder, card, parsed.GetValue(overwrite));
            if (common.Json(parsed))
            {
                var json = card.ToJson();
                json["folder"] = folder;
                session.WriteJson(json);
            }
            else
            {
                Print(card, folder, session.Out);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>What rounding costs is measured beside the training cases, not on them: they are what the model knows best.</summary>
    private static GateCases Gate(RecurrentClassifier model, TimeSeriesDataset train, WorkerTeam team)
    {
        var known = model.Preparation.Apply(train.WithClasses(model.Classes));
        return GateCases.Of(model, AugmentedPool.Unseen(known), team);
    }

    private static string Described(ExportFormat format) =>
        $"{format.Id} ({format.Files}): {format.Summary}{(format.Needs.Length > 0 ? $"; needs {format.Needs}" : "")}";

    /// <summary>A name that may begin a file's name and an identifier of C.</summary>
    private static string NameOf(string? given, string path)
    {
        if (given is not null)
        {
            return Identifier().IsMatch(given)
                ? given
                : throw new UsageException(
                    $"--name: '{given.ReplaceLineEndings(" ")}' cannot begin the names of files and functions; use a letter, then up to 62 letters, digits and underscores."
                );
        }

        var full = Path.GetFullPath(path);
        var own = string.Equals(Path.GetFileName(full), ModelFile.FileName, StringComparison.Ordinal)
            ? Path.GetFileName(Path.GetDirectoryName(full)!)
            : Path.GetFileNameWithoutExtension(full);
        var plain = NotOfNames().Replace(own, "_");
        return Identifier().IsMatch(plain) ? plain : "model";
    }

    private static ExportScore Measure(
        RecurrentClassifier model,
        ExportedModel exported,
        LoadedData data,
        WorkerTeam team
    )
    {
        var (part, cases) = data.Test is { } test ? ("test", test) : ("train", data.RequireTrain());
        var known = cases.WithClasses(model.Classes);
        var before = model.Probabilities(known, team);
        var after = exported.Probabilities(known, team);
        var (old, now) = (Report(before), Report(after));
        return new ExportScore(known.Name, part, known.Cases.Count, old.AucPrc, now.AucPrc, now.Agreement!.Value);

        EvaluationReport Report(float[] probabilities) =>
            Evaluator.Evaluate(known.Name, part, model.Classes, known.Labels, probabilities, before);
    }

    /// <summary>All files or none; those of another export stay unless they are to be replaced.</summary>
    private static void Write(string folder, ExportCard card, bool overwrite)
    {
        var cards = ExportCard.FileNames(card.Request.Name);
        var there = card
            .Exported.Files.Select(f => f.Name)
            .Concat(cards)
            .FirstOrDefault(f => File.Exists(Path.Combine(folder, f)));
        if (there is not null && !overwrite)
        {
            throw new InputException(
                $"{Path.Combine(folder, there)}: is there already; choose another --out or --name, or replace it with --overwrite."
            );
        }

        RunFolder
            .Open(folder, overwrite: true)
            .Add(part =>
            {
                foreach (var file in card.Exported.Files)
                {
                    File.WriteAllBytes(Path.Combine(part, file.Name), file.Bytes);
                }

                RunFolder.WriteText(part, cards[0], Session.ToText(card.ToJson()));
                RunFolder.WriteText(part, cards[1], card.ToMarkdown());
            });
    }

    private static void Print(ExportCard card, string folder, TextWriter output)
    {
        foreach (var file in card.Exported.Files)
        {
            output.WriteLine($"{Path.Combine(folder, file.Name)}: {Numbers.Count(file.Bytes.Length)} bytes");
        }

        if (card.Score is { } score)
        {
            output.WriteLine(
                $"{score.Dataset}, {score.Split} ({Numbers.Count(score.Cases)} cases): AUC-PRC {Numbers.Measure(score.AucPrcBefore)} before, {Numbers.Measure(score.AucPrcAfter)} after; agreement {Numbers.Measure(score.Agreement)}"
            );
        }

        foreach (var step in card.Exported.Preparation.ByCaller)
        {
            output.WriteLine($"to do with a series first: {step}");
        }

        foreach (var check in card.Exported.Checks)
        {
            output.WriteLine($"checked: {check}");
        }

        foreach (var missing in card.Exported.NotChecked)
        {
            output.WriteLine($"not checked: {missing}");
        }

        output.WriteLine($"card: {Path.Combine(folder, ExportCard.FileNames(card.Request.Name)[1])}");
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,62}\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex("[^A-Za-z0-9_]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotOfNames();
}
