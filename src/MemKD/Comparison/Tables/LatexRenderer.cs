using System.Text;

namespace MemKD.Comparison.Tables;

/// <summary>
/// A table in LaTeX with the rules of the package booktabs; the best is bold. Title and notes are comments above it, so that the
/// caption stays the author's.
/// </summary>
public static class LatexRenderer
{
    /// <summary>A tabular environment; lines end with LF.</summary>
    public static string Render(ReportTable table)
    {
        var text = new StringBuilder();
        foreach (var note in table.Notes.Prepend(table.Title))
        {
            text.Append("% ").Append(OneLine(note)).Append('\n');
        }

        text.Append("\\begin{tabular}{l").Append('r', table.Header.Count - 1).Append("}\n\\toprule\n");
        Line(table.Header.Select(Escape));
        text.Append("\\midrule\n");
        foreach (var row in table.Rows)
        {
            Line(row.Select(cell => cell.IsBest ? $"\\textbf{{{Escape(cell.Text)}}}" : Escape(cell.Text)));
        }

        return text.Append("\\bottomrule\n\\end{tabular}\n").ToString();

        void Line(IEnumerable<string> cells) => text.AppendJoin(" & ", cells).Append(" \\\\\n");
    }

    private static string Escape(string text) =>
        string.Concat(
            OneLine(text)
                .Select(c =>
                    c switch
                    {
                        '\\' => "\\textbackslash{}",
                        '~' => "\\textasciitilde{}",
                        '^' => "\\textasciicircum{}",
                        '±' => "$\\pm$",
                        '×' => "$\\times$",
                        '<' or '>' => $"${c}$",
                        '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
                        _ => c.ToString(),
                    }
                )
        );

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
