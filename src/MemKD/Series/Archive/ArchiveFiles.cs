namespace MemKD.Series;

/// <summary>The two files of a data set: <c>&lt;Name&gt;_TRAIN.&lt;extension&gt;</c> and the same with <c>_TEST</c>.</summary>
/// <param name="Name">The set's name as its files spell it.</param>
/// <param name="Train">Path of the training part.</param>
/// <param name="Test">Path of the test part.</param>
/// <param name="Format">The extension without its first dot, for example <c>ts</c> or <c>tsv.gz</c>; <c>text</c> without one.</param>
internal sealed record ArchiveFiles(string Name, string Train, string Test, string Format)
{
    private const string TrainMark = "_TRAIN";
    private const string TestMark = "_TEST";

    private static readonly EnumerationOptions Quiet = new() { IgnoreInaccessible = true };

    /// <summary>Extensions in order of preference: those that say most about their content first.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
    [.. new[] { ".ts", ".tsv", ".arff", ".txt", ".csv", "" }.SelectMany(e => (string[])[e, e + ".gz"])];

    /// <summary>The files of a set in a folder, letter case ignored; null when there is no pair of one format.</summary>
    public static ArchiveFiles? Find(string folder, string name)
    {
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in Files(folder))
        {
            byName[Path.GetFileName(path)] = path;
        }

        foreach (var extension in Extensions)
        {
            if (
                byName.TryGetValue(name + TrainMark + extension, out var train)
                && byName.TryGetValue(name + TestMark + extension, out var test)
            )
            {
                return new ArchiveFiles(
                    Path.GetFileName(train)[..name.Length],
                    train,
                    test,
                    extension.Length == 0 ? "text" : extension[1..]
                );
            }
        }

        return null;
    }

    /// <summary>The files that a path names: a folder with one data set, or the TRAIN or TEST file of a set.</summary>
    /// <exception cref="InputException">Nothing there, no pair, or several sets.</exception>
    public static ArchiveFiles FromPath(string path)
    {
        if (Directory.Exists(path))
        {
            var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            if (Find(folder, Path.GetFileName(folder)) is { } named)
            {
                return named;
            }

            var all = Stems(folder).Select(stem => Find(folder, stem)).OfType<ArchiveFiles>().ToArray();
            return all.Length switch
            {
                1 => all[0],
                0 => throw new InputException(
                    $"{path}: no pair of files NAME_TRAIN and NAME_TEST of one format in this folder; add what is missing."
                ),
                _ => throw new InputException(
                    $"{path}: several data sets in this folder ({string.Join(", ", all.Take(5).Select(f => f.Name))}); give the TRAIN file of one."
                ),
            };
        }

        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file or folder; check the path.");
        }

        var file = Path.GetFullPath(path);
        var name = Path.GetFileName(file);
        foreach (var mark in (string[])[TrainMark, TestMark])
        {
            var at = name.LastIndexOf(mark, StringComparison.OrdinalIgnoreCase);
            var extension = at > 0 ? name[(at + mark.Length)..] : "?";
            if (!Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var byName = Files(Path.GetDirectoryName(file)!)
                .ToDictionary(f => Path.GetFileName(f), f => f, StringComparer.Ordinal);
            string Part(string wanted) =>
                byName.GetValueOrDefault(name[..at] + wanted + extension)
                ?? throw new InputException(
                    $"{path}: there is no {name[..at] + wanted + extension} beside it; add it."
                );
            return new ArchiveFiles(
                name[..at],
                Part(TrainMark),
                Part(TestMark),
                extension.Length == 0 ? "text" : extension[1..]
            );
        }

        throw new InputException(
            $"{path}: the name does not end with _TRAIN or _TEST and a known extension; rename the files to NAME_TRAIN and NAME_TEST."
        );
    }

    /// <summary>Names for which a folder holds a TRAIN or a TEST file, sorted.</summary>
    public static IEnumerable<string> Stems(string folder)
    {
        var stems = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in Files(folder))
        {
            var name = Path.GetFileName(path);
            foreach (var mark in (string[])[TrainMark, TestMark])
            {
                var at = name.LastIndexOf(mark, StringComparison.OrdinalIgnoreCase);
                if (at > 0 && Extensions.Contains(name[(at + mark.Length)..], StringComparer.OrdinalIgnoreCase))
                {
                    stems.Add(name[..at]);
                }
            }
        }

        return stems;
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", Quiet).Order(StringComparer.Ordinal) : [];
}
