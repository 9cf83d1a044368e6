namespace MemKD.Cli.Output;

/// <summary>A table as plain text: no colours, no width limit, fit for a pipe.</summary>
internal static class TextTable
{
    private const string Gap = "   ";

    /// <summary>Writes a table; columns of numbers stand to the right.</summary>
    public static void Write(TextWriter output, string[] header, IReadOnlyCollection<string[]> rows)
    {
        string[][] all = header.Length == 0 ? [.. rows] : [header, .. rows];
        if (all.Length == 0)
        {
            return;
        }

        var widths = Enumerable.Range(0, all[0].Length).Select(c => all.Max(r => r[c].Length)).ToArray();
        var numbers = Enumerable.Range(0, widths.Length).Select(c => rows.All(r => IsNumber(r[c]))).ToArray();
        foreach (var row in all)
        {
            var cells = row.Select((cell, c) => numbers[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            output.WriteLine(string.Join(Gap, cells).TrimEnd());
        }
    }

    private static bool IsNumber(string cell) =>
        cell.Length == 0
        || char.IsDigit(cell[0])
        || (cell[0] is '-' or '+' && (cell.Length == 1 || char.IsDigit(cell[1])));
}
