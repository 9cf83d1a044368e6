namespace MemKD.Engine.Losses;

/// <summary>
/// Cross-entropy of soft-max outputs, with optional label smoothing ε (Szegedy et al. 2016):
/// L = mean_b Σ_k −y_bk · log p_bk, y = (1−ε)·onehot + ε/K;  ∂L/∂z = (p − y)/B.
/// </summary>
public static class CrossEntropy
{
    /// <summary>The loss, and its gradient with respect to the logits.</summary>
    /// <param name="logits">[case, class].</param>
    /// <param name="labels">Class number of each case [B].</param>
    /// <param name="smoothing">ε.</param>
    /// <param name="weight">Factor of the whole term (λ_task).</param>
    /// <param name="gradient">[case, class]; the gradient, times <paramref name="weight"/>, is ADDED.</param>
    /// <returns>The mean loss without <paramref name="weight"/>.</returns>
    public static double Evaluate(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> labels,
        double smoothing,
        double weight,
        Span<float> gradient
    )
    {
        var cases = labels.Length;
        var classes = logits.Length / cases;
        var loss = 0.0;
        for (var b = 0; b < cases; b++)
        {
            var z = logits.Slice(b * classes, classes);
            var logSum = Softmax.LogSumExp(z);
            for (var k = 0; k < classes; k++)
            {
                var y = (k == labels[b] ? 1 - smoothing : 0) + (smoothing / classes);
                var logP = z[k] - logSum;
                loss -= y * logP;
                gradient[(b * classes) + k] += (float)(weight * (Math.Exp(logP) - y) / cases);
            }
        }

        return loss / cases;
    }
}
