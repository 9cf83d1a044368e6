using System.IO.Compression;
using System.Text;
using MemKD.Series;

namespace MemKD.Tests.Series.Readers;

/// <summary>Reads series from text in memory.</summary>
internal static class InMemory
{
    public static TimeSeriesDataset Read(string name, string text, SeriesFileOptions? options = null) =>
        SeriesFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), name, options);

    /// <summary>The message of the refusal, checked to be one line that starts with the file's name.</summary>
    public static string Refusal(string name, string text, SeriesFileOptions? options = null)
    {
        var message = Assert.Throws<InputException>(() => Read(name, text, options)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.StartsWith(name, message, StringComparison.Ordinal);
        return message;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Every case as text: label, then the channels; NaN stands for missing.</summary>
    public static string Show(TimeSeriesDataset data) =>
        string.Join(
            " ",
            data.Cases.Select(c =>
                c.Label
                + "="
                + string.Join(
                    ":",
                    c.Channels.Select(v =>
                        string.Join(",", v.Select(x => x.ToString(System.Globalization.CultureInfo.InvariantCulture)))
                    )
                )
            )
        );
}
