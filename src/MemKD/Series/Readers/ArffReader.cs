namespace MemKD.Series.Readers;

/// <summary>
/// The .arff format of the archives. Univariate: <c>v1,v2,...,label</c>. Multivariate: one relational attribute,
/// <c>'c1v1,c1v2\nc2v1,c2v2',label</c> with a backslash and an n between the channels.
/// </summary>
internal static class ArffReader
{
    /// <summary>Reads the whole file.</summary>
    public static void Read(LineReader lines, CaseCollector collector, SeriesFileOptions options)
    {
        var header = ArffHeader.Read(lines, collector);
        while (lines.ReadNonBlank())
        {
            var row = lines.Line.Trim();
            if (row[0] == '%')
            {
                continue;
            }

            if (row[0] == '{')
            {
                throw lines.Error(row, "a sparse row '{...}' is not read; write the row with all its values.");
            }

            if (header.IsRelational)
            {
                Relation(lines, collector, header, ref row);
            }
            else
            {
                for (var t = 0; t < header.Timepoints; t++)
                {
                    collector.AddValue(collector.Parse(ArffTokens.Field(lines, ref row, out _)));
                }

                collector.EndChannel(row);
            }

            var label = ArffTokens.Field(lines, ref row, out var quoted);
            if (!row.IsEmpty || (label is "?" && !quoted) || label.IsEmpty)
            {
                throw lines.Error(
                    label,
                    $"the row does not hold {(header.IsRelational ? "a quoted relation" : $"{header.Timepoints} values")} and then one class label; correct the row or the attributes."
                );
            }

            collector.EndCase(header.Labels.Find(lines, ArffTokens.Unescape(label)));
        }
    }

    private static void Relation(
        LineReader lines,
        CaseCollector collector,
        ArffHeader header,
        ref ReadOnlySpan<char> row
    )
    {
        var relation = ArffTokens.Field(lines, ref row, out var quoted);
        if (!quoted)
        {
            throw lines.Error(
                relation,
                "the relational value is not quoted; write 'v,v\\nv,v' with one row a channel."
            );
        }

        foreach (var range in relation.Split("\\n"))
        {
            var channel = relation[range];
            foreach (var value in channel.Split(','))
            {
                collector.AddValue(collector.Parse(channel[value]));
            }

            if (collector.ValueCount != header.Timepoints)
            {
                throw lines.Error(
                    channel,
                    $"channel {collector.ChannelCount + 1} has {collector.ValueCount} values, the header declares {header.Timepoints}; correct the row or the attributes."
                );
            }

            collector.EndChannel(channel);
        }
    }
}
