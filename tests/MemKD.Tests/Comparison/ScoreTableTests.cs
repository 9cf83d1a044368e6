using MemKD.Comparison;

namespace MemKD.Tests.Comparison;

public class ScoreTableTests
{
    [Fact]
    public void A_cell_is_the_mean_and_the_spread_over_its_repetitions()
    {
        var table = Scores.Small();

        Assert.Equal(["alpha", "beta", "delta", "gamma"], table.Datasets);
        Assert.Equal(["student_a", "alone", "R&D <x>"], table.Methods);
        Assert.Equal(0.92, table[0, 0].Mean, 1e-12);
        Assert.Equal(0.02, table[0, 0].Spread, 1e-12); // 0.90, 0.92, 0.94
        Assert.Equal((3, 1), (table[0, 0].Repetitions, table[0, 2].Repetitions));
        Assert.True(double.IsNaN(table[0, 2].Spread));
    }

    [Fact]
    public void A_data_set_with_a_gap_is_left_out_for_all_and_the_notes_say_so()
    {
        var table = ScoreTable.Of(
            "accuracy",
            [
                new("A", "x", 0, 0.5),
                new("A", "x", 1, 0.6),
                new("A", "y", 0, 0.5),
                new("B", "x", 0, 0.5),
                new("B", "y", 0, 0.4),
                new("C", "x", 0, 0.5),
                new("D", "y", 0, double.NaN),
                new("D", "x", 0, 0.1),
            ]
        );

        Assert.Equal([("C", "y"), ("D", "y")], table.Missing);
        Assert.Equal(["A", "B"], table.Complete().Datasets);
        Assert.Equal(
            [
                "2 of 4 data sets are left out because a method has no value there. Without y: C, D.",
                "x: 3 of 4 means are over fewer than its 2 repetitions (at least 1).",
                "Repetitions behind a mean: x 2, y 1.",
            ],
            table.Notes()
        );
        Assert.Empty(
            Scores
                .Of([
                    [1, 2],
                ])
                .Notes()
        );
    }

    [Fact]
    public void Equal_means_are_equal_whatever_their_rounding()
    {
        var three = ScoreTable.Of("accuracy", Enumerable.Range(0, 3).Select(r => new Score("A", "x", r, 0.95)));
        var one = ScoreTable.Of("accuracy", [new("A", "x", 0, 0.95)]);

        Assert.NotEqual(0.95, (0.95 + 0.95 + 0.95) / 3);
        Assert.Equal(one[0, 0].Mean, three[0, 0].Mean);
    }

    [Fact]
    public void The_order_of_the_scores_does_not_matter_for_the_cells()
    {
        Score[] scores = [new("A", "x", 2, 0.1), new("A", "x", 0, 0.7), new("A", "x", 1, 0.15)];

        var forward = ScoreTable.Of("accuracy", scores);
        var backward = ScoreTable.Of("accuracy", scores.Reverse());

        Assert.Equal(forward[0, 0], backward[0, 0]);
        Assert.Equal([0, 1, 2], backward.Values(0, 0).Keys);
    }

    [Fact]
    public void Further_columns_keep_the_rows_of_the_first_table()
    {
        var ours = Scores.Of([
            [0.5],
            [0.6],
        ]);
        var theirs = ScoreTable.Of("accuracy", [new("d01", "other", 0, 0.9), new("zzz", "other", 0, 0.9)]);

        var joined = ours.With(theirs);

        Assert.Equal(["m0", "other"], joined.Methods);
        Assert.Equal(["d00", "d01"], joined.Datasets);
        Assert.True(joined[0, 1].IsMissing);
        Assert.Equal(0.9, joined[1, 1].Mean);
        Assert.Equal([0.9], joined.Values(1, 1).Values);
        Assert.Equal(["other", "m0"], joined.Only(["other", "m0"]).Methods);
    }

    [Fact]
    public void Bad_scores_are_refused_in_one_line()
    {
        AssertRefused("two values for repetition 3", new Score("A", "x", 3, 0.5), new Score("A", "x", 3, 0.5));
        AssertRefused("infinite", new Score("A", "x", 3, double.PositiveInfinity));
        AssertRefused("no data set or no method", new Score(" ", "x", 3, 1));
        var table = Scores.Of([
            [0.5],
        ]);
        Assert.Contains(
            "method 'm0'",
            Assert
                .Throws<InputException>(() =>
                    table.With(
                        Scores.Of([
                            [0.5],
                        ])
                    )
                )
                .Message
        );
        Assert.Contains(
            "cannot be joined",
            Assert
                .Throws<InputException>(() =>
                    table.With(
                        Scores.Of(
                            [
                                [0.5],
                            ],
                            higherIsBetter: false
                        )
                    )
                )
                .Message
        );
        Assert.Contains("there are m0", Assert.Throws<InputException>(() => table.Only(["m7"])).Message);
        Assert.Contains("twice", Assert.Throws<InputException>(() => table.Only(["m0", "m0"])).Message);
    }

    private static void AssertRefused(string part, params Score[] scores)
    {
        var error = Assert.Throws<InputException>(() => ScoreTable.Of("accuracy", scores));
        Assert.Contains(part, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
