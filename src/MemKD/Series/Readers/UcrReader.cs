using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>
/// The label-first text formats of the UCR archive, without header: .tsv (2018, TAB), .txt and files without
/// extension (2015, commas or runs of blanks). A short series is padded with NaN at the end, see
/// <see cref="TrailingNaN"/>.
/// </summary>
internal static class UcrReader
{
    /// <summary>Reads the whole file.</summary>
    public static void Read(LineReader lines, CaseCollector collector, SeriesFileOptions options)
    {
        var separator = '\0';
        var width = 0;
        var emptyLine = 0;
        var anyInside = false;
        while (lines.ReadNonBlank())
        {
            var row = lines.Line.TrimStart(' ').TrimEnd();
            separator =
                separator != '\0' ? separator
                : row.Contains('\t') ? '\t'
                : row.Contains(',') ? ','
                : ' ';
            var label = collector.Label(WholeNumber(Field(ref row, separator)));
            var lastNumber = -1;
            var missing = 0;
            while (!row.IsEmpty)
            {
                var value = collector.Parse(Field(ref row, separator));
                missing += float.IsNaN(value) ? 1 : 0;
                lastNumber = float.IsNaN(value) ? lastNumber : collector.ValueCount;
                collector.AddValue(value);
            }

            var count = collector.ValueCount;
            if (width != 0 && count != width)
            {
                throw lines.Error(
                    $"the row has {count} values, the first has {width}; correct the row, or pad a short series with NaN."
                );
            }

            width = count;
            anyInside |= missing > count - 1 - lastNumber;
            emptyLine = lastNumber < 0 && emptyLine == 0 ? lines.LineNumber : emptyLine;
            collector.EndChannel(lines.Line);
            collector.EndCase(label);
        }

        if (options.TrailingNaN == TrailingNaN.Padding || (options.TrailingNaN == TrailingNaN.Auto && !anyInside))
        {
            CutPadding(lines, collector.Cases, emptyLine);
        }
    }

    /// <summary>
    /// A label written with a decimal point but whole (<c>1.0</c>, <c>-1.0000000e+00</c>) becomes the whole number
    /// that the other formats of the same data set write; any other label stays as it is.
    /// </summary>
    public static ReadOnlySpan<char> WholeNumber(ReadOnlySpan<char> label) =>
        label.Contains('.')
        && double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && Math.Abs(number) < 1e15
        && Math.Truncate(number) == number
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : label;

    private static ReadOnlySpan<char> Field(ref ReadOnlySpan<char> row, char separator)
    {
        var end = row.IndexOf(separator);
        var field = end < 0 ? row : row[..end];
        var rest = end < 0 ? default : row[(end + 1)..];
        row = separator == ' ' ? rest.TrimStart() : rest;
        return field;
    }

    private static void CutPadding(LineReader lines, List<TimeSeriesCase> cases, int emptyLine)
    {
        if (emptyLine > 0)
        {
            throw lines.FileError(
                $"line {emptyLine} holds only NaN, so the series would be empty; remove the row, or read with TrailingNaN.Missing."
            );
        }

        for (var i = 0; i < cases.Count; i++)
        {
            var values = cases[i].Channels[0];
            var length = values.Length;
            while (float.IsNaN(values[length - 1]))
            {
                length--;
            }

            if (length < values.Length)
            {
                cases[i] = cases[i] with { Channels = [values[..length]] };
            }
        }
    }
}
