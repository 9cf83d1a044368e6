using System.IO.Compression;

namespace MemKD.Series;

/// <summary>Takes the two files of a data set out of a zip that nobody has checked.</summary>
internal static class ArchiveZip
{
    private const int MaxEntries = 10_000;
    private const int MaxRatio = 200;
    private const int RatioFreeBytes = 1 << 20;

    // The library does not check an entry's CRC-32 (polynomial EDB88320, reflected), and a zip has no other checksum.
    private static readonly uint[] Crc32 =
    [
        .. Enumerable
            .Range(0, 256)
            .Select(b => Enumerable.Range(0, 8).Aggregate((uint)b, (c, _) => (c >> 1) ^ ((c & 1) * 0xEDB88320))),
    ];

    /// <summary>Unpacks the pair of the preferred format into a folder under the names of the data set.</summary>
    /// <param name="path">The zip file.</param>
    /// <param name="name">The data set's name.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="maxBytes">Most bytes of both files together.</param>
    /// <param name="source">Where the file is from, for messages.</param>
    /// <exception cref="InputException">
    /// A name that leaves the folder; a name twice; too much when unpacked; damaged; no pair of files.
    /// </exception>
    public static void Unpack(string path, string name, string folder, long maxBytes, string source)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var files = Files(zip, source);
            var extension =
                ArchiveFiles.Extensions.FirstOrDefault(e =>
                    files.ContainsKey($"{name}_TRAIN{e}") && files.ContainsKey($"{name}_TEST{e}")
                )
                ?? throw new InputException(
                    $"{source}: the zip has no {name}_TRAIN and {name}_TEST of one known format; nothing was kept."
                );
            var left = maxBytes;
            foreach (var part in (string[])["_TRAIN", "_TEST"])
            {
                var entry = files[name + part + extension];
                left -= Copy(entry, Path.Combine(folder, name + part + extension), left, source);
            }
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{source}: the zip is damaged or cut off; nothing was kept, try again.", e);
        }
    }

    private static Dictionary<string, ZipArchiveEntry> Files(ZipArchive zip, string source)
    {
        if (zip.Entries.Count > MaxEntries)
        {
            throw new InputException($"{source}: the zip has more than {MaxEntries} entries; nothing was kept.");
        }

        var files = new Dictionary<string, ZipArchiveEntry>(StringComparer.OrdinalIgnoreCase);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zip.Entries)
        {
            if (!IsSafe(entry.FullName))
            {
                throw new InputException(
                    $"{source}: the zip has an entry '{DownloadClient.OneLine(entry.FullName)}' that leaves its folder; nothing was kept."
                );
            }

            if (!names.Add(entry.FullName))
            {
                throw new InputException(
                    $"{source}: the zip has the entry '{DownloadClient.OneLine(entry.FullName)}' twice; nothing was kept."
                );
            }

            // One folder above the files is common.
            if (entry.Name.Length > 0 && entry.FullName.Count(c => c == '/') <= 1)
            {
                if (!files.TryAdd(entry.Name, entry))
                {
                    throw new InputException(
                        $"{source}: the zip has two files '{DownloadClient.OneLine(entry.Name)}'; nothing was kept."
                    );
                }
            }
        }

        return files;
    }

    private static bool IsSafe(string entryName) =>
        entryName.Length is > 0 and <= 1000
        && entryName[0] != '/'
        && !entryName.Any(c => c is '\\' or ':' || char.IsControl(c))
        && !entryName.Split('/').Any(part => part is "." or "..");

    private static long Copy(ZipArchiveEntry entry, string path, long limit, string source)
    {
        // Sizes written in the zip are not believed: the bytes are counted.
        var most = Math.Min(limit, RatioFreeBytes + (MaxRatio * entry.CompressedLength));
        using var packed = entry.Open();
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 16];
        var done = 0L;
        var checksum = uint.MaxValue;
        while (packed.Read(buffer) is > 0 and var count)
        {
            done += count;
            if (done > most)
            {
                throw new InputException(
                    $"{source}: '{DownloadClient.OneLine(entry.FullName)}' unpacks to more than {most} bytes; nothing was kept."
                );
            }

            foreach (var b in buffer.AsSpan(0, count))
            {
                checksum = Crc32[(checksum ^ b) & 0xFF] ^ (checksum >> 8);
            }

            file.Write(buffer, 0, count);
        }

        if (done != entry.Length || ~checksum != entry.Crc32)
        {
            throw new InvalidDataException("The checksum of a zip entry is wrong.");
        }

        return done;
    }

    /// <summary>Whether a file starts as a zip does (a missing data set is answered with a web page).</summary>
    public static bool IsZip(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("PK\x03\x04"u8);
    }
}
