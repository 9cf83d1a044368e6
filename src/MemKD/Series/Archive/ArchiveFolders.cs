namespace MemKD.Series;

/// <summary>The folders in which data sets are looked for, first to last, and the one into which they are downloaded.</summary>
/// <param name="Search">Folders with one sub-folder a data set, in order.</param>
/// <param name="Cache">Where downloads go; searched last.</param>
public sealed record ArchiveFolders(IReadOnlyList<string> Search, string Cache)
{
    /// <summary>
    /// The folders of the environment: each of <c>MEMKD_DATA</c> (separated as in PATH) with its sub-folders <c>ucr</c>,
    /// <c>uea</c> and <c>formats</c>; those of <c>AEON_DATA</c>, only read; the cache <c>$XDG_CACHE_HOME/memkd</c>, by
    /// default <c>~/.cache/memkd</c>.
    /// </summary>
    /// <param name="variable">Gives the value of a variable; null for the process environment.</param>
    public static ArchiveFolders FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var own = List(variable("MEMKD_DATA"))
            .SelectMany(root =>
                (string[])[root, Path.Combine(root, "ucr"), Path.Combine(root, "uea"), Path.Combine(root, "formats")]
            );
        var xdg = variable("XDG_CACHE_HOME");
        var cache = Path.IsPathFullyQualified(xdg ?? "")
            ? xdg!
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return new ArchiveFolders([.. own, .. List(variable("AEON_DATA"))], Path.Combine(cache, "memkd"));
    }

    /// <summary>All folders in the order of the search.</summary>
    internal IEnumerable<string> All => [.. Search, Cache];

    private static string[] List(string? value) =>
        (value ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
