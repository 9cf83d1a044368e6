using MemKD.Comparison;
using MemKD.Comparison.Statistics;

namespace MemKD.Tests.Comparison;

public class MethodComparisonTests
{
    [Fact]
    public void Every_preset_agrees_with_its_second_implementation()
    {
        foreach (var vector in StatisticsVectors.Read().Comparisons)
        {
            foreach (var expected in vector.Presets)
            {
                var comparison = MethodComparison.Of(
                    Scores.Of(vector.Friedman.Scores),
                    ComparisonPreset.Named(expected.Preset)
                );
                var found = $"{vector.Name}, {expected.Preset}";
                var k = expected.Order.Length;

                Assert.Equal(expected.Order.Select(m => $"m{m}"), comparison.Methods);
                Assert.Equal(expected.Cliques, comparison.Cliques);
                for (int i = 0, p = 0; i < k; i++)
                {
                    for (var j = i + 1; j < k; j++, p++)
                    {
                        Assert.True(expected.Different[p] == comparison[i, j].Differs, $"{found} {i} {j}");
                        Assert.Equal(comparison[i, j].Differs, comparison[j, i].Differs);
                        // both sides compute in double
                        Assert.Equal(expected.PValues[p] ?? double.NaN, comparison[i, j].PValue, 1e-12);
                    }
                }
            }
        }
    }

    [Fact]
    public void Turning_scores_into_errors_changes_nothing_but_the_sign()
    {
        foreach (var vector in StatisticsVectors.Read().Comparisons)
        {
            // powers of two keep 1 - v free of rounding, so that equal differences stay equal
            double[][] scores =
            [
                .. vector.Friedman.Scores.Select(row => Array.ConvertAll(row, v => Math.Round(v * 1024) / 1024)),
            ];
            double[][] errors = [.. scores.Select(row => Array.ConvertAll(row, v => 1 - v))];
            foreach (var preset in ComparisonPreset.All)
            {
                var up = MethodComparison.Of(Scores.Of(scores), preset);
                var down = MethodComparison.Of(Scores.Of(errors, higherIsBetter: false), preset);

                Assert.Equal(up.Methods, down.Methods);
                Assert.Equal(up.AverageRanks, down.AverageRanks);
                Assert.Equal(up.Cliques, down.Cliques);
                Assert.Equal(up[0, 1].Wins, down[0, 1].Wins);
                Assert.Equal(up[0, 1].MeanGain, down[0, 1].MeanGain, 1e-12);
                Assert.Equal(up[0, 1].PValue, down[0, 1].PValue, 1e-12);
            }
        }
    }

    [Fact]
    public void Runs_are_cut_at_the_first_difference_and_dropped_inside_longer_ones()
    {
        // rows: the methods that one does not differ from; the first example stands in aeon's tests
        Assert.Equal(
            [
                [1, 2, 3],
            ],
            Intervals("1000", "0111", "0010", "0001")
        );
        Assert.Equal(
            [
                [0, 1],
                [2, 3, 4],
                [3, 4, 5],
            ],
            Intervals("110000", "010000", "001110", "000111", "000011", "000001")
        );
        Assert.Equal(
            [
                [0, 1, 2],
                [1, 2, 3],
            ],
            Intervals("1110", "0111", "0011", "0001")
        );
        Assert.Empty(Intervals("100", "010", "001"));
        // 0 differs from 1 but not from 2: cut at 1
        Assert.Equal(
            [
                [1, 2],
            ],
            Intervals("101", "011", "001")
        );
    }

    [Fact]
    public void Maximal_groups_need_not_lie_side_by_side()
    {
        Assert.Equal(
            [
                [0, 2],
                [1, 2],
            ],
            Groups("1010", "0110", "0010", "0001")
        );
        Assert.Equal(
            [
                [0, 1, 2, 3],
            ],
            Groups("1111", "0111", "0011", "0001")
        );
        Assert.Empty(Groups("10", "01"));
        var all = Enumerable.Range(0, 64).Select(i => new string('0', i) + new string('1', 64 - i)).ToArray();
        Assert.Equal(64, Assert.Single(Groups(all)).Length);
    }

