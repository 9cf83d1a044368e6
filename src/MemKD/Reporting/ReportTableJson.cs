using System.Text.Json.Nodes;
using MemKD.Comparison.Tables;

namespace MemKD.Reporting;

/// <summary>Tables as JSON, numbers with all their digits as text where a table rounds them for people.</summary>
public static class ReportTableJson
{
    /// <summary><c>{"tables":[{"title","columns","rows","notes"}]}</c>; a row is an array of texts, as in CSV.</summary>
    public static JsonObject Of(IEnumerable<ReportTable> tables) =>
        new() { ["tables"] = new JsonArray([.. tables.Select(t => (JsonNode)Table(t))]) };

    private static JsonObject Table(ReportTable table) =>
        new()
        {
            ["title"] = table.Title,
            ["columns"] = Texts(table.Header),
            ["rows"] = new JsonArray([.. table.Rows.Select(r => (JsonNode)Texts(r.Select(c => c.Exact ?? c.Text)))]),
            ["notes"] = Texts(table.Notes),
        };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
