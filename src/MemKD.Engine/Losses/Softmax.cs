namespace MemKD.Engine.Losses;

/// <summary>Softmax with the maximum subtracted, in double inside.</summary>
public static class Softmax
{
    /// <summary>p_k = exp(z_k/τ − max) / Σ exp(z_j/τ − max).</summary>
    /// <param name="logits">One case's logits [K].</param>
    /// <param name="probabilities">Destination [K].</param>
    /// <param name="temperature">τ.</param>
    public static void Probabilities(ReadOnlySpan<float> logits, Span<float> probabilities, double temperature = 1)
    {
        var max = double.NegativeInfinity;
        foreach (var z in logits)
        {
            max = Math.Max(max, z);
        }

        var sum = 0.0;
        foreach (var z in logits)
        {
            sum += Math.Exp((z - max) / temperature);
        }

        for (var k = 0; k < logits.Length; k++)
        {
            probabilities[k] = (float)(Math.Exp((logits[k] - max) / temperature) / sum);
        }
    }

    /// <summary>log Σ exp(z_k/τ).</summary>
    /// <param name="logits">One case's logits [K].</param>
    /// <param name="temperature">τ.</param>
    public static double LogSumExp(ReadOnlySpan<float> logits, double temperature = 1)
    {
        var max = double.NegativeInfinity;
        foreach (var z in logits)
        {
            max = Math.Max(max, z / temperature);
        }

        var sum = 0.0;
        foreach (var z in logits)
        {
            sum += Math.Exp((z / temperature) - max);
        }

        return max + Math.Log(sum);
    }
}
