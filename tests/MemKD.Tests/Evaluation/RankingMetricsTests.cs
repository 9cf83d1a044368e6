using MemKD.Engine.Random;
using MemKD.Evaluation;

namespace MemKD.Tests.Evaluation;

public class RankingMetricsTests
{
    // Four cases, scores of class 1: 7/8 (+), 6/8 (-), 5/8 (+), 1/8 (-).
    private static readonly int[] FourLabels = [1, 0, 1, 0];
    private static readonly float[] FourScores = [0.125f, 0.875f, 0.25f, 0.75f, 0.375f, 0.625f, 0.875f, 0.125f];

    // ---- agrees with hand-worked numbers ----

    [Fact]
    public void Four_cases_give_the_areas_worked_by_hand()
    {
        // (recall, precision): (0, 1) (1/2, 1) (1/2, 1/2) (1, 2/3) (1, 1/2); class 0 has the same curve.
        // Trapezoids 1/2 * 1 + 1/2 * (1/2 + 2/3)/2 = 19/24, steps 1/2 * 1 + 1/2 * 2/3 = 5/6; 3 of 4 pairs in order.
        Assert.Equal(19.0 / 24, RankingMetrics.AucPrc(FourLabels, FourScores, 2).Mean, 1e-15);
        Assert.Equal(5.0 / 6, RankingMetrics.AveragePrecision(FourLabels, FourScores, 2).Mean, 1e-15);
        Assert.Equal(3.0 / 4, RankingMetrics.RocAuc(FourLabels, FourScores, 2).Mean, 1e-15);
    }

    [Fact]
    public void Tied_scores_are_one_point_of_the_curve()
    {
        // One threshold with recall 1 and precision 1/2, joined to (0, 1): area 3/4, step 1/2.
        float[] scores = [0f, 0f, -0f, 0f, 0f, -0f, -0f, 0f];
        Assert.Equal(0.75, RankingMetrics.AucPrc(FourLabels, scores, 2).Mean);
        Assert.Equal(0.5, RankingMetrics.AveragePrecision(FourLabels, scores, 2).Mean);
        Assert.Equal(0.5, RankingMetrics.RocAuc(FourLabels, scores, 2).Mean);
    }

    [Fact]
    public void A_class_without_cases_is_left_out_of_the_mean_and_marked()
    {
        int[] labels = [0, 2];
        float[] scores = [0.5f, 0.3f, 0.2f, 0.6f, 0.3f, 0.1f]; // class 0: wrong order, class 2: wrong order
        var areas = RankingMetrics.AucPrc(labels, scores, 3);
        // one positive in second place: precision 0 at recall 0, then 1/2 at recall 1: area 1/4
        Assert.Equal([0.25, double.NaN, 0.25], areas.PerClass);
        Assert.Equal(0.25, areas.Mean);
    }

    [Fact]
    public void Roc_auc_of_one_class_alone_is_not_defined()
    {
        var areas = RankingMetrics.RocAuc([1, 1], [0.5f, 0.5f, 0.1f, 0.9f], 2);
        Assert.Equal([double.NaN, double.NaN], areas.PerClass);
        Assert.Equal(double.NaN, areas.Mean);
    }

    // ---- agrees with the definition, threshold by threshold ----

    [Fact]
    public void Random_cases_with_ties_agree_with_the_definition()
    {
        var random = new SeededRandom(1);
        for (var problem = 0; problem < 200; problem++)
        {
            var classCount = 2 + random.NextInt(4);
            var (labels, scores) = RandomCases(random, 1 + random.NextInt(30), classCount, 12);
            var areas = RankingMetrics.AucPrc(labels, scores, classCount);
            var steps = RankingMetrics.AveragePrecision(labels, scores, classCount);
            var pairs = RankingMetrics.RocAuc(labels, scores, classCount);
            for (var k = 0; k < classCount; k++)
            {
                var column = Enumerable.Range(0, labels.Length).Select(i => scores[(i * classCount) + k]).ToArray();
                var (trapezoids, stepwise) = AreasByDefinition(labels, column, k);
                Assert.Equal(trapezoids, areas.PerClass[k], 1e-14);
                Assert.Equal(stepwise, steps.PerClass[k], 1e-14);
                Assert.Equal(OrderedPairs(labels, column, k), pairs.PerClass[k], 1e-14);
            }
        }
    }

    // ---- invariants ----

    [Fact]
    public void The_order_of_the_cases_does_not_matter()
    {
        var (labels, scores) = RandomCases(new SeededRandom(2), 101, 4, 64);
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        new SeededRandom(3).Shuffle(order);
        int[] shuffledLabels = [.. order.Select(i => labels[i])];
        float[] shuffledScores = [.. order.SelectMany(i => scores.Skip(i * 4).Take(4))];
        Assert.Equal(
            RankingMetrics.AucPrc(labels, scores, 4).PerClass,
            RankingMetrics.AucPrc(shuffledLabels, shuffledScores, 4).PerClass
        );
        Assert.Equal(
            RankingMetrics.RocAuc(labels, scores, 4).PerClass,
            RankingMetrics.RocAuc(shuffledLabels, shuffledScores, 4).PerClass
        );
    }

