namespace MemKD.Series;

/// <summary>The built-in data sets: everything can be tried without a download.</summary>
public static class Generators
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SeriesGenerator> All { get; } =
    [
        CylinderBellFunnel.Generator,
        SyntheticControl.Generator,
        TwoPatterns.Generator,
        SyntheticEcg.Generator,
        SyntheticMotion.Generator,
    ];

    /// <summary>The generator of a name, case ignored; null when there is none.</summary>
    public static SeriesGenerator? Find(string name) =>
        All.FirstOrDefault(g => string.Equals(g.Name, name, StringComparison.OrdinalIgnoreCase));
}
