namespace MemKD.Series.Readers;

/// <summary>
/// The .ts format of the UEA and UCR archives: after the header one case a line, <c>channel:channel:label</c>, a
/// channel being <c>v1,v2,...</c> or, with time stamps, <c>(stamp,v1),(stamp,v2),...</c>. Time stamps are not kept.
/// docs/formats/series.md says what is accepted beyond that.
/// </summary>
internal static class TsReader
{
    /// <summary>Reads the whole file.</summary>
    public static void Read(LineReader lines, CaseCollector collector, SeriesFileOptions options)
    {
        var header = TsHeader.Read(lines, collector);
        int? commonLength = header.SeriesLength;
        while (lines.ReadNonBlank())
        {
            var row = lines.Line.Trim();
            if (row[0] is '#' or '%')
            {
                continue;
            }

            row = row[^1] == ':' ? row[..^1] : row;
            var label = header.HasTimeStamps
                ? StampedChannels(lines, collector, row)
                : PlainChannels(lines, collector, row);
            if (header.ChannelCount is { } channels && channels != collector.ChannelCount)
            {
                throw lines.Error(
                    $"the case has {collector.ChannelCount} channels, the header says {channels}; correct the row or the header."
                );
            }

            collector.EndCase(header.Labels.Find(lines, label));
            if (header.EqualLength)
            {
                CheckLengths(lines, collector.Cases[^1], ref commonLength);
            }
        }
    }

    /// <summary>Reads <c>v,v:v,v:label</c>; returns the label.</summary>
    private static ReadOnlySpan<char> PlainChannels(LineReader lines, CaseCollector collector, ReadOnlySpan<char> row)
    {
        var labelAt = row.LastIndexOf(':');
        if (labelAt < 0)
        {
            throw lines.Error("no ':' in the row; end every case with ':' and its class label.");
        }

        if (row[0] == '(')
        {
            throw lines.Error(row, "the row has time stamps, the header does not say so; write '@timeStamps true'.");
        }

        foreach (var channel in row[..labelAt].Split(':'))
        {
            var values = row[..labelAt][channel];
            if (!values.IsWhiteSpace())
            {
                foreach (var value in values.Split(','))
                {
                    collector.AddValue(collector.Parse(values[value]));
                }
            }

            collector.EndChannel(values);
        }

        return row[(labelAt + 1)..];
    }

    /// <summary>
    /// Reads <c>(stamp,v),(stamp,v):(stamp,v):label</c>; returns the label. A stamp is any text without comma and
    /// bracket: it may be negative, whole, or a date with ':'.
    /// </summary>
    private static ReadOnlySpan<char> StampedChannels(LineReader lines, CaseCollector collector, ReadOnlySpan<char> row)
    {
        var rest = row;
        while (true)
        {
            if (rest.IsEmpty || rest[0] != '(')
            {
                throw lines.Error(
                    rest,
                    "a '(time stamp,value)' pair is expected here; write every value with its time stamp."
                );
            }

            var close = rest.IndexOf(')');
            var pair = close < 0 ? default : rest[1..close];
            var comma = pair.IndexOf(',');
            if (comma < 0 || pair[(comma + 1)..].Contains(','))
            {
                throw lines.Error(
                    rest,
                    "the pair is not '(time stamp,value)'; write one time stamp without comma and one value."
                );
            }

            collector.AddValue(collector.Parse(pair[(comma + 1)..]));
            var next = rest[(close + 1)..].TrimStart();
            if (next.IsEmpty || next[0] is not (',' or ':'))
            {
                throw lines.Error(
                    rest[close..],
                    "after the pair ',' or ':' is expected; end every case with ':' and its class label."
                );
            }

            rest = next[1..].TrimStart();
            if (next[0] == ':')
            {
                collector.EndChannel(next);
                if (rest.IsEmpty || rest[0] != '(')
                {
                    return rest;
                }
            }
        }
    }

    private static void CheckLengths(LineReader lines, TimeSeriesCase read, ref int? commonLength)
    {
        commonLength ??= read.Channels[0].Length;
        for (var c = 0; c < read.Channels.Length; c++)
        {
            if (read.Channels[c].Length != commonLength)
            {
                throw lines.Error(
                    $"channel {c + 1} has {read.Channels[c].Length} values, the header says that all have {commonLength}; correct the row, or write '@equalLength false'."
                );
            }
        }
    }
}
