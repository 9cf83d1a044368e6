using MemKD.Comparison;
using MemKD.Tests.Series;

namespace MemKD.Tests.Comparison;

public class TsmlAggregatesTests
{
    [Fact]
    public void The_files_are_those_of_tsml_eval_without_gaps()
    {
        using var folder = new TemporaryFolder();
        var scores = ScoreTable.Of(
            "accuracy",
            [
                .. Cell("B", "zed", 0.5, 0.75, 1),
                .. Cell("B", "Abc", 0.25, 0.5),
                .. Cell("A", "zed", 0.5, 0.5),
                .. Cell("A", "Abc", 0.5, 0.5),
                .. Cell("C", "zed", 1),
            ]
        );

        var written = TsmlAggregates.Write(folder.Path, scores);

        Assert.Equal(5, written.Count);
        Assert.Equal("Resamples:,0,1\nA,0.5,0.5\nB,0.25,0.5\n", Read("all_resamples", "Abc_accuracy.csv"));
        Assert.Equal("Resamples:,0,1\nA,0.5,0.5\nB,0.5,0.75\n", Read("all_resamples", "zed_accuracy.csv"));
        Assert.Equal("Estimators:,Abc,zed\nA,0.5,0.5\nB,0.375,0.625\n", Read("accuracy_mean.csv"));
        Assert.Equal("Estimators:,Abc,zed\nA,1.5,1.5\nB,2,1\n", Read("accuracy_ranks.csv"));
        // one difference, against the direction asked for: the normal tail at z = -1
        Assert.StartsWith("Estimators:,Abc,zed\nAbc,1,0.84134474606854", Read("accuracy_p_values.csv"));
        Assert.EndsWith("\nzed,0,1\n", Read("accuracy_p_values.csv"));

        string Read(params string[] names) => File.ReadAllText(Path.Combine([folder.Path, .. names]));
    }

    [Fact]
    public void Less_is_better_ranks_the_smallest_first()
    {
        using var folder = new TemporaryFolder();

        TsmlAggregates.Write(
            folder.Path,
            Scores.Of(
                [
                    [0.1, 0.2],
                ],
                higherIsBetter: false
            )
        );

        Assert.Equal("Estimators:,m0,m1\nd00,1,2\n", File.ReadAllText(Path.Combine(folder.Path, "error_ranks.csv")));
    }

    [Fact]
    public void What_the_layout_cannot_hold_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        Refused("every method has", [.. Cell("A", "x", 0.5), new("A", "y", 1, 0.5)]);
        Refused("part of a file's name", Cell("A", "x/y", 0.5));

        void Refused(string part, IEnumerable<Score> scores)
        {
            var error = Assert.Throws<InputException>(() =>
                TsmlAggregates.Write(folder.Path, ScoreTable.Of("accuracy", scores))
            );
            Assert.Contains(part, error.Message);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    private static IEnumerable<Score> Cell(string dataset, string method, params double[] values) =>
        values.Select((v, r) => new Score(dataset, method, r, v));
}
