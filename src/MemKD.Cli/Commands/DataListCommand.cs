using System.CommandLine;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd data list</c>: every data set that can be named.</summary>
internal static class DataListCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "list",
            "List the data sets: on this machine (MEMKD_DATA, AEON_DATA, cache), built in, to be fetched",
            "memkd data list",
            "memkd data list --here --json"
        );
        var here = new Option<bool>("--here") { Description = "Leave out those that must be fetched first" };
        verb.Add(here);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            CatalogEntry[] entries =
            [
                .. new ArchiveCatalog()
                    .List()
                    .Where(e => !parsed.GetValue(here) || e.Origin != DatasetOrigin.Downloadable),
            ];
            if (common.Json(parsed))
            {
                session.WriteJson(
                    new JsonObject { ["datasets"] = new JsonArray([.. entries.Select(e => (JsonNode)ToJson(e))]) }
                );
            }
            else
            {
                TextTable.Write(
                    session.Out,
                    ["name", "origin", "format", "location"],
                    [.. entries.Select(e => (string[])[e.Name, ToText(e.Origin), e.Format, e.Location])]
                );
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>An origin as in files.</summary>
    public static string ToText(DatasetOrigin origin) =>
        origin switch
        {
            DatasetOrigin.Local => "local",
            DatasetOrigin.BuiltIn => "built-in",
            _ => "downloadable",
        };

    private static JsonObject ToJson(CatalogEntry entry) =>
        new()
        {
            ["name"] = entry.Name,
            ["origin"] = ToText(entry.Origin),
            ["format"] = entry.Format.Length == 0 ? null : entry.Format,
            ["location"] = entry.Location,
        };
}
