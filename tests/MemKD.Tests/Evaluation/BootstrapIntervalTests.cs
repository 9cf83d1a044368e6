using MemKD.Engine.Random;
using MemKD.Evaluation;

namespace MemKD.Tests.Evaluation;

public class BootstrapIntervalTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)] // classes may vanish from the resample
    public void A_weighted_pass_equals_the_written_out_resample_bit_for_bit(bool stratified)
    {
        const int ClassCount = 4;
        var random = new SeededRandom(11);
        for (var problem = 0; problem < 50; problem++)
        {
            var (labels, scores) = RankingMetricsTests.RandomCases(random, 25, ClassCount, 40);
            var ranking = ScoreRanking.Of(labels, scores, ClassCount);
            var weights = new int[labels.Length];
            if (stratified)
            {
                BootstrapInterval.Draw(random, BootstrapInterval.CasesByClass(labels, ClassCount), weights);
            }
            else
            {
                for (var draw = 0; draw < labels.Length; draw++)
                {
                    weights[random.NextInt(labels.Length)]++;
                }
            }

            int[] resample = [.. Enumerable.Range(0, labels.Length).SelectMany(i => Enumerable.Repeat(i, weights[i]))];
            int[] drawnLabels = [.. resample.Select(i => labels[i])];
            float[] drawnScores = [.. resample.SelectMany(i => scores.Skip(i * ClassCount).Take(ClassCount))];
            var aucPrc = RankingMetrics.AucPrc(drawnLabels, drawnScores, ClassCount).PerClass;
            var averagePrecision = RankingMetrics.AveragePrecision(drawnLabels, drawnScores, ClassCount).PerClass;
            var rocAuc = RankingMetrics.RocAuc(drawnLabels, drawnScores, ClassCount).PerClass;
            for (var k = 0; k < ClassCount; k++)
            {
                Assert.Equal(new CurveAreas(aucPrc[k], averagePrecision[k], rocAuc[k]), ranking.Areas(k, weights));
            }
        }
    }

    [Fact]
    public void Interval_equals_the_percentiles_of_resamples_evaluated_one_by_one()
    {
        const int ClassCount = 3;
        var (labels, scores) = RankingMetricsTests.RandomCases(new SeededRandom(12), 40, ClassCount, 100);
        var settings = new BootstrapSettings(Resamples: 60, Level: 0.9, Seed: 7);
        var interval = BootstrapInterval.Of(labels, scores, ClassCount, settings);

        var random = new SeededRandom(7, "bootstrap");
        var aucPrc = new double[60];
        var accuracy = new double[60];
        for (var r = 0; r < 60; r++)
        {
            // within each class, in class order, draw as many cases as it has
            var resample = new List<int>();
            for (var k = 0; k < ClassCount; k++)
            {
                int[] members = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == k)];
                resample.AddRange(members.Select(_ => members[random.NextInt(members.Length)]));
            }

            int[] drawnLabels = [.. resample.Select(i => labels[i])];
            float[] drawnScores = [.. resample.SelectMany(i => scores.Skip(i * ClassCount).Take(ClassCount))];
            aucPrc[r] = RankingMetrics.AucPrc(drawnLabels, drawnScores, ClassCount).Mean;
            accuracy[r] = ConfusionMatrix.Of(drawnLabels, drawnScores, ClassCount).Accuracy;
        }

        Assert.Equal(BootstrapInterval.Percentiles(aucPrc, 0.9), interval.AucPrc);
        Assert.Equal(BootstrapInterval.Percentiles(accuracy, 0.9), interval.Accuracy);
    }

    [Fact]
    public void Quantiles_agree_with_numpy()
    {
        var vectors = EvaluationVectors.Read();
        Assert.NotEmpty(vectors.Quantiles);
        foreach (var quantile in vectors.Quantiles)
        {
            var interval = BootstrapInterval.Percentiles([.. vectors.QuantileValues], quantile.Level);
            Assert.Equal(quantile.Ends[0], interval.Low, 1e-14);
            Assert.Equal(quantile.Ends[1], interval.High, 1e-14);
        }
    }

    [Fact]
    public void Interval_of_accuracy_has_the_width_of_the_binomial()
    {
        // 400 cases, 80 % right in each class: 0.8 +- 1.96 sqrt(0.16 / 400) = 0.8 +- 0.0392. With 4,000 resamples an end
        // has a standard error of about 0.0008, and the grid of the accuracy is 0.0025.
        int[] labels = [.. Enumerable.Range(0, 400).Select(i => i % 2)];
        float[] scores = [.. Enumerable.Range(0, 400).SelectMany(i => Row(i % 10 < 8 ? i % 2 : 1 - (i % 2)))];
        var interval = BootstrapInterval.Of(labels, scores, 2, new BootstrapSettings(4000));
        Assert.Equal(0.8 - 0.0392, interval.Accuracy.Low, 0.005);
        Assert.Equal(0.8 + 0.0392, interval.Accuracy.High, 0.005);

        static float[] Row(int decision) => decision == 0 ? [0.75f, 0.25f] : [0.25f, 0.75f];
    }

    [Fact]
    public void The_seed_fixes_the_interval_and_another_seed_changes_it()
    {
        var (labels, scores) = RankingMetricsTests.RandomCases(new SeededRandom(13), 60, 3, 1000);
        var first = BootstrapInterval.Of(labels, scores, 3, new BootstrapSettings(100, Seed: 1));
        Assert.Equal(first, BootstrapInterval.Of(labels, scores, 3, new BootstrapSettings(100, Seed: 1)));
        Assert.NotEqual(
            first.AucPrc,
            BootstrapInterval.Of(labels, scores, 3, new BootstrapSettings(100, Seed: 2)).AucPrc
        );
    }

    [Fact]
    public void Each_class_keeps_its_number_of_cases_in_every_resample()
    {
        int[] labels = [2, 0, 0, 2, 0, 2, 2, 4];
        var byClass = BootstrapInterval.CasesByClass(labels, 5);
        Assert.Equal<int[]>(
            [
                [1, 2, 4],
                [],
                [0, 3, 5, 6],
                [],
                [7],
            ],
            byClass
        );
        var random = new SeededRandom(14);
        var weights = new int[labels.Length];
        var seen = new HashSet<int>();
        for (var r = 0; r < 100; r++)
        {
            BootstrapInterval.Draw(random, byClass, weights);
            Assert.All(byClass, cases => Assert.Equal(cases.Length, cases.Sum(i => weights[i])));
            seen.Add(weights[1]);
        }

        Assert.Equal([0, 1, 2, 3], seen.Order());
    }

    [Fact]
    public void A_perfect_classifier_has_an_interval_of_no_width()
    {
        var interval = BootstrapInterval.Of([0, 1, 0], [1f, 0f, 0f, 1f, 1f, 0f], 2);
        Assert.Equal(new Interval(1, 1), interval.AucPrc);
        Assert.Equal(new Interval(1, 1), interval.Accuracy);
        Assert.Equal(1000, interval.Resamples);
        Assert.Equal(0.95, interval.Level);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (var settings in (BootstrapSettings[])[new(1), new(Level: 0), new(Level: 1), new(Level: double.NaN)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapInterval.Of([0], [1f, 0f], 2, settings));
        }
    }
}
