namespace MemKD.Cli.Tests;

/// <summary>Where the sources lie.</summary>
internal static class Repository
{
    /// <summary>The folder of MemKD.slnx, found upward from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MemKD.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("MemKD.slnx was not found above the test assembly.");
    }
}
