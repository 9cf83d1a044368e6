using System.Globalization;

namespace MemKD.Comparison.Tables;

/// <summary>A cell of a table.</summary>
/// <param name="Text">For people.</param>
/// <param name="Exact">For programs (CSV): the number with all its digits; null for the text itself.</param>
/// <param name="IsBest">Whether it is the best of its row or column: marked or bold.</param>
public readonly record struct TableCell(string Text, string? Exact = null, bool IsBest = false)
{
    /// <summary>A number with some digits after the point; NaN is a dash, and empty in CSV.</summary>
    public static TableCell Of(double value, string format, bool isBest = false) =>
        double.IsNaN(value)
            ? new TableCell("-", "")
            : new TableCell(
                value.ToString(format, CultureInfo.InvariantCulture),
                value.ToString("R", CultureInfo.InvariantCulture),
                isBest
            );
}

/// <summary>
/// A table with its name and the sentences below it, once for all renderers: <see cref="TextRenderer"/>,
/// <see cref="CsvRenderer"/>, <see cref="MarkdownRenderer"/>, <see cref="LatexRenderer"/>.
/// </summary>
/// <param name="Title">One line.</param>
/// <param name="Header">Names of the columns; the first column holds names and stands to the left, the others hold numbers.</param>
/// <param name="Rows">As many cells as columns in each.</param>
/// <param name="Notes">What the table shows and how it was computed, a sentence each.</param>
public sealed record ReportTable(
    string Title,
    IReadOnlyList<string> Header,
    IReadOnlyList<TableCell[]> Rows,
    IReadOnlyList<string> Notes
);