    [Fact]
    public void Too_many_groups_are_refused_in_one_line()
    {
        // 3^8 groups: of each three, any one goes with any of the others
        var error = Assert.Throws<InputException>(() => Cliques.MaximalGroups(24, (i, j) => i / 3 == j / 3));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Two_methods_are_compared_without_Friedmans_test()
    {
        var comparison = MethodComparison.Of(
            Scores.Of([
                [0.9, 0.8],
                [0.8, 0.7],
                [0.7, 0.61],
                [0.6, 0.52],
                [0.5, 0.43],
                [0.9, 0.84],
            ]),
            ComparisonPreset.Aeon
        );

        Assert.Null(comparison.Friedman);
        // six of six won: 1/64, one comparison
        Assert.Equal(1 / 64.0, comparison[0, 1].PValue);
        Assert.True(comparison[0, 1].Differs);
        Assert.Contains(comparison.Notes, n => n.StartsWith("Friedman's test needs three", StringComparison.Ordinal));
    }

    [Fact]
    public void Pairs_count_wins_ties_and_losses_from_both_sides()
    {
        var comparison = MethodComparison.Of(
            Scores.Of([
                [0.9, 0.8, 0.1],
                [0.8, 0.8, 0.1],
                [0.7, 0.9, 0.1],
            ]),
            ComparisonPreset.Mcm
        );

        Assert.Equal(["m1", "m0", "m2"], comparison.Methods);
        Assert.Equal((1, 1, 1), (comparison[0, 1].Wins, comparison[0, 1].Ties, comparison[0, 1].Losses));
        Assert.Equal((3, 0, 0), (comparison[1, 2].Wins, comparison[1, 2].Ties, comparison[1, 2].Losses));
        Assert.Equal((0, 0, 3), (comparison[2, 1].Wins, comparison[2, 1].Ties, comparison[2, 1].Losses));
        Assert.Equal(-comparison[1, 2].MeanGain, comparison[2, 1].MeanGain);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_in_one_line()
    {
        AssertRefused(
            "1 methods",
            () =>
                MethodComparison.Of(
                    Scores.Of([
                        [0.5],
                        [0.6],
                    ]),
                    ComparisonPreset.Aeon
                )
        );
        AssertRefused(
            "m1 lacks d01",
            () =>
                MethodComparison.Of(
                    Scores.Of([
                        [0.5, 0.6],
                        [0.6, double.NaN],
                    ]),
                    ComparisonPreset.Aeon
                )
        );
        AssertRefused("aeon, demsar, cd-diagram, mcm", () => ComparisonPreset.Named("nemenyi"));
        AssertRefused(
            "2 to 64",
            () => MethodComparison.Of(Scores.Of([new double[65], new double[65]]), ComparisonPreset.Aeon)
        );
    }

    [Fact]
    public void Gains_over_a_control_are_those_worked_by_hand()
    {
        var gains = GainsOverControl.Of(Scores.Small(), "alone");
        var student = gains.Gains[0];

        Assert.Equal(["student_a", "R&D <x>"], gains.Gains.Select(g => g.Method));
        // 0.10, 0.00, 0.07, 0.01 in the order alpha, beta, gamma, delta
        Assert.Equal(0.045, student.Pair.MeanGain, 1e-12);
        Assert.Equal(0.04, student.MedianGain, 1e-12);
        Assert.Equal((3, 1, 0), (student.Pair.Wins, student.Pair.Ties, student.Pair.Losses));
        Assert.Equal(WilcoxonOf([0.10, 0, 0.07, 0.01]), student.Pair.PValue, 1e-12);
        Assert.Equal(
            MultipleTesting.Holm([student.Pair.PValue, gains.Gains[1].Pair.PValue]),
            gains.Gains.Select(g => g.AdjustedPValue)
        );
        AssertRefused("student_a, alone", () => GainsOverControl.Of(Scores.Small(), "control"));

        static double WilcoxonOf(double[] d) => WilcoxonTest.Of(d, new double[d.Length], ZeroHandling.Pratt).PValue;
    }

    [Fact]
    public void Two_runs_are_compared_case_by_case()
    {
        var runs = RunComparison.Of([0, 1, 2, 0, 1], [0, 1, 0, 0, 2], [0, 2, 2, 1, 0]);

        Assert.Equal((1, 1), (runs.BothRight, runs.BothWrong));
        Assert.Equal([new(1, 1, 1, 2), new(2, 2, 0, 2), new(3, 0, 0, 1)], runs.Flipped);
        Assert.Equal((2, 1, 1.0), (runs.Test.OnlyFirst, runs.Test.OnlySecond, runs.Test.ExactPValue));
        AssertRefused("same cases", () => RunComparison.Of([0, 1], [0], [0, 1]));
    }

    [Fact]
    public void Sizes_give_the_front_and_leave_out_what_is_unknown()
    {
        var scores = Scores.Of([
            [0.9, 0.8, 0.85, 0.7, 0.95],
            [0.9, 0.8, 0.85, 0.7, 0.95],
        ]);
        var sizes = Scores.Of([
            [1000, 10, 100, 200, double.NaN],
            [3000, 20, 300, 200, double.NaN],
        ]);

        var comparison = SizeComparison.Of(scores, sizes);

        Assert.Equal(["m0", "m2", "m3", "m1"], comparison.Points.Select(p => p.Method));
        Assert.Equal([2000, 200, 200, 15], comparison.Points.Select(p => p.Parameters));
        // m3 has the size of m2 and is worse
        Assert.Equal([true, true, false, true], comparison.Points.Select(p => p.IsOnFront));
        Assert.Contains("Left out, size unknown: m4.", comparison.Notes);
    }

    private static IEnumerable<int[]> Intervals(params string[] alike) =>
        Cliques.Intervals(alike.Length, (i, j) => alike[i][j] == '0');

    private static IEnumerable<int[]> Groups(params string[] alike) =>
        Cliques.MaximalGroups(alike.Length, (i, j) => alike[i][j] == '0');

    private static void AssertRefused(string part, Action action)
    {
        var error = Assert.Throws<InputException>(action);
        Assert.Contains(part, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
