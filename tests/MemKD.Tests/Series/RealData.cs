using MemKD.Series;

namespace MemKD.Tests.Series;

/// <summary>The archive's own data, where the environment variable MEMKD_DATA names a folder that has them.</summary>
internal static class RealData
{
    private static readonly ArchiveFolders Folders = ArchiveFolders.FromEnvironment(name =>
        name == "MEMKD_DATA" ? Environment.GetEnvironmentVariable(name) : null
    ) with
    {
        Cache = "",
    };

    /// <summary>A set by name; the test is skipped when it is not there.</summary>
    public static TrainTestSplit Load(string name)
    {
        var catalog = new ArchiveCatalog(Folders);
        if (!catalog.List().Any(e => e.Origin == DatasetOrigin.Local && e.Name == name))
        {
            Assert.Skip($"no folder of MEMKD_DATA has {name}");
        }

        return catalog.Load(name).Split;
    }
}
