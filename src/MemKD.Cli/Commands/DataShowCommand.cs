using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd data show</c>: the facts about a data set.</summary>
internal static class DataShowCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "show",
            "Describe a data set",
            "memkd data show SyntheticControl",
            "memkd data show my/folder --json"
        );
        var name = new Argument<string>("NAME") { Description = "Name, folder, or NAME_TRAIN file" };
        verb.Add(name);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var (split, source) = new ArchiveCatalog().Load(parsed.GetValue(name)!);
            var summary = DatasetSummary.Of(split);
            if (common.Json(parsed))
            {
                session.WriteJson(ToJson(summary, source));
            }
            else
            {
                Print(summary, source, session.Out);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Print(DatasetSummary summary, DatasetSource source, TextWriter output)
    {
        output.WriteLine(
            $"{summary.Name}: {summary.Channels} channel(s), {summary.Classes.Count} classes, values {(summary.Normalized ? "z-normalised" : "not z-normalised")} as they are"
        );
        output.WriteLine($"{DataListCommand.ToText(source.Origin)}: {source.Location} ({source.Format})");
        output.WriteLine($"SHA-256 of the content: {source.Sha256}");
        output.WriteLine();
        TextTable.Write(
            output,
            ["part", "cases", "shortest", "median", "longest", "cases with gaps", "missing values"],
            [Row("train", summary.Train), Row("test", summary.Test)]
        );
        output.WriteLine();
        TextTable.Write(
            output,
            ["class", "train", "test"],
            [
                .. summary.Classes.Select(
                    (label, k) =>
                        (string[])[label, Text(summary.Train.ClassCounts[k]), Text(summary.Test.ClassCounts[k])]
                ),
            ]
        );
    }

    private static string[] Row(string name, PartSummary part) =>
        [
            name,
            Text(part.Cases),
            Text(part.MinLength),
            Text(part.MedianLength),
            Text(part.MaxLength),
            Text(part.CasesWithMissing),
            Text(part.MissingValues),
        ];

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static JsonObject ToJson(DatasetSummary summary, DatasetSource source) =>
        new()
        {
            ["name"] = summary.Name,
            ["origin"] = DataListCommand.ToText(source.Origin),
            ["location"] = source.Location,
            ["format"] = source.Format,
            ["sha256"] = source.Sha256,
            ["channels"] = summary.Channels,
            ["classes"] = new JsonArray([.. summary.Classes.Select(c => (JsonNode?)c)]),
            ["normalised"] = summary.Normalized,
            ["train"] = ToJson(summary.Train),
            ["test"] = ToJson(summary.Test),
        };

    private static JsonObject ToJson(PartSummary part) =>
        new()
        {
            ["cases"] = part.Cases,
            ["class_counts"] = new JsonArray([.. part.ClassCounts.Select(c => (JsonNode?)c)]),
            ["shortest"] = part.MinLength,
            ["median_length"] = part.MedianLength,
            ["longest"] = part.MaxLength,
            ["cases_with_missing"] = part.CasesWithMissing,
            ["missing_values"] = part.MissingValues,
        };
}
