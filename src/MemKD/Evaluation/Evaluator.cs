namespace MemKD.Evaluation;

/// <summary>The front door of evaluation: every measure of a model's probabilities at once.</summary>
public static class Evaluator
{
    /// <summary>
    /// Measures a model. Its size is not seen here: add it with
    /// <c>report with { Parameters = …, Bytes = … }</c>.
    /// </summary>
    /// <param name="dataset">Name of the data set, for the report.</param>
    /// <param name="split">Which part of it, for the report.</param>
    /// <param name="classes">The class labels of the training data, at least two; K of them.</param>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="probabilities">The model's probabilities, [case, class], rows of sum 1.</param>
    /// <param name="reference">A second model's probabilities on the same cases, or empty.</param>
    /// <param name="bootstrap">Asks for confidence intervals; null for none.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, lengths that do not fit, or settings out of range.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a row that is no distribution.</exception>
    public static EvaluationReport Evaluate(
        string dataset,
        string split,
        IReadOnlyList<string> classes,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> probabilities,
        ReadOnlySpan<float> reference = default,
        BootstrapSettings? bootstrap = null
    )
    {
        var classCount = classes.Count;
        EvaluationChecks.Probabilities(labels, probabilities, classCount);
        ModelAgreement? agreement = null;
        if (!reference.IsEmpty)
        {
            EvaluationChecks.Probabilities(labels, reference, classCount);
            agreement = ModelAgreement.Of(probabilities, reference, classCount);
        }

        var ranking = ScoreRanking.Of(labels, probabilities, classCount);
        var areas = RankingMetrics.Areas(ranking, labels.Length);
        var confusion = ConfusionMatrix.Of(labels, probabilities, classCount);
        var perClass = new ClassReport[classCount];
        for (var k = 0; k < classCount; k++)
        {
            perClass[k] = new ClassReport(
                classes[k],
                confusion.CaseCount(k),
                areas[k].AucPrc,
                areas[k].AveragePrecision,
                areas[k].RocAuc,
                confusion.Precision(k),
                confusion.Recall(k),
                confusion.F1(k)
            );
        }

        return new EvaluationReport
        {
            Dataset = dataset,
            Split = split,
            Cases = labels.Length,
            AucPrc = Mean(areas, static a => a.AucPrc),
            AveragePrecision = Mean(areas, static a => a.AveragePrecision),
            Accuracy = confusion.Accuracy,
            BalancedAccuracy = confusion.BalancedAccuracy,
            F1Macro = confusion.MacroF1,
            RocAuc = Mean(areas, static a => a.RocAuc),
            Nll = ProbabilityMetrics.NegativeLogLikelihood(labels, probabilities, classCount),
            Brier = ProbabilityMetrics.Brier(labels, probabilities, classCount),
            Ece = ProbabilityMetrics.ExpectedCalibrationError(labels, probabilities, classCount),
            Agreement = agreement?.Share,
            MeanKl = agreement?.MeanKl,
            SkippedClasses = [.. perClass.Where(c => c.Cases == 0).Select(c => c.Class)],
            Interval = bootstrap is null ? null : BootstrapInterval.Of(ranking, labels, probabilities, bootstrap),
            PerClass = perClass,
            Confusion = confusion.Counts,
        };
    }

    private static double Mean(CurveAreas[] areas, Converter<CurveAreas, double> choose) =>
        MacroAverage.Of(Array.ConvertAll(areas, choose)).Mean;
}
