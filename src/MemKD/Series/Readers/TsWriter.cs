using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>Writes the .ts format so that reading it back gives the same bits: shortest exact float32, missing as <c>?</c>.</summary>
internal static class TsWriter
{
    /// <summary>Writes the whole data set.</summary>
    /// <exception cref="InputException">A name, label or value that the format cannot express.</exception>
    public static void Write(TimeSeriesDataset dataset, TextWriter writer)
    {
        Check(dataset);
        var lengths = dataset.Cases.SelectMany(c => c.Channels).Select(c => c.Length);
        var first = dataset.Cases[0].Length;
        var equal = lengths.All(l => l == first);
        writer.Write($"@problemName {dataset.Name}\n");
        writer.Write("@timeStamps false\n");
        writer.Write($"@missing {Bool(dataset.Cases.Any(c => c.HasMissing))}\n");
        writer.Write($"@univariate {Bool(dataset.ChannelCount == 1)}\n");
        if (dataset.ChannelCount > 1)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"@dimensions {dataset.ChannelCount}\n"));
        }

        writer.Write($"@equalLength {Bool(equal)}\n");
        if (equal)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"@seriesLength {first}\n"));
        }

        writer.Write($"@classLabel true {string.Join(' ', dataset.Classes)}\n@data\n");
        foreach (var written in dataset.Cases)
        {
            foreach (var channel in written.Channels)
            {
                for (var t = 0; t < channel.Length; t++)
                {
                    writer.Write(t == 0 ? "" : ",");
                    writer.Write(
                        float.IsNaN(channel[t]) ? "?" : channel[t].ToString("R", CultureInfo.InvariantCulture)
                    );
                }

                writer.Write(':');
            }

            writer.Write(written.Label);
            writer.Write('\n');
        }
    }

    private static void Check(TimeSeriesDataset dataset)
    {
        if (dataset.Name.Any(char.IsControl))
        {
            throw new InputException("the data set's name has control characters; rename it.");
        }

        foreach (var label in dataset.Classes)
        {
            if (label.Length == 0 || label.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == ':'))
            {
                throw new InputException(
                    $"{dataset.Name}: the label {LineReader.Quote(label)} cannot stand in a .ts file; use labels without blanks and ':'."
                );
            }
        }

        for (var i = 0; i < dataset.Cases.Count; i++)
        {
            var channels = dataset.Cases[i].Channels;
            if (Array.Exists(channels, c => c.Length == 0 || Array.Exists(c, float.IsInfinity)))
            {
                throw new InputException(
                    $"{dataset.Name}: case {i + 1} has an empty channel or an infinite value; remove it before writing."
                );
            }
        }
    }

    private static string Bool(bool value) => value ? "true" : "false";
}
