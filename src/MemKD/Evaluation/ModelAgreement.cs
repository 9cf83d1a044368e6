namespace MemKD.Evaluation;

/// <summary>How close a model's probabilities are to those of a second model on the same cases.</summary>
/// <param name="Share">Share of cases that both decide for the same class, 0 to 1.</param>
/// <param name="MeanKl">
/// Mean Kullback-Leibler divergence KL(reference ‖ model) = Σ_k q_k ln(q_k / p_k), q the reference's
/// probabilities, in nats; both are held at or above <see cref="ProbabilityMetrics.SmallestProbability"/> inside the
/// logarithm.
/// </param>
public readonly record struct ModelAgreement(double Share, double MeanKl)
{
    /// <summary>Compares two models.</summary>
    /// <param name="probabilities">The model's, [case, class].</param>
    /// <param name="reference">The second model's, for example the teacher's, [case, class].</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <exception cref="ArgumentException">Not the same number of whole rows, or none.</exception>
    public static ModelAgreement Of(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> reference, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        var caseCount = probabilities.Length / classCount;
        if (caseCount == 0 || probabilities.Length % classCount != 0 || reference.Length != probabilities.Length)
        {
            throw new ArgumentException(
                $"Two models over {classCount} classes need equally many whole rows of probabilities, not {probabilities.Length} and {reference.Length} values.",
                nameof(reference)
            );
        }

        var equal = 0;
        var divergence = 0.0;
        for (var i = 0; i < caseCount; i++)
        {
            var p = probabilities.Slice(i * classCount, classCount);
            var q = reference.Slice(i * classCount, classCount);
            equal += ConfusionMatrix.Decide(p) == ConfusionMatrix.Decide(q) ? 1 : 0;
            for (var k = 0; k < classCount; k++)
            {
                divergence += q[k] * (ProbabilityMetrics.Log(q[k]) - ProbabilityMetrics.Log(p[k]));
            }
        }

        return new ModelAgreement(equal / (double)caseCount, divergence / caseCount);
    }
}
