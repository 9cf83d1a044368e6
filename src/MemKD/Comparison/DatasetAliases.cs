namespace MemKD.Comparison;

/// <summary>
/// Spellings of data sets in tables made before the archive of 2018, and the archive's own. The list is what the published tables of
/// 85 sets use; sets that differ in content (<c>_eq</c>, <c>_nmv</c>: made equally long, missing values filled) are no
/// aliases.
/// </summary>
public static class DatasetAliases
{
    private static readonly Dictionary<string, string> Current = new(StringComparer.Ordinal)
    {
        ["50words"] = "FiftyWords",
        ["car"] = "Car",
        ["CinC_ECG_torso"] = "CinCECGTorso",
        ["Cricket_X"] = "CricketX",
        ["Cricket_Y"] = "CricketY",
        ["Cricket_Z"] = "CricketZ",
        ["FISH"] = "Fish",
        ["Gun_Point"] = "GunPoint",
        ["Lighting2"] = "Lightning2",
        ["Lighting7"] = "Lightning7",
        ["MALLAT"] = "Mallat",
        ["NonInvasiveFatalECG_Thorax1"] = "NonInvasiveFetalECGThorax1",
        ["NonInvasiveFatalECG_Thorax2"] = "NonInvasiveFetalECGThorax2",
        ["plane"] = "Plane",
        ["SonyAIBORobot Surface"] = "SonyAIBORobotSurface1",
        ["SonyAIBORobot SurfaceII"] = "SonyAIBORobotSurface2",
        ["SonyAIBORobotSurface"] = "SonyAIBORobotSurface1",
        ["SonyAIBORobotSurfaceII"] = "SonyAIBORobotSurface2",
        ["StarlightCurves"] = "StarLightCurves",
        ["synthetic_control"] = "SyntheticControl",
        ["Two_Patterns"] = "TwoPatterns",
        ["uWaveGestureLibrary_X"] = "UWaveGestureLibraryX",
        ["uWaveGestureLibrary_Y"] = "UWaveGestureLibraryY",
        ["uWaveGestureLibrary_Z"] = "UWaveGestureLibraryZ",
        ["wafer"] = "Wafer",
        ["WordsSynonyms"] = "WordSynonyms",
        ["yoga"] = "Yoga",
    };

    /// <summary>The archive's spelling; the name itself where there is no other.</summary>
    public static string CurrentName(string name) => Current.GetValueOrDefault(name, name);
}
