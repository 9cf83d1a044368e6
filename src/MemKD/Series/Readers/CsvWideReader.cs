using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>
/// CSV with one case a row: the label first or last, then (or before it) the values, channel after channel. Empty
/// cells at the end of a channel end it; <c>NaN</c>, <c>?</c> and an empty cell before a value are missing.
/// </summary>
internal static class CsvWideReader
{
    private static readonly string[] LabelNames = ["label", "class", "target", "y"];

    /// <summary>Reads the whole file.</summary>
    public static void Read(LineReader lines, CaseCollector collector, SeriesFileOptions options)
    {
        if (options.Channels < 1)
        {
            throw lines.FileError($"{options.Channels} channels were asked for; a case has at least one.");
        }

        var row = new CsvRow(lines);
        if (!row.Read())
        {
            return;
        }

        var labelLast = options.LabelColumn == LabelColumn.Last;
        var auto = options.LabelColumn == LabelColumn.Auto;
        var more = true;
        if (options.Header ?? LooksLikeHeader(row))
        {
            var named = Named(row, 0) || Named(row, row.Count - 1);
            labelLast |= auto && named && !Named(row, 0);
            more = row.Read();
            auto &= !named;
        }

        if (auto && more)
        {
            labelLast = IsValue(row[0]) && !IsValue(row[row.Count - 1]);
        }

        while (more)
        {
            ReadCase(lines, collector, options.Channels, row, labelLast, auto);
            more = row.Read();
        }
    }

    private static void ReadCase(
        LineReader lines,
        CaseCollector collector,
        int channels,
        CsvRow row,
        bool labelLast,
        bool auto
    )
    {
        var at = labelLast ? row.Count - 1 : 0;
        var label = UcrReader.WholeNumber(row[at]);
        if (auto && label.Contains('.') && IsNumber(label))
        {
            throw lines.Error(
                row.Place(at),
                $"the class label {LineReader.Quote(label)} is a broken number, so this may be a value; say whether the label is first or last (LabelColumn)."
            );
        }

        var first = labelLast ? 0 : 1;
        var timepoints = (row.Count - 1) / channels;
        if (timepoints * channels != row.Count - 1)
        {
            throw lines.Error(
                $"{row.Count - 1} values do not make {channels} channels of equal length; correct the row or the number of channels."
            );
        }

        for (var c = 0; c < channels; c++)
        {
            var length = timepoints;
            while (length > 0 && row[first + (c * timepoints) + length - 1].IsEmpty)
            {
                length--;
            }

            for (var t = 0; t < length; t++)
            {
                var cell = row[first + (c * timepoints) + t];
                collector.AddValue(cell.IsEmpty ? float.NaN : collector.Parse(cell));
            }

            collector.EndChannel(row.Place(at));
        }

        collector.EndCase(collector.Label(label));
    }

    private static bool Named(CsvRow row, int index) => CsvRow.IsOneOf(row[index], LabelNames);

    /// <summary>A row is a header when an end bears a label's name, or two cells are no values.</summary>
    private static bool LooksLikeHeader(CsvRow row)
    {
        var noValues = 0;
        for (var i = 0; i < row.Count; i++)
        {
            noValues += IsValue(row[i]) ? 0 : 1;
        }

        return noValues > 1 || Named(row, 0) || Named(row, row.Count - 1);
    }

    private static bool IsValue(ReadOnlySpan<char> cell) =>
        cell.IsEmpty || CaseCollector.IsMissing(cell) || IsNumber(cell);

    private static bool IsNumber(ReadOnlySpan<char> cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number);
}
