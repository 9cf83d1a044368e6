using System.Globalization;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Evaluation;

/// <summary>What one rule would have meant on the cases.</summary>
/// <param name="Rule">The rule; null: no early decision, the answer after the last sample.</param>
/// <param name="Earliness">Mean share of a case's samples seen when deciding; 1 for a case that was never sure.</param>
/// <param name="Decided">Share of cases decided before their last sample, or at it.</param>
/// <param name="AucPrc">Macro AUC-PRC of the probabilities at the decision.</param>
/// <param name="Accuracy">Share of right decisions.</param>
public sealed record EarlyResult(EarlyRule? Rule, double Earliness, double Decided, double AucPrc, double Accuracy);

/// <summary>
/// How much earlier a stream can be decided, and what it costs: measured on validation cases, never on TEST, since the
/// rule is chosen by it.
/// </summary>
/// <param name="Whole">Without early decision.</param>
/// <param name="Results">One row a rule, from the earliest on.</param>
public sealed record EarlyTradeOff(EarlyResult Whole, IReadOnlyList<EarlyResult> Results)
{
    private static readonly double[] Thresholds = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999];
    private static readonly int[] Runs = [1, 2, 3, 5, 10];

    /// <summary>Rules to try where nobody names others: thresholds from .5 to .999, 1 to 10 answers in a row.</summary>
    public static IReadOnlyList<EarlyRule> UsualRules { get; } =
    [.. Thresholds.SelectMany(t => Runs.Select(n => new EarlyRule(t, n)))];

    /// <summary>Sends every case through a stream and lets every rule decide on its answers.</summary>
    /// <param name="stream">The classifier as it will be used; it is reset before each case.</param>
    /// <param name="validation">Labelled cases with the model's classes.</param>
    /// <param name="rules">The rules; null: <see cref="UsualRules"/>.</param>
    /// <exception cref="InputException">Other classes or channels than the model's.</exception>
    public static EarlyTradeOff Measure(
        IStreamClassifier stream,
        TimeSeriesDataset validation,
        IReadOnlyList<EarlyRule>? rules = null
    )
    {
        if (validation.ChannelCount != stream.ChannelCount)
        {
            throw new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{validation.Name}: the cases have {validation.ChannelCount} channels, the model takes {stream.ChannelCount}; use series with the same channels."
                )
            );
        }

        var labels = validation.WithClasses(stream.Classes).Labels;
        var answers = validation.Cases.Select(c => Answers(stream, c)).ToArray();
        EarlyResult Row(EarlyRule? rule) => Score(rule, answers, labels, stream.Classes.Count);
        return new EarlyTradeOff(
            Row(null),
            [.. (rules ?? UsualRules).Select(Row).OrderBy(r => r.Earliness).ThenByDescending(r => r.AucPrc)]
        );
    }

    /// <summary>
    /// The rule with the smallest earliness among those whose AUC-PRC is at most <paramref name="maxLoss"/> below
    /// <see cref="Whole"/>; null when there is none.
    /// </summary>
    public EarlyResult? Pick(double maxLoss = 0.01) => Results.FirstOrDefault(r => r.AucPrc >= Whole.AucPrc - maxLoss);

    /// <summary>Every answer about a case with the share of it seen; the last entry is the answer at its end.</summary>
    private static List<(double Seen, float[] Probabilities)> Answers(IStreamClassifier stream, TimeSeriesCase one)
    {
        var answers = new List<(double, float[])>();
        var sample = new float[stream.ChannelCount];
        stream.Reset();
        for (var t = 0; t < one.Length; t++)
        {
            for (var c = 0; c < sample.Length; c++)
            {
                sample[c] = t < one.Channels[c].Length ? one.Channels[c][t] : float.NaN;
            }

            if (stream.Step(sample) || t == one.Length - 1)
            {
                answers.Add(((t + 1.0) / one.Length, Scores(stream)));
            }
        }

        if (answers.Count == 0)
        {
            answers.Add((1, Scores(stream)));
        }

        return answers;
    }

    private static float[] Scores(IStreamClassifier stream)
    {
        var probabilities = new float[stream.Classes.Count];
        stream.Scores(probabilities);
        return probabilities;
    }

    private static EarlyResult Score(
        EarlyRule? rule,
        List<(double Seen, float[] Probabilities)>[] answers,
        int[] labels,
        int classCount
    )
    {
        var probabilities = new float[labels.Length * classCount];
        var (seen, decided, right) = (0.0, 0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            var at = -1;
            if (rule is not null)
            {
                var decision = new EarlyDecision(rule);
                at = answers[i].FindIndex(a => decision.Observe(a.Probabilities));
            }

            var (share, row) = at < 0 ? (1, answers[i][^1].Probabilities) : answers[i][at];
            row.CopyTo(probabilities, i * classCount);
            seen += share;
            decided += at < 0 ? 0 : 1;
            right += ConfusionMatrix.Decide(row) == labels[i] ? 1 : 0;
        }

        return new EarlyResult(
            rule,
            seen / labels.Length,
            (double)decided / labels.Length,
            RankingMetrics.AucPrc(labels, probabilities, classCount).Mean,
            (double)right / labels.Length
        );
    }
}
