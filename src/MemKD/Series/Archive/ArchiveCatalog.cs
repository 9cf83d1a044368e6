namespace MemKD.Series;

/// <summary>A line of <see cref="ArchiveCatalog.List"/>.</summary>
/// <param name="Name">The data set's name.</param>
/// <param name="Origin">Local, built-in or downloadable.</param>
/// <param name="Location">Folder, publication of the generator, or record number of the archive.</param>
/// <param name="Format">File format; empty when not local.</param>
public sealed record CatalogEntry(string Name, DatasetOrigin Origin, string Location, string Format);

/// <summary>
/// Data sets by name. Files come first, in the order of the folders (<see cref="ArchiveFolders"/>), then the built-in
/// generators; which one was used is in the <see cref="DatasetSource"/>. A name with a directory separator is a path.
/// </summary>
public sealed class ArchiveCatalog
{
    private readonly ArchiveFolders folders;

    /// <summary>A catalog of folders; null for those of the environment.</summary>
    public ArchiveCatalog(ArchiveFolders? folders = null)
    {
        this.folders = folders ?? ArchiveFolders.FromEnvironment();
    }

    /// <summary>Reads a data set.</summary>
    /// <param name="name">
    /// A name (letter case ignored), or a path: <c>folder/</c> with one set, or the <c>_TRAIN</c> file of one.
    /// </param>
    /// <param name="resample">0 for the archive's split, else see <see cref="Resample"/>.</param>
    /// <param name="options">How files are read; null for the defaults.</param>
    /// <exception cref="InputException">No such set (with the nearest name), or its files cannot be read.</exception>
    public (TrainTestSplit Split, DatasetSource Source) Load(
        string name,
        int resample = 0,
        SeriesFileOptions? options = null
    )
    {
        var parts = Locate(name, options);
        var split = new TrainTestSplit(parts.ReadTrain(), parts.ReadTest());
        var source = new DatasetSource(
            parts.Name,
            parts.Origin,
            parts.Location,
            parts.Format,
            resample,
            DatasetSource.ContentHash(split)
        );
        return (Resample.Apply(split, resample), source);
    }

    /// <summary>
    /// Reads TRAIN and leaves TEST shut: no byte of the TEST file is read before <see cref="TestDoor.Open"/>. Only a
    /// resample above 0, which draws its TRAIN from both files, has to read them together.
    /// </summary>
    /// <param name="name">As for <see cref="Load"/>.</param>
    /// <param name="resample">0 for the archive's split, else see <see cref="Resample"/>.</param>
    /// <param name="options">How files are read; null for the defaults.</param>
    /// <exception cref="InputException">No such set (with the nearest name), or what is read of it is broken.</exception>
    public TestDoor OpenTrain(string name, int resample = 0, SeriesFileOptions? options = null)
    {
        var parts = Locate(name, options);
        if (resample == 0)
        {
            var train = parts.ReadTrain();
            return new TestDoor(
                parts.Name,
                parts.Location,
                train,
                () => new TrainTestSplit(train, parts.ReadTest()).Test
            );
        }

        var split = Resample.Apply(new TrainTestSplit(parts.ReadTrain(), parts.ReadTest()), resample);
        return new TestDoor(parts.Name, parts.Location, split.Train, () => split.Test);
    }

    private Parts Locate(string name, SeriesFileOptions? options)
    {
        if (FindFiles(name) is { } files)
        {
            return new Parts(
                files.Name,
                DatasetOrigin.Local,
                Path.GetDirectoryName(files.Train)!,
                files.Format,
                () => SeriesFile.Read(files.Train, options),
                () => SeriesFile.Read(files.Test, options)
            );
        }

        var generator = Generators.Find(name) ?? throw Unknown(name);
        return new Parts(
            generator.Name,
            DatasetOrigin.BuiltIn,
            "generator, seed 0",
            "generated",
            () => generator.Generate().Train,
            () => generator.Generate().Test
        );
    }

    /// <summary>Every data set that can be named, sorted: local ones, then what is built in or can be downloaded.</summary>
    public IReadOnlyList<CatalogEntry> List()
    {
        var entries = new SortedDictionary<string, CatalogEntry>(StringComparer.OrdinalIgnoreCase);
        foreach (var folder in folders.All.SelectMany(Subfolders))
        {
            var name = Path.GetFileName(folder);
            if (!entries.ContainsKey(name) && ArchiveFiles.Find(folder, name) is { } files)
            {
                entries[name] = new CatalogEntry(files.Name, DatasetOrigin.Local, folder, files.Format);
            }
        }

        foreach (var generator in Generators.All)
        {
            entries.TryAdd(
                generator.Name,
                new CatalogEntry(generator.Name, DatasetOrigin.BuiltIn, generator.Source, "")
            );
        }

        foreach (var (name, record) in ArchiveRecords.All)
        {
            entries.TryAdd(
                name,
                new CatalogEntry(
                    name,
                    DatasetOrigin.Downloadable,
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"zenodo record {record}"),
                    ""
                )
            );
        }

        return [.. entries.Values];
    }

    private ArchiveFiles? FindFiles(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal))
        {
            return ArchiveFiles.FromPath(name);
        }

        return folders
            .All.SelectMany(Subfolders)
            .Where(f => string.Equals(Path.GetFileName(f), name, StringComparison.OrdinalIgnoreCase))
            .Select(f => ArchiveFiles.Find(f, name))
            .FirstOrDefault(f => f is not null);
    }

    private InputException Unknown(string name)
    {
        var half = folders
            .All.SelectMany(Subfolders)
            .FirstOrDefault(f =>
                string.Equals(Path.GetFileName(f), name, StringComparison.OrdinalIgnoreCase)
                && ArchiveFiles.Stems(f).Contains(name, StringComparer.OrdinalIgnoreCase)
            );
        if (half is not null)
        {
            return new InputException(
                $"{name}: {half} does not have both a TRAIN and a TEST file of one format; add the missing one."
            );
        }

        if (ArchiveRecords.Find(name) is { } record)
        {
            return new InputException(
                $"{record.Name}: not on this machine; fetch it with 'memkd data get {record.Name}', or add the folder above it to MEMKD_DATA."
            );
        }

        var nearest = NearestName.Of(name, List().Select(e => e.Name));
        var hint = nearest is null
            ? "see 'memkd data list', or give a path such as ./folder/NAME_TRAIN.ts."
            : $"did you mean {nearest}? See 'memkd data list'.";
        return new InputException($"'{name}' is no known data set; {hint}");
    }

    private static IEnumerable<string> Subfolders(string root) =>
        Directory.Exists(root)
            ? Directory
                .EnumerateDirectories(root, "*", new EnumerationOptions { IgnoreInaccessible = true })
                .Order(StringComparer.Ordinal)
            : [];

    private sealed record Parts(
        string Name,
        DatasetOrigin Origin,
        string Location,
        string Format,
        Func<TimeSeriesDataset> ReadTrain,
        Func<TimeSeriesDataset> ReadTest
    );
}
