using System.IO.Compression;
using System.Text;
using MemKD.Series.Readers;

namespace MemKD.Series;

/// <summary>
/// The front door to files of labelled series: .ts, .arff, .tsv, .txt, .csv and files without extension, plain or
/// gzip (<c>.gz</c>). What each format accepts: docs/formats/series.md.
/// </summary>
public static class SeriesFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The extensions that <see cref="Read(string, SeriesFileOptions?)"/> knows, "" among them; each also with <c>.gz</c>.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
    [.. SeriesFormats.All.SelectMany(f => f.Extensions).Distinct(StringComparer.Ordinal)];

    /// <summary>Reads a file. Its format follows from the extension, or from the first lines where that leaves doubt.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Choices and limits; null for the defaults.</param>
    /// <returns>The cases as they stand in the file, under the file's name without <c>_TRAIN</c> or <c>_TEST</c>.</returns>
    /// <exception cref="InputException">The file cannot be opened, is no labelled series file, or is over a limit.</exception>
    public static TimeSeriesDataset Read(string path, SeriesFileOptions? options = null)
    {
        using var stream = Open(path);
        return Read(stream, path, options);
    }

    /// <summary>Reads from a stream, which is left open.</summary>
    /// <param name="stream">The bytes; it need not seek.</param>
    /// <param name="name">The file's name: its extension chooses the format, messages start with it.</param>
    /// <param name="options">Choices and limits; null for the defaults.</param>
    /// <exception cref="InputException">No labelled series file, or over a limit.</exception>
    public static TimeSeriesDataset Read(Stream stream, string name, SeriesFileOptions? options = null)
    {
        options ??= new SeriesFileOptions();
        var stem = WithoutGz(Path.GetFileName(name));
        var extension = Path.GetExtension(stem);
        using var lines = new LineReader(stream, name, options);
        var collector = new CaseCollector(lines, options);
        SeriesFormats.Find(lines, extension.ToLowerInvariant()).Read(lines, collector, options);
        return collector.Build(DatasetName(stem, extension));
    }

    /// <summary>
    /// Writes a .ts file, or a .csv file of one reading a row (packed when the path ends with <c>.gz</c>); reading it back
    /// gives the same values bit for bit, missing ones as NaN. The file appears whole or not at all.
    /// </summary>
    /// <param name="dataset">Labels without blanks and ':' (.csv: commas and quotes), channels that are not empty.</param>
    /// <param name="path">Ends with <c>.ts</c> or <c>.csv</c>, or either and <c>.gz</c>; an existing file is replaced.</param>
    /// <exception cref="InputException">The data set cannot be expressed, or the file cannot be written.</exception>
    public static void Write(TimeSeriesDataset dataset, string path)
    {
        Action<TimeSeriesDataset, TextWriter> write = Path.GetExtension(WithoutGz(path)).ToLowerInvariant() switch
        {
            ".ts" => TsWriter.Write,
            ".csv" => CsvLongWriter.Write,
            _ => throw new InputException(
                $"{path}: series are written as .ts or .csv; give a name that ends with one of them, and .gz to pack it."
            ),
        };

        WholeFile.Write(
            path,
            stream =>
            {
                using var packed = IsGz(path)
                    ? new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true)
                    : null;
                using var writer = new StreamWriter(packed ?? stream, Utf8, leaveOpen: true);
                write(dataset, writer);
            }
        );
    }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InputException">It is not there, is a folder, or may not be read.</exception>
    internal static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"{path}: this is a folder; give a file.");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file; check the path.", e);
        }
        catch (Exception e) when (IsFileError(e))
        {
            throw new InputException($"{path}: cannot be read ({e.Message.ReplaceLineEndings(" ")}).", e);
        }
    }

    private static bool IsFileError(Exception e) =>
        e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static string WithoutGz(string name) => IsGz(name) ? name[..^3] : name;

    private static bool IsGz(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file's name without a known extension and without <c>_TRAIN</c> or <c>_TEST</c>.</summary>
    private static string DatasetName(string stem, string extension)
    {
        var name = Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase) ? stem[..^extension.Length] : stem;
        foreach (var part in (ReadOnlySpan<string>)["_TRAIN", "_TEST"])
        {
            if (name.EndsWith(part, StringComparison.OrdinalIgnoreCase) && name.Length > part.Length)
            {
                return name[..^part.Length];
            }
        }

        return name;
    }
}
