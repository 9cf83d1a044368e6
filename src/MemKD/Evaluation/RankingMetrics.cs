namespace MemKD.Evaluation;

/// <summary>
/// Measures of how well the scores order the cases, one class against the rest, as the unweighted mean over the
/// classes. A class without positive cases among the evaluated ones has no curve: it is NaN in
/// <see cref="MacroAverage.PerClass"/> and left out of the mean. Any finite scores will do; only their order counts.
/// </summary>
public static class RankingMetrics
{
    /// <summary>
    /// Area under the precision-recall curve by trapezoids, with the points of scikit-learn's
    /// <c>precision_recall_curve</c>: one at each distinct score, and the end point recall 0, precision 1.
    /// The headline measure of MemKD (Udayangani et al., arXiv 2601.04264). Not <see cref="AveragePrecision"/>.
    /// </summary>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="scores">[case, class].</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of scores a label.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a score that is not finite.</exception>
    public static MacroAverage AucPrc(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount) =>
        Macro(labels, scores, classCount, static areas => areas.AucPrc);

    /// <summary>
    /// Average precision Σ (Rₙ − Rₙ₋₁) Pₙ over the same points: steps in place of trapezoids, as scikit-learn's
    /// <c>average_precision_score</c>.
    /// </summary>
    /// <inheritdoc cref="AucPrc"/>
    public static MacroAverage AveragePrecision(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount) =>
        Macro(labels, scores, classCount, static areas => areas.AveragePrecision);

    /// <summary>
    /// Area under the ROC curve: the share of (positive, negative) pairs in the right order, a tie counting half.
    /// NaN also for a class that holds every case.
    /// </summary>
    /// <inheritdoc cref="AucPrc"/>
    public static MacroAverage RocAuc(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount) =>
        Macro(labels, scores, classCount, static areas => areas.RocAuc);

    /// <summary>The areas of every class over the cases as they are.</summary>
    internal static CurveAreas[] Areas(ScoreRanking ranking, int caseCount)
    {
        var once = new int[caseCount];
        Array.Fill(once, 1);
        var areas = new CurveAreas[ranking.ClassCount];
        for (var k = 0; k < areas.Length; k++)
        {
            areas[k] = ranking.Areas(k, once);
        }

        return areas;
    }

    private static MacroAverage Macro(
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> scores,
        int classCount,
        Converter<CurveAreas, double> choose
    )
    {
        EvaluationChecks.Scores(labels, scores, classCount);
        var areas = Areas(ScoreRanking.Of(labels, scores, classCount), labels.Length);
        return MacroAverage.Of(Array.ConvertAll(areas, choose));
    }
}
