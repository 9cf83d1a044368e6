namespace MemKD.Runtime.Integer;

// What the stream's state says about the classes. The C generator prints the same lines: change both or neither.
public sealed partial class IntegerStudent
{
    /// <summary>Soft-max probabilities, Q1.15 (32,768 is 1).</summary>
    /// <param name="state">A stream's state; before the first sample the hidden state is 0.</param>
    /// <param name="probabilities">[K], overwritten.</param>
    public void Scores(IntegerState state, Span<ushort> probabilities)
    {
        Span<int> logits = state.Logits;
        var best = Logits(state, logits);
        if (ClassCount == 2)
        {
            // The soft-max of two is σ of their difference.
            var second = Sigmoid(FromLogit(logits[1] - logits[0]));
            probabilities[0] = (ushort)(ProbabilityOne - second);
            probabilities[1] = (ushort)second;
            return;
        }

        var highest = logits[best];
        var total = 0;
        foreach (ref var logit in logits)
        {
            // e^−d = (1 − σ(d)) / σ(d), d held to z's bits: Q0.15, at most 32,768.
            var s = Sigmoid(FromLogit(highest - logit));
            logit = ((ProbabilityOne - s) << 15) / s;
            total += logit;
        }

        for (var k = 0; k < ClassCount; k++)
        {
            probabilities[k] = (ushort)((logits[k] << 15) / total);
        }
    }

    /// <summary>The class with the highest logit; the first of equals.</summary>
    public int Class(IntegerState state) => Logits(state, state.Logits);

    /// <summary>Outputs of the linear layer, Q19.12. They order cases finer than <see cref="Scores"/>, which cannot tell 0.9997 from 1.</summary>
    /// <param name="state">A stream's state.</param>
    /// <param name="logits">[K], overwritten.</param>
    /// <returns>The class with the highest, the first of equals.</returns>
    public int Logits(IntegerState state, Span<int> logits)
    {
        var best = 0;
        for (var k = 0; k < ClassCount; k++)
        {
            var sum = HeadBias[k];
            for (var j = 0; j < HiddenSize; j++)
            {
                sum += headWeights[(k * HiddenSize) + j] * Pooled(state, j);
            }

            logits[k] = sum >> HeadShift;
            if (logits[k] > logits[best])
            {
                best = k;
            }
        }

        return best;
    }

    /// <summary>A difference of logits, Q.12, as z; held twice, so that the shift cannot leave 32 bits.</summary>
    private int FromLogit(int difference) => Hold(Hold(difference) << (FractionBits - 12));

    /// <summary>One unit of the last layer as the linear layer sees it, Q0.15; the mean is rounded to the nearest, halves away from 0.</summary>
    private int Pooled(IntegerState state, int unit)
    {
        if (Pooling == StatePooling.Last)
        {
            return state.Hidden[^(HiddenSize - unit)];
        }

        var half = state.Count / 2;
        return (state.Sums[unit] + (state.Sums[unit] < 0 ? -half : half)) / Math.Max(state.Count, 1);
    }
}
