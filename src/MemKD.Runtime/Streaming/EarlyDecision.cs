namespace MemKD.Runtime.Streaming;

/// <summary>When an answer is sure enough to be acted on before the series ends.</summary>
/// <param name="Threshold">Least probability of the most probable class, above 0 and at most 1.</param>
/// <param name="Consecutive">So many answers in a row must name the same class with that probability; at least 1.</param>
public sealed record EarlyRule(double Threshold, int Consecutive = 1);

/// <summary>
/// Watches the answers of one stream and decides once. What thresholds mean for earliness and quality is measured on
/// validation cases, not guessed (docs/streaming.md).
/// </summary>
public sealed class EarlyDecision
{
    private readonly EarlyRule rule;
    private int candidate = -1;
    private int run;

    /// <summary>Begins undecided.</summary>
    /// <exception cref="ArgumentException">A number in the rule that cannot be.</exception>
    public EarlyDecision(EarlyRule rule)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rule.Threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rule.Threshold, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rule.Consecutive, 1);
        this.rule = rule;
    }

    /// <summary>The class decided on; null while undecided. Once set it stays until <see cref="Reset"/>.</summary>
    public int? Class { get; private set; }

    /// <summary>Looks at an answer.</summary>
    /// <param name="probabilities">One value a class.</param>
    /// <returns>Whether this answer decided; false before and after.</returns>
    public bool Observe(ReadOnlySpan<float> probabilities)
    {
        if (Class is not null)
        {
            return false;
        }

        var best = Answer.Class(probabilities);
        var sure = probabilities[best] >= (float)rule.Threshold; // what prints as .9 reaches .9
        run =
            !sure ? 0
            : best == candidate ? run + 1
            : 1;
        candidate = best;
        if (run < rule.Consecutive)
        {
            return false;
        }

        Class = best;
        return true;
    }

    /// <summary>Undecided again, for the next series.</summary>
    public void Reset()
    {
        Class = null;
        candidate = -1;
        run = 0;
    }
}
