using MemKD.Comparison.Statistics;

namespace MemKD.Tests.Comparison;

public class StatisticsTests
{
    // Both sides compute in double; the tails of 1e-80 and less are compared by their own size.
    private const double Relative = 1e-9;

    private static readonly StatisticsVectors Vectors = StatisticsVectors.Read();

    // Demšar, JMLR 7 (2006), table 6: AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf. The table prints 0.975 twice in the row before
    // the last, with the ranks 2 and 3: the values behind it differed.
    private static readonly double[][] Demsar =
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.97501, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ];

    [Fact]
    public void Friedmans_test_gives_the_numbers_printed_in_Demsars_paper()
    {
        var test = FriedmanTest.Of(Demsar, correctForTies: false);

        Assert.Equal([3.143, 2.000, 2.893, 1.964], test.AverageRanks.Select(r => Math.Round(r, 3)));
        Assert.Equal(9.28, test.ChiSquare, 0.005);
        Assert.Equal(3.69, test.F, 0.005);
        Assert.Equal(1.25, NemenyiTest.CriticalDifference(4, 14), 0.005);
    }

    [Fact]
    public void Wilcoxons_test_gives_the_rank_sums_printed_in_Demsars_paper()
    {
        // C4.5+m against C4.5; the paper splits the ranks of equal scores evenly
        var test = WilcoxonTest.Of(Column(1), Column(0), ZeroHandling.ZSplit);

        Assert.Equal((93, 12, 12), (test.PositiveRanks, test.NegativeRanks, test.Statistic));

        static double[] Column(int c) => Array.ConvertAll(Demsar, row => row[c]);
    }

    [Fact]
    public void Ranks_agree_with_scipy()
    {
        foreach (var vector in Vectors.Ranks)
        {
            Assert.Equal(vector.Expected, Ranks.Ascending(vector.Values));
            Assert.Equal(vector.Expected.Select(r => vector.Values.Length + 1 - r), Ranks.Descending(vector.Values));
        }

        Assert.Equal(24 + 6, Ranks.TieSum([1, 1, 0, 1, 0])); // three alike and two alike
    }

    [Fact]
    public void Tails_agree_with_scipy()
    {
        Assert.All(Vectors.Tails.ChiSquare, v => Close(v[2], Tails.ChiSquare(v[0], v[1])));
        Assert.All(Vectors.Tails.F, v => Close(v[3], Tails.F(v[0], v[1], v[2])));
        Assert.All(Vectors.Tails.Normal, v => Close(v[1], Tails.Normal(v[0])));
    }

    [Fact]
    public void Friedmans_test_agrees_with_scipy()
    {
        foreach (var vector in Vectors.Comparisons.Select(c => c.Friedman))
        {
            var corrected = FriedmanTest.Of(vector.Scores);
            var plain = FriedmanTest.Of(vector.Scores, correctForTies: false);

            Assert.All(vector.Ranks.Zip(corrected.AverageRanks), p => Close(p.First, p.Second));
            Close(vector.ChiSquare, corrected.ChiSquare);
            Close(vector.PValue, corrected.PValue);
            Close(vector.F, corrected.F);
            Close(vector.FPValue, corrected.FPValue);
            Close(vector.PlainChiSquare, plain.ChiSquare);
            Close(vector.PlainPValue, plain.PValue);
            Close(vector.PlainF, plain.F);
            Close(vector.PlainFPValue, plain.FPValue);
        }
    }

    [Fact]
    public void Friedmans_test_of_equal_scores_and_of_sets_that_all_agree_has_its_limits()
    {
        var equal = FriedmanTest.Of([
            [1, 1, 1],
            [2, 2, 2],
        ]);
        var agreed = FriedmanTest.Of([
            [1, 2, 3],
            [4, 5, 6],
            [7, 8, 9],
        ]);

        Assert.Equal((0, 1, 1), (equal.ChiSquare, equal.PValue, equal.FPValue));
        Assert.Equal(6, agreed.ChiSquare, 1e-12); // N (k - 1), the largest there is
        Assert.Equal((double.PositiveInfinity, 0), (agreed.F, agreed.FPValue));
        Assert.Throws<ArgumentException>(() =>
            FriedmanTest.Of([
                [1, 2],
                [1, 2],
            ])
        );
    }

    [Fact]
    public void Wilcoxons_test_agrees_with_scipy()
    {
        Assert.Contains(Vectors.Wilcoxon, v => v.X.Length == 50 && v.Results.All(r => r.Exact));
        Assert.Contains(Vectors.Wilcoxon, v => v.X.Length == 51 && v.Results.All(r => !r.Exact));
        foreach (var (vector, result) in Vectors.Wilcoxon.SelectMany(v => v.Results.Select(r => (v, r))))
        {
            var zeros = Enum.Parse<ZeroHandling>(result.Zeros, ignoreCase: true);
            var alternative = Enum.Parse<Alternative>(result.Alternative.Replace("-", ""), ignoreCase: true);

            var test = WilcoxonTest.Of(vector.X, vector.Y, zeros, alternative);

            Assert.Equal(result.Exact, test.IsExact);
            Close(result.Statistic, test.Statistic);
            Close(result.PValue, test.PValue);
        }
    }

    [Fact]
    public void Wilcoxons_exact_tail_is_a_count_of_subsets()
    {
        // ranks 1, 2, 3 with signs + + +: one of eight choices of signs is as extreme
        Assert.Equal(1 / 8.0, WilcoxonTest.Of([1, 2, 3], [0, 0, 0], alternative: Alternative.Greater).PValue);
        Assert.Equal(2 / 8.0, WilcoxonTest.Of([1, 2, 3], [0, 0, 0]).PValue);
        // -1 +2 +3: sum 5; 5 = 2+3 and 6 = 1+2+3
        Assert.Equal(2 / 8.0, WilcoxonTest.Of([-1, 2, 3], [0, 0, 0], alternative: Alternative.Greater).PValue);
    }

    [Fact]
    public void Wilcoxons_test_without_any_difference_has_p_1()
    {
        foreach (var zeros in Enum.GetValues<ZeroHandling>())
        {
            Assert.Equal(1, WilcoxonTest.Of([1, 2], [1, 2], zeros, Alternative.Greater).PValue);
        }
    }

    [Fact]
    public void Holms_method_agrees_with_its_definition_and_Bonferronis_is_above_it()
    {
        var p = Vectors.Holm.PValues;
        var holm = MultipleTesting.Holm(p);

        Assert.All(Vectors.Holm.Adjusted.Zip(holm), v => Close(v.First, v.Second));
        Assert.All(MultipleTesting.Bonferroni(p).Zip(holm), v => Assert.True(v.First >= v.Second));
        // worked by hand: 3 * 0.01, then 2 * 0.03, then 1 * 0.04, which is raised to what stands before it
        Assert.Equal([0.03, 0.06, 0.06], MultipleTesting.Holm([0.01, 0.04, 0.03]));
        Assert.Equal([1, 1], MultipleTesting.Bonferroni([0.6, 0.7]));
    }

    [Fact]
    public void Nemenyis_critical_values_agree_with_the_studentized_range()
    {
        foreach (var vector in Vectors.StudentizedRange)
        {
            var computed = NemenyiTest.ComputedValue((int)vector[0], vector[1]);
            var used = NemenyiTest.CriticalValue((int)vector[0], vector[1]);

            Assert.Equal(vector[2], computed, 1e-6); // scipy integrates to about 1e-7
            Assert.Equal(computed, used, 6e-4); // the table in print has three digits, for three methods a wrong last one
        }

        Assert.Equal(3.544, NemenyiTest.CriticalValue(20));
        Assert.True(NemenyiTest.CriticalValue(21) > 3.56);
    }

    [Fact]
    public void McNemars_test_agrees_with_scipy()
    {
        foreach (var vector in Vectors.Mcnemar)
        {
            var test = McNemarTest.Of(vector.First, vector.Second);

            Close(vector.Exact, test.ExactPValue);
            Close(vector.ChiSquare, test.ChiSquare);
            Close(vector.ChiSquareP, test.ChiSquarePValue);
        }

        Assert.Equal((1, 1), (McNemarTest.Of(0, 0).ExactPValue, McNemarTest.Of(0, 0).ChiSquarePValue));
    }

    [Fact]
    public void The_Bayesian_test_agrees_with_numpy_within_the_Monte_Carlo_error()
    {
        foreach (var vector in Vectors.Bayes)
        {
            const int Draws = 20_000;
            var test = BayesianSignedRankTest.Of(
                vector.Differences,
                new double[vector.Differences.Length],
                new BayesianSignedRankSettings(vector.Rope, Samples: Draws)
            );

            double[] found = [test.FirstBetter, test.Equivalent, test.SecondBetter];
            Assert.Equal(1, found.Sum(), 1e-9);
            for (var i = 0; i < 3; i++)
            {
                var p = vector.Probabilities[i];
                // five standard errors of the two samples together, and one draw
                var tolerance = (5 * Math.Sqrt(p * (1 - p) * ((1.0 / Draws) + (1.0 / vector.Samples)))) + (1.0 / Draws);
                Assert.True(Math.Abs(p - found[i]) <= tolerance, $"{vector.Name} {i}: {p} and {found[i]}");
            }
        }
    }

    [Fact]
    public void The_Bayesian_test_is_repeatable_symmetrical_and_undecided_without_differences()
    {
        double[] x = [0.9, 0.8, 0.75, 0.6, 0.95];
        double[] y = [0.88, 0.82, 0.7, 0.59, 0.9];
        var settings = new BayesianSignedRankSettings(Samples: 4000);

        Assert.Equal(BayesianSignedRankTest.Of(x, y, settings), BayesianSignedRankTest.Of(x, y, settings));
        // other draws fall to the turned differences: five standard errors of 4000 draws
        Assert.Equal(
            BayesianSignedRankTest.Of(x, y, settings).FirstBetter,
            BayesianSignedRankTest.Of(y, x, settings).SecondBetter,
            5 * Math.Sqrt(2 * 0.25 / 4000)
        );
        Assert.Equal(new BayesianSignedRankTest(0, 1, 0), BayesianSignedRankTest.Of(x, x, settings));
        Assert.Equal(
            new BayesianSignedRankTest(0.5, 0, 0.5),
            BayesianSignedRankTest.Of(x, x, settings with { Rope = 0 })
        );
    }

    private static void Close(double expected, double actual) =>
        Assert.True(
            Math.Abs(expected - actual) <= (Relative * Math.Abs(expected)) + 1e-300,
            FormattableString.Invariant($"expected {expected:R}, found {actual:R}")
        );
}
