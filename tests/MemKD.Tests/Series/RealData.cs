using System.Globalization;
using System.IO.Compression;
using MemKD.Series;

namespace MemKD.Tests.Series;

/// <summary>The archive's own data, where the environment variable MEMKD_DATA names a folder that has them.</summary>
internal static class RealData
{
    /// <summary>A set of the folder <c>ucr</c>; the test is skipped when it is not there.</summary>
    public static TrainTestSplit Ucr(string name)
    {
        var folders = Environment.GetEnvironmentVariable("MEMKD_DATA") ?? "";
        foreach (
            var root in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var stem = Path.Combine(root, "ucr", name, name);
            if (File.Exists(stem + "_TRAIN.tsv.gz"))
            {
                return new TrainTestSplit(
                    Read(name, stem + "_TRAIN.tsv.gz"),
                    Read(name, stem + "_TEST.tsv.gz")
                );
            }
        }

        Assert.Skip($"no folder of MEMKD_DATA has ucr/{name}");
        throw new InvalidOperationException();
    }

    // A reader of its own, so that these tests do not depend on the file readers.
    private static TimeSeriesDataset Read(string name, string path)
    {
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(path), CompressionMode.Decompress)
        );
        var cases = new List<TimeSeriesCase>();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t', StringSplitOptions.RemoveEmptyEntries);
            var values = fields[1..]
                .Select(f => float.Parse(f, CultureInfo.InvariantCulture))
                .ToArray();
            cases.Add(new TimeSeriesCase([values], fields[0]));
        }

        return new TimeSeriesDataset(name, cases);
    }
}
