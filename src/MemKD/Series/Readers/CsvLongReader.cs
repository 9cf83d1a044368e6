using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>
/// CSV with one reading a row: columns <c>case_id, dim_id, reading_id, value</c> and perhaps <c>label</c>, found by
/// their header, rows in any order. Reading ids of a channel are consecutive whole numbers from any start; a missing
/// value is written as <c>NaN</c>, <c>?</c> or an empty cell. Cases keep the order of the file; channels stand in the
/// order of their ids (a number at the end of an id counts as a number).
/// </summary>
internal static class CsvLongReader
{
    private const int BytesPerReading = 64;

    private readonly record struct Reading(int Case, int Channel, long Id, float Value);

    /// <summary>Whether a line is the header of this format.</summary>
    public static bool IsHeader(ReadOnlySpan<char> line) =>
        line.Contains("case_id", StringComparison.OrdinalIgnoreCase)
        && line.Contains("reading_id", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the whole file.</summary>
    public static void Read(LineReader lines, CaseCollector collector, SeriesFileOptions options)
    {
        var row = new CsvRow(lines);
        if (!row.Read())
        {
            return;
        }

        var caseAt = Column(lines, row, "case_id");
        var channelAt = Column(lines, row, "dim_id");
        var idAt = Column(lines, row, "reading_id");
        var valueAt = Column(lines, row, "value");
        var labelAt = options.LabelFile is null ? Column(lines, row, "label") : -1;
        var width = row.Count;

        var caseIds = new IdTable();
        var channelIds = new IdTable();
        var labels = new List<string>();
        var readings = new List<Reading>();
        while (row.Read())
        {
            if (row.Count != width)
            {
                throw lines.Error(
                    $"the row has {row.Count} cells, the header {width}; give every row the same columns."
                );
            }

            collector.Count(BytesPerReading);
            var caseNumber = caseIds.NumberOf(collector, row[caseAt]);
            if (labelAt >= 0)
            {
                var label = collector.Label(UcrReader.WholeNumber(row[labelAt]));
                if (caseNumber == labels.Count)
                {
                    labels.Add(label);
                }
                else if (!string.Equals(labels[caseNumber], label, StringComparison.Ordinal))
                {
                    throw lines.Error(
                        row.Place(labelAt),
                        $"the label {LineReader.Quote(label)} differs from {LineReader.Quote(labels[caseNumber])}, given to the same case before; a case has one label."
                    );
                }
            }

            readings.Add(
                new Reading(
                    caseNumber,
                    channelIds.NumberOf(collector, row[channelAt]),
                    long.TryParse(row[idAt], CultureInfo.InvariantCulture, out var id)
                        ? id
                        : throw lines.Error(
                            row.Place(idAt),
                            $"the reading_id {LineReader.Quote(row[idAt])} is no whole number; number the readings of a channel 0, 1, 2, ..."
                        ),
                    row[valueAt].IsEmpty ? float.NaN : collector.Parse(row[valueAt])
                )
            );
        }

        if (options.LabelFile is { } labelFile)
        {
            labels = ReadLabels(labelFile, options, caseIds);
        }

        Assemble(lines, collector, readings, caseIds, channelIds, labels);
    }

    private static void Assemble(
        LineReader lines,
        CaseCollector collector,
        List<Reading> readings,
        IdTable caseIds,
        IdTable channelIds,
        List<string> labels
    )
    {
        var rank = channelIds.Ranks();
        readings.Sort(
            (a, b) =>
                a.Case != b.Case ? a.Case.CompareTo(b.Case)
                : a.Channel != b.Channel ? rank[a.Channel].CompareTo(rank[b.Channel])
                : a.Id.CompareTo(b.Id)
        );
        for (var i = 0; i < readings.Count; i++)
        {
            var (caseNumber, channel, id, value) = readings[i];
            if (rank[channel] != collector.ChannelCount)
            {
                throw lines.FileError(
                    $"case {caseIds.Quote(caseNumber)} lacks channel {channelIds.Quote(Array.IndexOf(rank, collector.ChannelCount))}; give every case the same channels."
                );
            }

            collector.AddValue(value);
            var isLast = i + 1 == readings.Count;
            var caseEnds = isLast || readings[i + 1].Case != caseNumber;
            if (!caseEnds && readings[i + 1].Channel == channel)
            {
                if (readings[i + 1].Id != id + 1)
                {
                    throw lines.FileError(
                        $"case {caseIds.Quote(caseNumber)}, channel {channelIds.Quote(channel)}: reading {readings[i + 1].Id} follows reading {id}; give every reading once, a missing one with the value NaN."
                    );
                }

                continue;
            }

            collector.EndChannel(default);
            if (caseEnds)
            {
                if (collector.ChannelCount != rank.Length)
                {
                    throw lines.FileError(
                        $"case {caseIds.Quote(caseNumber)} has {collector.ChannelCount} of {rank.Length} channels; give every case the same channels."
                    );
                }

                collector.EndCase(labels[caseNumber]);
            }
        }
    }

    /// <summary>Reads <c>case_id,label</c>, with or without that header; the labels by case number.</summary>
    private static List<string> ReadLabels(string path, SeriesFileOptions options, IdTable caseIds)
    {
        using var stream = SeriesFile.Open(path);
        using var lines = new LineReader(stream, path, options);
        var collector = new CaseCollector(lines, options);
        var row = new CsvRow(lines);
        var labels = new string?[caseIds.Count];
        while (row.Read())
        {
            if (row.Count != 2)
            {
                throw lines.Error($"the row has {row.Count} cells; write 'case_id,label'.");
            }

            if (caseIds.Find(row[0]) is { } number)
            {
                var label = collector.Label(UcrReader.WholeNumber(row[1]));
                if (labels[number] is { } before && !before.Equals(label, StringComparison.Ordinal))
                {
                    throw lines.Error(
                        row.Place(1),
                        $"a second label for case {caseIds.Quote(number)}; a case has one label."
                    );
                }

                labels[number] = label;
            }
        }

        var unlabelled = Array.IndexOf(labels, null);
        return unlabelled < 0
            ? [.. labels.Select(l => l!)]
            : throw lines.FileError($"no label for case {caseIds.Quote(unlabelled)}; add its line 'case_id,label'.");
    }

    private static int Column(LineReader lines, CsvRow row, string name)
    {
        var index = row.IndexOf(name);
        return index >= 0
            ? index
            : throw lines.Error(
                $"the header has no column '{name}'; the long form needs case_id,dim_id,reading_id,value and label (or a LabelFile)."
            );
    }
}
