using System.Globalization;
using MemKD.Comparison.Statistics;

namespace MemKD.Comparison;

/// <summary>The sentences that go with every comparison: which test, exactly, and what it said.</summary>
internal static class ComparisonNotes
{
    public static IEnumerable<string> Of(
        ComparisonPreset preset,
        double level,
        ScoreTable table,
        FriedmanTest? friedman,
        double? criticalDifference,
        bool someDiffer
    )
    {
        var (k, n) = (table.Methods.Count, table.Datasets.Count);
        var alpha = Number(level);
        yield return $"Preset {preset.Name} ({preset.Source}): {k} methods, {n} data sets, {table.Measure}, "
            + (table.HigherIsBetter ? "higher" : "lower")
            + $" is better, level {alpha}.";
        if (friedman is not null)
        {
            var formula = preset.CorrectsFriedmanForTies ? "corrected for ties" : "not corrected for ties";
            yield return $"Friedman: chi2 {Number(friedman.ChiSquare)} with {k - 1} degrees of freedom, {formula}, p = {PValue(friedman.PValue)}; "
                + $"Iman-Davenport F {Number(friedman.F)} with {k - 1} and {(k - 1) * (n - 1)}, p = {PValue(friedman.FPValue)}. "
                + (
                    someDiffer
                        ? "The methods are not all equal."
                        : "No difference between the methods is shown, so that no pair is called different."
                );
        }
        else if (preset.Cliques != CliqueRule.None)
        {
            yield return "Friedman's test needs three methods and was not made.";
        }

        yield return preset.Pairs switch
        {
            PairRule.SharedLevel =>
                $"Pairs: Wilcoxon signed-rank, one-sided (the better ranked is greater), equal scores left out; different when p <= {alpha}/{k - 1} = {Number(level / (k - 1))}, one level for all pairs.",
            PairRule.HolmStepDown =>
                $"Pairs: Wilcoxon signed-rank, two-sided, equal scores by Pratt; Holm's step-down method over {k * (k - 1) / 2} pairs.",
            PairRule.Uncorrected =>
                $"Pairs: Wilcoxon signed-rank, two-sided, equal scores by Pratt; different when p < {alpha}, no correction for {k * (k - 1) / 2} pairs.",
            _ =>
                $"Pairs: Nemenyi, different when average ranks are at least CD = {Number(criticalDifference!.Value)} apart.",
        };
        yield return preset.Cliques switch
        {
            CliqueRule.Intervals =>
                "Bars: from each method to the last before the first that differs from it; bars inside longer ones are not drawn.",
            CliqueRule.MaximalGroups => "Bars: every largest group without a differing pair; dots mark its members.",
            _ => "Methods are ordered by their mean; no bars are formed.",
        };
    }

    /// <summary>Four significant digits.</summary>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A p-value: four digits after the point, or one significant digit below 0.0001.</summary>
    public static string PValue(double p) =>
        double.IsNaN(p) ? "-"
        : p >= 0.0001 ? p.ToString("F4", CultureInfo.InvariantCulture)
        : p.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
