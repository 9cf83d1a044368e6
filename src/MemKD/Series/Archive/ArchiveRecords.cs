using System.Globalization;

namespace MemKD.Series;

/// <summary>Record numbers of the archive's data sets on Zenodo (zenodo-records.csv, embedded; its header names the source).</summary>
internal static class ArchiveRecords
{
    /// <summary>All known sets and their records.</summary>
    public static IReadOnlyList<(string Name, long Record)> All { get; } = Read();

    /// <summary>The record of a set, letter case ignored; null when it is not known.</summary>
    public static (string Name, long Record)? Find(string name) =>
        All.Where(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase))
            .Select(r => ((string, long)?)r)
            .FirstOrDefault();

    private static (string, long)[] Read()
    {
        using var stream = typeof(ArchiveRecords).Assembly.GetManifestResourceStream("zenodo-records.csv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(line => line[0] != '#')
                .Skip(1)
                .Select(line => line.Split(','))
                .Select(f => (f[0], long.Parse(f[1], CultureInfo.InvariantCulture))),
        ];
    }
}
