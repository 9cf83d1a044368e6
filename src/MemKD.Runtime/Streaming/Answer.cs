namespace MemKD.Runtime.Streaming;

/// <summary>From logits to a class and to probabilities.</summary>
internal static class Answer
{
    /// <summary>The number of the largest logit, the first of equal ones.</summary>
    public static int Class(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var k = 1; k < logits.Length; k++)
        {
            if (logits[k] > logits[best])
            {
                best = k;
            }
        }

        return best;
    }

    /// <summary>p_k = exp(z_k − max) / Σ exp(z_j − max), in double.</summary>
    public static void Softmax(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, logits.Length);
        double max = logits[Class(logits)];
        var sum = 0.0;
        foreach (var z in logits)
        {
            sum += Math.Exp(z - max);
        }

        for (var k = 0; k < logits.Length; k++)
        {
            probabilities[k] = (float)(Math.Exp(logits[k] - max) / sum);
        }
    }
}
