using System.CommandLine;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd data make</c>: writes a built-in data set as files.</summary>
internal static class DataMakeCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "make",
            "Write a built-in data set as files of training and test cases",
            "memkd data make CBF --out data/CBF",
            "memkd data make SyntheticMotion --format csv --out data",
            "memkd data make SyntheticControl --seed 7 --out data/control7"
        );
        var name = new Argument<string>("NAME")
        {
            Description = string.Join(", ", Generators.All.Select(g => g.Name)),
            HelpName = "NAME",
        };
        name.CompletionSources.Add([.. Generators.All.Select(g => g.Name)]);
        var output = new Option<string?>("--out", "-o")
        {
            Description = "Folder for the two files (default: one of the set's name)",
            HelpName = "DIR",
        };
        var format = ChoiceOption.Of("--format", "ts (default), or csv with one reading a row", "ts", "csv");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace files that are there" };
        var seed = NumberOption.Whole("--seed", "Seed of the values (default 0)", 0);
        verb.Add(name);
        verb.Add(output);
        verb.Add(format);
        verb.Add(overwrite);
        verb.Add(seed);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var generator = Find(parsed.GetValue(name)!);
            var folder = parsed.GetValue(output) ?? generator.Name;
            var extension = parsed.GetValue(format) ?? "ts";
            var train = Path.Combine(folder, $"{generator.Name}_TRAIN.{extension}");
            var test = Path.Combine(folder, $"{generator.Name}_TEST.{extension}");
            if ((File.Exists(train) || File.Exists(test)) && !parsed.GetValue(overwrite))
            {
                throw new InputException(
                    $"{folder}: has {generator.Name} already; choose another --out, or replace it with --overwrite."
                );
            }

            var split = generator.Generate((int)(parsed.GetValue(seed) ?? 0));
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{folder}: cannot be made ({e.Message}); choose another --out.", e);
            }

            SeriesFile.Write(split.Train, train);
            SeriesFile.Write(split.Test, test);
            if (common.Json(parsed))
            {
                session.WriteJson(
                    new JsonObject
                    {
                        ["name"] = generator.Name,
                        ["train"] = train,
                        ["test"] = test,
                    }
                );
            }
            else
            {
                session.Out.WriteLine(train);
                session.Out.WriteLine(test);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static SeriesGenerator Find(string name) =>
        Generators.Find(name)
        ?? throw new InputException(
            NearestName.Of(name, Generators.All.Select(g => g.Name)) is { } nearest
                ? $"'{name}' is no built-in data set; did you mean {nearest}?"
                : $"'{name}' is no built-in data set; use {string.Join(", ", Generators.All.Select(g => g.Name))}."
        );
}
