namespace MemKD.Evaluation;

/// <summary>
/// Measures of the probabilities themselves. Each takes a class number a case and probabilities [case, class] whose
/// rows sum to 1, and refuses others; the sums are in double and rows are used as given, not scaled to the sum 1.
/// </summary>
public static class ProbabilityMetrics
{
    /// <summary>Smallest probability inside a logarithm; a certain and wrong model costs −ln 1e-15 = 34.5 a case.</summary>
    public const double SmallestProbability = 1e-15;

    /// <summary>Bins of <see cref="ExpectedCalibrationError"/>, the number of Guo et al. 2017.</summary>
    public const int CalibrationBins = 15;

    /// <summary>
    /// Negative log-likelihood, the mean of −ln p(true class), natural logarithm, p at least
    /// <see cref="SmallestProbability"/>.
    /// </summary>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="probabilities">[case, class].</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of probabilities a label.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a row that is no distribution.</exception>
    public static double NegativeLogLikelihood(
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> probabilities,
        int classCount
    )
    {
        EvaluationChecks.Probabilities(labels, probabilities, classCount);
        var sum = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            sum -= Log(probabilities[(i * classCount) + labels[i]]);
        }

        return sum / labels.Length;
    }

    /// <summary>
    /// Brier score, the mean of Σ_k (p_k − [k is the true class])² over all K classes: 0 to 2, twice the
    /// one-column form that is usual for two classes (Brier, Monthly Weather Review 78, 1950).
    /// </summary>
    /// <inheritdoc cref="NegativeLogLikelihood"/>
    public static double Brier(ReadOnlySpan<int> labels, ReadOnlySpan<float> probabilities, int classCount)
    {
        EvaluationChecks.Probabilities(labels, probabilities, classCount);
        var sum = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            for (var k = 0; k < classCount; k++)
            {
                var error = probabilities[(i * classCount) + k] - (k == labels[i] ? 1.0 : 0.0);
                sum += error * error;
            }
        }

        return sum / labels.Length;
    }

    /// <summary>
    /// Expected calibration error: cases are put into 15 equally wide bins ((m − 1)/15, m/15] of their highest
    /// probability; the result is Σ_m n_m/n · |accuracy − mean highest probability| (Guo, Pleiss, Sun and
    /// Weinberger, ICML 2017, arXiv 1706.04599, equation 3).
    /// </summary>
    /// <inheritdoc cref="NegativeLogLikelihood"/>
    public static double ExpectedCalibrationError(
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> probabilities,
        int classCount
    )
    {
        EvaluationChecks.Probabilities(labels, probabilities, classCount);
        Span<double> gaps = stackalloc double[CalibrationBins]; // right decisions − confidence, summed
        gaps.Clear();
        for (var i = 0; i < labels.Length; i++)
        {
            var row = probabilities.Slice(i * classCount, classCount);
            var decided = ConfusionMatrix.Decide(row);
            double confidence = row[decided];
            // 15 × a float32 is exact in double, so no case falls into a neighbour's bin by rounding
            var bin = (int)Math.Ceiling(confidence * CalibrationBins) - 1;
            gaps[Math.Clamp(bin, 0, CalibrationBins - 1)] += (decided == labels[i] ? 1 : 0) - confidence;
        }

        var sum = 0.0;
        foreach (var gap in gaps)
        {
            sum += Math.Abs(gap);
        }

        return sum / labels.Length;
    }

    /// <summary>Natural logarithm, from <see cref="SmallestProbability"/> up.</summary>
    internal static double Log(float probability) => Math.Log(Math.Max(probability, SmallestProbability));
}
