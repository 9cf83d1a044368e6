namespace MemKD.Series;

/// <summary>Limits and places of <see cref="ArchiveDownload"/>.</summary>
public sealed record ArchiveDownloadOptions
{
    /// <summary>The folder that gets a sub-folder for the data set.</summary>
    public required string Cache { get; init; }

    /// <summary>
    /// Replaces both servers (records and zips) by one of the same layout, for example a mirror; by default
    /// the value of <c>MEMKD_DOWNLOAD_BASE</c>, if any.
    /// </summary>
    public Uri? BaseAddress { get; init; }

    /// <summary>Most bytes of a data set, fetched or unpacked.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>How long a server may stay silent.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The cache and server that the environment names.</summary>
    /// <param name="variable">Gives the value of a variable; null for the process environment.</param>
    /// <exception cref="InputException"><c>MEMKD_DOWNLOAD_BASE</c> is no web address.</exception>
    public static ArchiveDownloadOptions FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var text = variable("MEMKD_DOWNLOAD_BASE");
        Uri? address = null;
        if (
            !string.IsNullOrEmpty(text)
            && !(Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https")
        )
        {
            throw new InputException(
                $"MEMKD_DOWNLOAD_BASE: '{text}' is no web address; give one such as https://mirror.example.org/."
            );
        }

        return new ArchiveDownloadOptions
        {
            Cache = ArchiveFolders.FromEnvironment(variable).Cache,
            BaseAddress = address,
        };
    }
}
