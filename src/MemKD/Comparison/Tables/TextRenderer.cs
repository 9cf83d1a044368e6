using System.Text;

namespace MemKD.Comparison.Tables;

/// <summary>A table as plain text: no colours, no width limit, fit for a pipe. A star follows the best.</summary>
public static class TextRenderer
{
    private const string Gap = "   ";

    /// <summary>The table with title and notes; lines end with LF.</summary>
    public static string Render(ReportTable table)
    {
        var marks = Enumerable.Range(0, table.Header.Count).Select(c => table.Rows.Any(r => r[c].IsBest)).ToArray();
        string[][] rows = [.. table.Rows.Select(r => r.Select((cell, c) => Marked(cell, marks[c])).ToArray())];
        string[] header = [.. table.Header.Select((name, c) => marks[c] ? name + " " : name)];
        var widths = header.Select((name, c) => rows.Select(r => r[c].Length).Append(name.Length).Max()).ToArray();
        var text = new StringBuilder().Append(table.Title).Append("\n\n");
        foreach (var row in rows.Prepend(header))
        {
            var cells = row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            text.Append(string.Join(Gap, cells).TrimEnd()).Append('\n');
        }

        if (marks.Contains(true))
        {
            text.Append("\n* best\n");
        }

        return table.Notes.Aggregate(text.Append('\n'), (all, note) => all.Append(note).Append('\n')).ToString();
    }

    private static string Marked(TableCell cell, bool columnHasMarks) =>
        cell.Text
        + (
            cell.IsBest ? "*"
            : columnHasMarks ? " "
            : ""
        );
}
