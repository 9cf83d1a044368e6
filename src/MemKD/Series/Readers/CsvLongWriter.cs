using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>
/// Writes CSV with one reading a row, cases, channels and readings counted from 0, sample after sample as a logger does;
/// reading it back gives the same bits. A missing value is an empty cell.
/// </summary>
internal static class CsvLongWriter
{
    /// <summary>Writes the whole data set.</summary>
    /// <exception cref="InputException">A label or value that the format cannot express.</exception>
    public static void Write(TimeSeriesDataset dataset, TextWriter writer)
    {
        Check(dataset);
        writer.Write("case_id,dim_id,reading_id,value,label\n");
        for (var i = 0; i < dataset.Cases.Count; i++)
        {
            var (channels, label) = dataset.Cases[i];
            for (var t = 0; t < dataset.Cases[i].Length; t++)
            {
                for (var c = 0; c < channels.Length; c++)
                {
                    if (t < channels[c].Length)
                    {
                        var value = float.IsNaN(channels[c][t])
                            ? ""
                            : channels[c][t].ToString("R", CultureInfo.InvariantCulture);
                        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{i},{c},{t},{value},{label}\n"));
                    }
                }
            }
        }
    }

    private static void Check(TimeSeriesDataset dataset)
    {
        foreach (var label in dataset.Classes)
        {
            if (
                label.AsSpan().Trim().Length != label.Length
                || label.Length == 0
                || label.Any(c => char.IsControl(c) || c is ',' or '"')
                || UcrReader.WholeNumber(label) is var read && !read.SequenceEqual(label)
            )
            {
                throw new InputException(
                    $"{dataset.Name}: the label {LineReader.Quote(label)} cannot stand in a .csv file; use labels without commas, quotes and decimal points, or write .ts."
                );
            }
        }

        for (var i = 0; i < dataset.Cases.Count; i++)
        {
            if (Array.Exists(dataset.Cases[i].Channels, c => c.Length == 0 || Array.Exists(c, float.IsInfinity)))
            {
                throw new InputException(
                    $"{dataset.Name}: case {i} (counted from 0) has an empty channel or an infinite value; remove it before writing."
                );
            }
        }
    }
}
