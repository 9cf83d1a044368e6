using System.Buffers;

namespace MemKD.Comparison.Tables;

/// <summary>A table as CSV (RFC 4180, lines end with LF): header and rows alone, numbers with all their digits.</summary>
public static class CsvRenderer
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>The table without title and notes.</summary>
    public static string Render(ReportTable table) =>
        string.Concat(
            table
                .Rows.Select(r => r.Select(cell => cell.Exact ?? cell.Text))
                .Prepend(table.Header)
                .Select(row => string.Join(',', row.Select(Quote)) + "\n")
        );

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(NeedQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
