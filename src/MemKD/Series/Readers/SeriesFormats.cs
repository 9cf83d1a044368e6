namespace MemKD.Series.Readers;

/// <summary>One file format: how it is recognised and what reads it.</summary>
/// <param name="Name">For documents and messages.</param>
/// <param name="Extensions">The extensions that belong to it, without <c>.gz</c>; "" is no extension.</param>
/// <param name="Recognises">
/// Decides by the first line that is neither blank nor a comment, with blanks trimmed; null accepts any.
/// </param>
/// <param name="Read">Reads every case into the collector.</param>
internal sealed record SeriesFormat(
    string Name,
    string[] Extensions,
    Func<string, bool>? Recognises,
    Action<LineReader, CaseCollector, SeriesFileOptions> Read
);

/// <summary>
/// The table of formats. To add one, write its reader and add a row. The first row wins whose extension fits and that
/// recognises the text; an extension outside the table is as good as none.
/// </summary>
internal static class SeriesFormats
{
    private const int HeadLine = 1000;

    /// <summary>All formats. A header decides before the label-first text, which has none.</summary>
    public static readonly SeriesFormat[] All =
    [
        new("ts", [".ts"], null, TsReader.Read),
        new("arff", [".arff"], null, ArffReader.Read),
        new("tsv", [".tsv"], null, UcrReader.Read),
        new("csv-long", [".csv", ".txt", ""], line => CsvLongReader.IsHeader(line), CsvLongReader.Read),
        new("csv-wide", [".csv"], null, CsvWideReader.Read),
        new("arff", [".txt", ""], IsArffHeader, ArffReader.Read),
        new("ts", [".txt", ""], line => line.StartsWith('@'), TsReader.Read),
        new("txt", [".txt", ""], null, UcrReader.Read),
    ];

    /// <summary>The format of a file.</summary>
    /// <param name="lines">The text, before its first line is read.</param>
    /// <param name="extension">The extension without <c>.gz</c>.</param>
    /// <exception cref="InputException">The file is not text.</exception>
    public static SeriesFormat Find(LineReader lines, string extension)
    {
        var head = lines.Head();
        if (head.ContainsAny('\0', '\u001f') || head.StartsWith("PK\u0003\u0004"))
        {
            throw lines.FileError("this is no text (a packed or binary file?); unpack it, and name a gzip file '.gz'.");
        }

        var known = Array.Exists(All, f => f.Extensions.Contains(extension)) ? extension : "";
        var line = FirstLine(head);
        return All.First(f => f.Extensions.Contains(known) && (f.Recognises?.Invoke(line) ?? true));
    }

    private static string FirstLine(ReadOnlySpan<char> head)
    {
        foreach (var range in head.SplitAny('\n', '\r'))
        {
            var line = head[range].Trim();
            if (!line.IsEmpty && line[0] is not ('#' or '%'))
            {
                return line[..Math.Min(line.Length, HeadLine)].ToString();
            }
        }

        return "";
    }

    private static bool IsArffHeader(string line) =>
        line.StartsWith("@relation", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("@attribute", StringComparison.OrdinalIgnoreCase);
}
