using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Distillation;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd methods</c>: the table of distillation methods.</summary>
internal static class MethodsCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb("methods", "List the distillation methods", "memkd methods", "memkd methods --json");
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            if (common.Json(parsed))
            {
                session.WriteJson(
                    new JsonObject
                    {
                        ["methods"] = new JsonArray([.. DistillationMethods.All.Select(m => (JsonNode)ToJson(m))]),
                    }
                );
                return ExitCode.Ok;
            }

            TextTable.Write(
                session.Out,
                ["id", "name", "needs", "λ", "source"],
                [.. DistillationMethods.All.Select(m => (string[])[m.Id, m.Name, Needs(m), Lambda(m), m.Source])]
            );
            foreach (var method in DistillationMethods.All.Where(m => m.Parameters.Count > 0))
            {
                session.Out.WriteLine();
                TextTable.Write(
                    session.Out,
                    [method.Id, "default", ""],
                    [.. method.Parameters.Select(p => (string[])[p.Name, p.Default, Meaning(p)])]
                );
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static JsonObject ToJson(DistillationMethodRow method) =>
        new()
        {
            ["id"] = method.Id,
            ["name"] = method.Name,
            ["source"] = method.Source,
            ["needs"] = Needs(method),
            ["lambda"] = method.Create == null ? null : method.UntunedWeight,
            ["lambda_grid"] = new JsonArray([.. method.WeightGrid.Select(w => (JsonNode)w)]),
            ["parameters"] = new JsonArray([
                .. method.Parameters.Select(p =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = p.Name,
                            ["default"] = p.Default,
                            ["meaning"] = p.Meaning,
                            ["choices"] =
                                p.Choices.Count == 0 ? null : new JsonArray([.. p.Choices.Select(c => (JsonNode)c)]),
                        }
                ),
            ]),
        };

    private static string Lambda(DistillationMethodRow method) =>
        method.Create == null ? "" : method.UntunedWeight.ToString(CultureInfo.InvariantCulture);

    private static string Needs(DistillationMethodRow method) =>
        method.Needs == MethodNeeds.Labels
            ? "labels"
            : string.Join(
                ", ",
                Enum.GetValues<MethodNeeds>()
                    .Where(n => n != MethodNeeds.Labels && method.Needs.HasFlag(n))
                    .Select(n =>
                        n switch
                        {
                            MethodNeeds.Logits => "logits",
                            MethodNeeds.HiddenStates => "hidden states",
                            _ => "changed series",
                        }
                    )
            );

    private static string Meaning(MethodParameter parameter) =>
        parameter.Choices.Count == 0
            ? parameter.Meaning
            : $"{parameter.Meaning} ({string.Join(", ", parameter.Choices)})";
}
