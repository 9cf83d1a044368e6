using System.Text;

namespace MemKD.Comparison.Tables;

/// <summary>A table in Markdown (GitHub's pipe tables); the best is bold.</summary>
public static class MarkdownRenderer
{
    /// <summary>The table with title and notes; lines end with LF.</summary>
    public static string Render(ReportTable table)
    {
        var text = new StringBuilder().Append("### ").Append(Escape(table.Title)).Append("\n\n");
        Line(table.Header.Select(Escape));
        Line(table.Header.Select((_, c) => c == 0 ? "---" : "---:"));
        foreach (var row in table.Rows)
        {
            Line(row.Select(cell => cell.IsBest ? $"**{Escape(cell.Text)}**" : Escape(cell.Text)));
        }

        text.Append('\n');
        foreach (var note in table.Notes)
        {
            text.Append("- ").Append(Escape(note)).Append('\n');
        }

        return text.ToString();

        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\\' or '|' or '*' or '_' or '`' or '[' or ']' or '<' or '>' or '#')
            {
                escaped.Append('\\');
            }

            escaped.Append(char.IsControl(c) ? ' ' : c);
        }

        return escaped.ToString();
    }
}
