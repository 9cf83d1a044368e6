using MemKD.Comparison.Statistics;

namespace MemKD.Comparison;

/// <summary>How a preset decides which pairs of methods differ.</summary>
internal enum PairRule
{
    /// <summary>Wilcoxon, p ≤ α / (k − 1) for every pair.</summary>
    SharedLevel,

    /// <summary>Wilcoxon, Holm's step-down method over all pairs.</summary>
    HolmStepDown,

    /// <summary>Wilcoxon, p &lt; α, no correction.</summary>
    Uncorrected,

    /// <summary>Average ranks at least Nemenyi's critical difference apart.</summary>
    CriticalDifference,
}

/// <summary>How a preset forms cliques, groups of methods that do not differ.</summary>
internal enum CliqueRule
{
    /// <summary>From each method down to the first that differs from it; not those inside a longer one.</summary>
    Intervals,

    /// <summary>All maximal groups without a differing pair.</summary>
    MaximalGroups,

    /// <summary>None are formed.</summary>
    None,
}

/// <summary>A way of comparing methods over data sets, as one of the field's programs or papers does it.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record ComparisonPreset(string Name, string Source)
{
    /// <summary>aeon's <c>plot_critical_difference</c>.</summary>
    public static ComparisonPreset Aeon { get; } =
        new("aeon", "aeon, plot_critical_difference")
        {
            Zeros = ZeroHandling.Wilcox,
            Alternative = Alternative.Greater,
            Pairs = PairRule.SharedLevel,
            Cliques = CliqueRule.Intervals,
        };

    /// <summary>Nemenyi's critical difference, as in Demšar's paper.</summary>
    public static ComparisonPreset Demsar { get; } =
        new("demsar", "Demšar, JMLR 7, 2006")
        {
            Pairs = PairRule.CriticalDifference,
            Cliques = CliqueRule.Intervals,
            CorrectsFriedmanForTies = false,
        };

    /// <summary>hfawaz/cd-diagram.</summary>
    public static ComparisonPreset CdDiagram { get; } =
        new("cd-diagram", "hfawaz/cd-diagram")
        {
            Zeros = ZeroHandling.Pratt,
            Pairs = PairRule.HolmStepDown,
            Cliques = CliqueRule.MaximalGroups,
        };

    /// <summary>The multi-comparison matrix.</summary>
    public static ComparisonPreset Mcm { get; } =
        new("mcm", "Ismail-Fawaz et al., arXiv 2305.11921")
        {
            Zeros = ZeroHandling.Pratt,
            Pairs = PairRule.Uncorrected,
            Cliques = CliqueRule.None,
            OrdersByMean = true,
        };

    /// <summary>All presets.</summary>
    public static IReadOnlyList<ComparisonPreset> All { get; } = [Aeon, Demsar, CdDiagram, Mcm];

    internal ZeroHandling Zeros { get; private init; }

    internal Alternative Alternative { get; private init; }

    internal PairRule Pairs { get; private init; }

    internal CliqueRule Cliques { get; private init; }

    internal bool CorrectsFriedmanForTies { get; private init; } = true;

    /// <summary>By mean score, the best first; else by average rank.</summary>
    internal bool OrdersByMean { get; private init; }

    /// <summary>The preset of a name.</summary>
    /// <exception cref="InputException">There is none; the message lists them.</exception>
    public static ComparisonPreset Named(string name) =>
        All.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InputException($"No preset '{name}'; there are {string.Join(", ", All.Select(p => p.Name))}.");
}
