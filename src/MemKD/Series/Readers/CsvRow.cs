namespace MemKD.Series.Readers;

/// <summary>
/// The cells of the current CSV line: commas, optional double quotes (a doubled one stands for itself), no line
/// break inside a cell. One instance serves a whole file.
/// </summary>
internal sealed class CsvRow(LineReader lines)
{
    private readonly List<(int Start, int Length, string? Unquoted)> cells = [];

    /// <summary>Number of cells.</summary>
    public int Count => cells.Count;

    /// <summary>A cell without quotes and surrounding blanks.</summary>
    public ReadOnlySpan<char> this[int index] => cells[index].Unquoted ?? Place(index).Trim().Trim('"');

    /// <summary>A cell's place in the line, for error messages.</summary>
    public ReadOnlySpan<char> Place(int index) => lines.Line.Slice(cells[index].Start, cells[index].Length);

    /// <summary>Reads the next line that is not blank; false at the end.</summary>
    /// <exception cref="InputException">A quote is not closed on the line, or text follows it.</exception>
    public bool Read()
    {
        if (!lines.ReadNonBlank())
        {
            return false;
        }

        cells.Clear();
        var line = lines.Line;
        var start = 0;
        while (start <= line.Length)
        {
            var skipped = line[start..].IndexOfAnyExcept(' ', '\t');
            var opensQuote = skipped >= 0 && line[start + skipped] == '"';
            var end = opensQuote ? start + skipped + QuotedLength(line[(start + skipped)..]) : start;
            var comma = line[end..].IndexOf(',');
            comma = comma < 0 ? line.Length : end + comma;
            if (opensQuote && !line[end..comma].IsWhiteSpace())
            {
                throw lines.Error(line[end..comma], "text follows a closing quote; write a quote inside a cell twice.");
            }

            var text = line[start..comma];
            var doubled = opensQuote && text.Contains("\"\"", StringComparison.Ordinal);
            cells.Add((start, comma - start, doubled ? Undouble(text.Trim()) : null));
            start = comma + 1;
        }

        return true;
    }

    /// <summary>The column with one of the names, in any case; -1 if there is none.</summary>
    public int IndexOf(params ReadOnlySpan<string> names)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            if (IsOneOf(this[i], names))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a text is one of the names, in any case.</summary>
    public static bool IsOneOf(ReadOnlySpan<char> text, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Undouble(ReadOnlySpan<char> quoted) =>
        quoted[1..^1].ToString().Replace("\"\"", "\"", StringComparison.Ordinal).Trim();

    private int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] != '"')
            {
                continue;
            }

            if (i + 1 == text.Length || text[i + 1] != '"')
            {
                return i + 1;
            }

            i++;
        }

        throw lines.Error(text, "the quote that opens here is not closed; close it on this line.");
    }
}