    [Fact]
    public void A_rising_transform_of_the_scores_does_not_matter()
    {
        var (labels, scores) = RandomCases(new SeededRandom(4), 101, 3, 64);
        float[] transformed = [.. scores.Select(s => MathF.Exp(8 * s) - 50)]; // negative scores too
        Assert.Equal(
            RankingMetrics.AucPrc(labels, scores, 3).PerClass,
            RankingMetrics.AucPrc(labels, transformed, 3).PerClass
        );
        Assert.Equal(
            RankingMetrics.RocAuc(labels, scores, 3).PerClass,
            RankingMetrics.RocAuc(labels, transformed, 3).PerClass
        );
    }

    [Fact]
    public void A_perfect_classifier_has_every_area_1_and_the_opposite_has_roc_0()
    {
        int[] labels = [0, 1, 2, 2, 1, 0, 0];
        float[] right = [.. labels.SelectMany(l => Enumerable.Range(0, 3).Select(k => k == l ? 0.9f : 0.05f))];
        float[] wrong = [.. right.Select(s => 1 - s)];
        Assert.Equal(1, RankingMetrics.AucPrc(labels, right, 3).Mean);
        Assert.Equal(1, RankingMetrics.AveragePrecision(labels, right, 3).Mean);
        Assert.Equal(1, RankingMetrics.RocAuc(labels, right, 3).Mean);
        Assert.Equal(0, RankingMetrics.RocAuc(labels, wrong, 3).Mean);
    }

    [Fact]
    public void Scores_that_know_nothing_give_the_share_of_the_class()
    {
        // Expected AUC-PRC of random scores is the share of positives; its standard deviation here is below 0.005.
        var random = new SeededRandom(5);
        int[] labels = [.. Enumerable.Range(0, 20_000).Select(i => i % 5 == 0 ? 1 : 0)];
        float[] scores = [.. Enumerable.Range(0, 40_000).Select(_ => random.NextSingle())];
        var areas = RankingMetrics.AucPrc(labels, scores, 2);
        Assert.Equal(0.8, areas.PerClass[0], 0.02);
        Assert.Equal(0.2, areas.PerClass[1], 0.02);
        Assert.Equal(0.5, RankingMetrics.RocAuc(labels, scores, 2).Mean, 0.02);
    }

    // ---- refusals ----

    [Fact]
    public void Scores_that_are_no_numbers_and_unknown_labels_are_refused_with_the_case()
    {
        var notANumber = Assert.Throws<InputException>(() =>
            RankingMetrics.AucPrc([0, 1], [0.5f, 0.5f, float.NaN, 0.5f], 2)
        );
        Assert.StartsWith("Case 2:", notANumber.Message, StringComparison.Ordinal);
        var label = Assert.Throws<InputException>(() => RankingMetrics.AucPrc([0, 2], [0.5f, 0.5f, 0.5f, 0.5f], 2));
        Assert.Contains("class number 2", label.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => RankingMetrics.AucPrc([-1], [0.5f, 0.5f], 2));
        Assert.Throws<InputException>(() => RankingMetrics.AucPrc([], [], 2));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AucPrc([0], [0.5f], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RankingMetrics.AucPrc([0], [0.5f], 1));
    }

    /// <summary>Random labels and scores that are multiples of 1/levels.</summary>
    internal static (int[] Labels, float[] Scores) RandomCases(
        SeededRandom random,
        int caseCount,
        int classCount,
        int levels
    )
    {
        var labels = new int[caseCount];
        var scores = new float[caseCount * classCount];
        for (var i = 0; i < caseCount; i++)
        {
            labels[i] = random.NextInt(classCount);
            for (var k = 0; k < classCount; k++)
            {
                var lean = k == labels[i] ? levels / 4 : 0;
                scores[(i * classCount) + k] = (random.NextInt(levels) + lean) / (float)levels;
            }
        }

        return (labels, scores);
    }

    private static (double Trapezoids, double Steps) AreasByDefinition(int[] labels, float[] scores, int k)
    {
        double positives = labels.Count(l => l == k);
        if (positives == 0)
        {
            return (double.NaN, double.NaN);
        }

        var (recall, precision, trapezoids, steps) = (0.0, 1.0, 0.0, 0.0);
        foreach (var threshold in scores.Distinct().OrderDescending())
        {
            var taken = Enumerable.Range(0, labels.Length).Where(i => scores[i] >= threshold).ToArray();
            var right = taken.Count(i => labels[i] == k);
            var (nextRecall, nextPrecision) = (right / positives, right / (double)taken.Length);
            trapezoids += (nextRecall - recall) * (nextPrecision + precision) / 2;
            steps += (nextRecall - recall) * nextPrecision;
            (recall, precision) = (nextRecall, nextPrecision);
        }

        return (trapezoids, steps);
    }

    private static double OrderedPairs(int[] labels, float[] scores, int k)
    {
        var (ordered, pairs) = (0.0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            for (var j = 0; j < labels.Length; j++)
            {
                if (labels[i] == k && labels[j] != k)
                {
                    pairs++;
                    ordered +=
                        scores[i] > scores[j] ? 1
                        : scores[i] == scores[j] ? 0.5
                        : 0;
                }
            }
        }

        return ordered / pairs;
    }
}
