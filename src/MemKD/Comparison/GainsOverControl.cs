using MemKD.Comparison.Statistics;

namespace MemKD.Comparison;

/// <summary>A method against the control over all complete data sets.</summary>
/// <param name="Method">The method.</param>
/// <param name="Pair">Wins, ties, losses and mean gain of the method; <see cref="PairComparison.PValue"/> is unadjusted, Differs is by Holm.</param>
/// <param name="MedianGain">Median over the data sets.</param>
/// <param name="AdjustedPValue">By Holm over all methods but the control.</param>
/// <param name="Bayesian">Probabilities that the method is better, equivalent, or worse; the first is the method.</param>
public sealed record Gain(
    string Method,
    PairComparison Pair,
    double MedianGain,
    double AdjustedPValue,
    BayesianSignedRankTest Bayesian
);

/// <summary>
/// What each method gains over one named control, such as the student alone: a gain is the score minus the control's on the same
/// data set (turned round where less is better). Tested by Wilcoxon, two-sided, equal scores by Pratt, Holm over the methods,
/// and by the Bayesian signed-rank test.
/// </summary>
/// <param name="Control">The control.</param>
/// <param name="Table">The complete data sets, methods in the order given.</param>
/// <param name="Gains">One for each method but the control, in the order given.</param>
/// <param name="Notes">The exact tests, and the data sets left out.</param>
public sealed record GainsOverControl(
    string Control,
    ScoreTable Table,
    IReadOnlyList<Gain> Gains,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Compares.</summary>
    /// <param name="scores">At least two methods, at least one data set that has them all.</param>
    /// <param name="control">Name of the control.</param>
    /// <param name="bayesian">Rope, prior and draws; null for the defaults.</param>
    /// <param name="level">α of Holm's method.</param>
    /// <exception cref="InputException">No such control, nothing beside it, or no complete data set.</exception>
    public static GainsOverControl Of(
        ScoreTable scores,
        string control,
        BayesianSignedRankSettings? bayesian = null,
        double level = 0.05
    )
    {
        bayesian ??= new BayesianSignedRankSettings();
        var controlNumber = scores.MethodNumber(control);
        var complete = scores.Complete();
        if (complete.Methods.Count < 2 || complete.Datasets.Count == 0)
        {
            throw new InputException(
                $"Gains over {control} need another method and a data set on which every method has a score."
            );
        }

        var columns = MethodComparison.Oriented(complete);
        var baseline = columns[controlNumber];
        int[] others = [.. Enumerable.Range(0, columns.Length).Where(m => m != controlNumber)];
        var pValues = Array.ConvertAll(others, m => WilcoxonTest.Of(columns[m], baseline, ZeroHandling.Pratt).PValue);
        var adjusted = MultipleTesting.Holm(pValues);
        var gains = others.Select(
            (m, i) =>
                new Gain(
                    complete.Methods[m],
                    MethodComparison.Count(columns[m], baseline) with
                    {
                        PValue = pValues[i],
                        Differs = adjusted[i] <= level,
                    },
                    Median([.. columns[m].Zip(baseline, (a, b) => a - b)]),
                    adjusted[i],
                    BayesianSignedRankTest.Of(columns[m], baseline, bayesian)
                )
        );
        return new GainsOverControl(
            control,
            complete,
            [.. gains],
            [
                $"Gain: {complete.Measure} minus that of {control} on the same data set"
                    + (complete.HigherIsBetter ? "" : ", turned round because less is better")
                    + $"; {complete.Datasets.Count} data sets.",
                $"p: Wilcoxon signed-rank, two-sided, equal scores by Pratt; p Holm: adjusted for {others.Length} comparisons with the control.",
                $"P(better), P(same), P(worse): Bayesian signed-rank test, differences up to {ComparisonNotes.Number(bayesian.Rope)} count as same, prior strength {ComparisonNotes.Number(bayesian.PriorHalves / 2.0)} at 0, {bayesian.Samples} draws, seed {bayesian.Seed}.",
                .. scores.Notes(),
            ]
        );
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
