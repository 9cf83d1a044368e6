using System.Globalization;
using System.Text.Json;

namespace MemKD.Series;

/// <summary>
/// Fetches a data set of the UCR and UEA archives into the cache: its record on Zenodo, every file checked by the
/// record's MD5, else the zip of timeseriesclassification.com. All is fetched and read once in a folder of its own, which
/// is then renamed: the data set appears whole or not at all, and what was there before stays until then.
/// </summary>
public sealed class ArchiveDownload
{
    private static readonly Uri Records = new("https://zenodo.org/");
    private static readonly Uri Zips = new("https://timeseriesclassification.com/");

    // Folders of these names cannot be made everywhere.
    private static readonly string[] DeviceNames =
    [
        "CON",
        "PRN",
        "AUX",
        "NUL",
        .. Enumerable.Range(1, 9).SelectMany(i => (string[])[$"COM{i}", $"LPT{i}"]),
    ];

    private readonly ArchiveDownloadOptions options;

    /// <summary>A downloader; null for the options of the environment.</summary>
    public ArchiveDownload(ArchiveDownloadOptions? options = null)
    {
        this.options = options ?? ArchiveDownloadOptions.FromEnvironment();
    }

    /// <summary>Fetches a data set.</summary>
    /// <param name="name">Its name; letter case is corrected where the set is known.</param>
    /// <param name="record">A Zenodo record to take instead of the known one; then there is no other source.</param>
    /// <param name="overwrite">Fetch again, and replace what is in the cache.</param>
    /// <param name="progress">Is told of the bytes.</param>
    /// <param name="cancel">Stops; nothing is left behind.</param>
    /// <returns>The folder of the data set.</returns>
    /// <exception cref="InputException">Not found, wrong checksum, damaged, too large, unsafe, no network.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>.</exception>
    public async Task<string> GetAsync(
        string name,
        long? record = null,
        bool overwrite = false,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancel = default
    )
    {
        var known = ArchiveRecords.Find(name);
        name = known?.Name ?? name;
        CheckName(name);
        var folder = Path.Combine(options.Cache, name);
        if (Directory.Exists(folder) && !overwrite)
        {
            return ArchiveFiles.Find(folder, name) is not null
                ? folder
                : throw new InputException(
                    $"{folder}: is there but has no complete {name}; fetch it again with --overwrite."
                );
        }

        var part = Path.Combine(options.Cache, $".{name}.{Guid.NewGuid():N}.part");
        try
        {
            Directory.CreateDirectory(part);
            await FetchAsync(name, record, known?.Record, part, progress, cancel);
            cancel.ThrowIfCancellationRequested();
            Check(part, name);
            Replace(folder, part);
            return folder;
        }
        catch (ServerException e)
        {
            throw new InputException(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{folder}: cannot be written ({DownloadClient.OneLine(e.Message)}); choose another cache by XDG_CACHE_HOME.",
                e
            );
        }
        finally
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }
        }
    }

    /// <summary>The named record alone; else the known one, and the zip when that has nothing or no answer.</summary>
    private async Task FetchAsync(
        string name,
        long? record,
        long? known,
        string part,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        if (record is not null)
        {
            if (!await FromRecordAsync(name, record, part, progress, cancel))
            {
                throw new InputException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"record {record} does not exist or has no {name}_TRAIN and {name}_TEST of one known format; check the number."
                    )
                );
            }

            return;
        }

        ServerException? failure = null;
        try
        {
            if (await FromRecordAsync(name, known, part, progress, cancel))
            {
                return;
            }
        }
        catch (ServerException e)
        {
            failure = e;
            Directory.Delete(part, recursive: true);
            Directory.CreateDirectory(part);
        }

        try
        {
            await FromZipAsync(name, part, progress, cancel);
        }
        catch (ServerException) when (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>False when there is no record, or it lacks the files: then the other source is worth a try.</summary>
    private async Task<bool> FromRecordAsync(
        string name,
        long? record,
        string part,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        if (record is null)
        {
            return false;
        }

        using var client = Client(Records);
        var address = client.Resolve(string.Create(CultureInfo.InvariantCulture, $"api/records/{record}"));
        if (await client.GetBytesAsync(address, cancel) is not { } answer)
        {
            return false;
        }

        var files = RecordFiles(answer, address);
        var extension = ArchiveFiles.Extensions.FirstOrDefault(e =>
            files.ContainsKey($"{name}_TRAIN{e}") && files.ContainsKey($"{name}_TEST{e}")
        );
        if (extension is null)
        {
            return false;
        }

        foreach (var key in (string[])[$"{name}_TRAIN{extension}", $"{name}_TEST{extension}"])
        {
            var (link, md5) = files[key];
            var found = await client.GetFileAsync(client.Resolve(link), Path.Combine(part, key), progress, cancel);
            if (found is null)
            {
                throw new InputException($"{address}: its file {key} is gone; try again later.");
            }

            if (!string.Equals(md5, "md5:" + found, StringComparison.OrdinalIgnoreCase))
            {
                throw new InputException(
                    $"{address}: {key} came with MD5 {found}, the record says '{DownloadClient.OneLine(md5)}'; nothing was kept, try again."
                );
            }
        }

        return true;
    }

    private async Task FromZipAsync(
        string name,
        string part,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        using var client = Client(Zips);
        var address = client.Resolve($"aeon-toolkit/{Uri.EscapeDataString(name)}.zip");
        var zip = Path.Combine(part, "download.zip");
        if (await client.GetFileAsync(address, zip, progress, cancel) is null || !ArchiveZip.IsZip(zip))
        {
            var hint =
                ArchiveRecords.Find(name) is not null ? "try again later."
                : NearestName.Of(name, ArchiveRecords.All.Select(r => r.Name)) is { } nearest
                    ? $"did you mean {nearest}?"
                : "check the name, or give its Zenodo record by --record.";
            throw new InputException($"'{name}': there is no such data set at {address}; {hint}");
        }

        ArchiveZip.Unpack(zip, name, part, options.MaxBytes, address.ToString());
        File.Delete(zip);
    }

    private DownloadClient Client(Uri server) => new(options.BaseAddress ?? server, options.MaxBytes, options.Patience);

    private static Dictionary<string, (string Link, string Md5)> RecordFiles(byte[] answer, Uri address)
    {
        var files = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(answer);
            foreach (var file in json.RootElement.GetProperty("files").EnumerateArray())
            {
                files[file.GetProperty("key").GetString() ?? ""] = (
                    file.GetProperty("links").GetProperty("self").GetString() ?? "",
                    file.GetProperty("checksum").GetString() ?? ""
                );
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException(
                $"{address}: the answer is no record as expected; try again later, or put the files into the cache by hand.",
                e
            );
        }

        return files;
    }

    private static void CheckName(string name)
    {
        if (
            name.Length is 0 or > 100
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            || DeviceNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        )
        {
            throw new InputException(
                $"'{DownloadClient.OneLine(name)}' is no name of a data set; use letters, digits, '-' and '_'."
            );
        }
    }

    /// <summary>The files must be a readable data set before they are offered under its name.</summary>
    private static void Check(string part, string name)
    {
        var files = ArchiveFiles.Find(part, name)!;
        try
        {
            _ = new TrainTestSplit(SeriesFile.Read(files.Train), SeriesFile.Read(files.Test));
        }
        catch (InputException e)
        {
            throw new InputException(
                $"{name}: what was fetched is no readable data set, nothing was kept ({e.Message.Replace(part + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)})",
                e
            );
        }
    }

    /// <summary>Puts the new folder in place of the old one, which comes back if that fails.</summary>
    private static void Replace(string folder, string part)
    {
        if (!Directory.Exists(folder))
        {
            Directory.Move(part, folder);
            return;
        }

        var old = part + ".old";
        Directory.Move(folder, old);
        try
        {
            Directory.Move(part, folder);
        }
        catch
        {
            Directory.Move(old, folder);
            throw;
        }

        Directory.Delete(old, recursive: true);
    }
}
