using MemKD.Engine.Random;

namespace MemKD.Evaluation;

/// <summary>How a <see cref="BootstrapInterval"/> is drawn.</summary>
/// <param name="Resamples">Number of resamples, at least 2.</param>
/// <param name="Level">Coverage aimed at, between 0 and 1.</param>
/// <param name="Seed">Seed of the resamples: the same seed gives the same interval.</param>
public sealed record BootstrapSettings(int Resamples = 1000, double Level = 0.95, ulong Seed = 0);

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Low, double High);

/// <summary>
/// Percentile bootstrap intervals of AUC-PRC and accuracy (Efron and Tibshirani, An Introduction to the Bootstrap,
/// 1993, section 13.3): the evaluated cases are drawn anew with replacement, within each class, and the ends are the
/// quantiles (1 − level)/2 and (1 + level)/2 of the resamples' values, linear between order statistics (type 7 of
/// Hyndman and Fan 1996, numpy's default). Drawing within the classes keeps each class as frequent as it is in the
/// evaluated cases: no class vanishes from a resample, and the level of AUC-PRC, which depends on the class
/// frequencies, stays comparable. The interval speaks of the choice of test cases alone, not of seeds or splits.
/// </summary>
/// <param name="Method">Which interval this is, in words.</param>
/// <param name="Level">Coverage aimed at.</param>
/// <param name="Resamples">Number of resamples.</param>
/// <param name="Seed">Seed of the resamples.</param>
/// <param name="AucPrc">Interval of macro AUC-PRC.</param>
/// <param name="Accuracy">Interval of accuracy.</param>
public sealed record BootstrapInterval(
    string Method,
    double Level,
    int Resamples,
    ulong Seed,
    Interval AucPrc,
    Interval Accuracy
)
{
    /// <summary>Draws the resamples.</summary>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="scores">[case, class].</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="settings">Number of resamples, level and seed; null for the defaults.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, not one row of scores a label, or settings out of range.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a score that is not finite.</exception>
    public static BootstrapInterval Of(
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> scores,
        int classCount,
        BootstrapSettings? settings = null
    )
    {
        EvaluationChecks.Scores(labels, scores, classCount);
        return Of(ScoreRanking.Of(labels, scores, classCount), labels, scores, settings);
    }

    /// <summary>The same from scores that are ranked already.</summary>
    internal static BootstrapInterval Of(
        ScoreRanking ranking,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> scores,
        BootstrapSettings? settings
    )
    {
        settings ??= new BootstrapSettings();
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Resamples, 2, nameof(settings));
        if (settings.Level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(settings),
                settings.Level,
                "The level of a confidence interval lies between 0 and 1."
            );
        }

        var right = RightDecisions(labels, scores, ranking.ClassCount);
        var byClass = CasesByClass(labels, ranking.ClassCount);
        var random = new SeededRandom(settings.Seed, "bootstrap");
        var weights = new int[labels.Length];
        var perClass = new double[ranking.ClassCount];
        var aucPrc = new double[settings.Resamples];
        var accuracy = new double[settings.Resamples];
        for (var r = 0; r < settings.Resamples; r++)
        {
            Draw(random, byClass, weights);
            for (var k = 0; k < perClass.Length; k++)
            {
                perClass[k] = byClass[k].Length == 0 ? double.NaN : ranking.Areas(k, weights).AucPrc;
            }

            aucPrc[r] = MacroAverage.Of(perClass).Mean;
            var hits = 0L;
            for (var i = 0; i < weights.Length; i++)
            {
                hits += right[i] ? weights[i] : 0;
            }

            accuracy[r] = hits / (double)labels.Length;
        }

        return new BootstrapInterval(
            "percentile bootstrap over cases, stratified by class",
            settings.Level,
            settings.Resamples,
            settings.Seed,
            Percentiles(aucPrc, settings.Level),
            Percentiles(accuracy, settings.Level)
        );
    }

    /// <summary>Draws one resample: how often each case occurs in it.</summary>
    internal static void Draw(SeededRandom random, int[][] byClass, Span<int> weights)
    {
        weights.Clear();
        foreach (var cases in byClass)
        {
            for (var draw = 0; draw < cases.Length; draw++)
            {
                weights[cases[random.NextInt(cases.Length)]]++;
            }
        }
    }

    /// <summary>The case numbers of each class, rising.</summary>
    internal static int[][] CasesByClass(ReadOnlySpan<int> labels, int classCount)
    {
        var lists = new List<int>[classCount];
        for (var k = 0; k < classCount; k++)
        {
            lists[k] = [];
        }

        for (var i = 0; i < labels.Length; i++)
        {
            lists[labels[i]].Add(i);
        }

        return Array.ConvertAll(lists, static list => list.ToArray());
    }

    /// <summary>The two quantiles that hold the given share of the values between them; sorts the values.</summary>
    internal static Interval Percentiles(double[] values, double level)
    {
        Array.Sort(values);
        return new Interval(Quantile(values, (1 - level) / 2), Quantile(values, (1 + level) / 2));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var at = (sorted.Length - 1) * share;
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }

    private static bool[] RightDecisions(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount)
    {
        var right = new bool[labels.Length];
        for (var i = 0; i < right.Length; i++)
        {
            right[i] = ConfusionMatrix.Decide(scores.Slice(i * classCount, classCount)) == labels[i];
        }

        return right;
    }
}
