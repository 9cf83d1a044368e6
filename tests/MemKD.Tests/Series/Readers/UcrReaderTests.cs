using MemKD.Series;
using static MemKD.Tests.Series.Readers.InMemory;

namespace MemKD.Tests.Series.Readers;

public class UcrReaderTests
{
    [Theory]
    [InlineData("x.tsv", "1\t0.5\t-2\n-1\t3\t4e1\n")]
    [InlineData("x.txt", "1,0.5,-2\n-1,3,4e1")]
    [InlineData("x.txt", "   1.0000000e+00   5.0000000e-01  -2.0000000e+00\r\n  -1.0000000e+00   3   4.0e+01  \r\n")]
    [InlineData("x.txt", "1\t0.5\t-2\n-1\t3\t4e1\n")]
    [InlineData("Set_TRAIN", "1 0.5 -2 \n-1 3 4e1 \n")]
    [InlineData("Set_TRAIN", "1.0,0.5,-2\n-1.00,3,4e1\n")]
    public void Tabs_commas_and_runs_of_blanks_give_the_same_cases(string name, string text)
    {
        var data = Read(name, text);
        Assert.Equal("1=0.5,-2 -1=3,40", Show(data));
        Assert.Equal(["-1", "1"], data.Classes);
    }

    [Theory]
    [InlineData("2.5", "2.5")]
    [InlineData("007", "007")]
    [InlineData("Walk", "Walk")]
    [InlineData("1e0", "1e0")]
    [InlineData("-0.0", "0")]
    public void Only_a_whole_number_with_a_decimal_point_is_rewritten(string label, string read) =>
        Assert.Equal(read, Read("x.tsv", label + "\t1\n").Cases[0].Label);

    [Fact]
    public void NaN_at_the_end_is_padding_when_no_series_has_NaN_inside() =>
        Assert.Equal("1=1,2,3 2=4", Show(Read("x.tsv", "1\t1\t2\t3\n2\t4\tNaN\tNaN\n")));

    [Fact]
    public void NaN_at_the_end_is_missing_when_any_series_has_NaN_inside() =>
        Assert.Equal("1=1,NaN,3 2=4,5,NaN", Show(Read("x.tsv", "1\t1\tNaN\t3\n2\t4\t5\tNaN\n")));

    [Fact]
    public void NaN_at_the_start_is_inside() =>
        Assert.Equal("1=NaN,2 2=3,NaN", Show(Read("x.tsv", "1\tNaN\t2\n2\t3\tNaN\n")));

    [Fact]
    public void The_meaning_of_NaN_at_the_end_can_be_forced()
    {
        const string Padded = "1\t1\t2\n2\t4\tNaN\n";
        const string Inside = "1\tNaN\t2\n2\t4\tNaN\n";
        var missing = new SeriesFileOptions { TrailingNaN = TrailingNaN.Missing };
        var padding = new SeriesFileOptions { TrailingNaN = TrailingNaN.Padding };
        Assert.Equal("1=1,2 2=4,NaN", Show(Read("x.tsv", Padded, missing)));
        Assert.Equal("1=NaN,2 2=4", Show(Read("x.tsv", Inside, padding)));
    }

    [Fact]
    public void A_row_of_NaN_alone_is_refused_as_padding_and_kept_as_missing()
    {
        const string Text = "1\t1\t2\n2\tNaN\tNaN\n";
        Assert.Contains("line 2 holds only NaN", Refusal("x.tsv", Text), StringComparison.Ordinal);
        Assert.Equal("1=1,2 2=NaN,NaN", Show(Read("x.tsv", Text, new() { TrailingNaN = TrailingNaN.Missing })));
    }

    [Theory]
    [InlineData("1\t1\t2\n2\t4\n", "line 2: the row has 1 values, the first has 2")]
    [InlineData("1\t1\t2\n2\t4\t5\t6\n", "line 2: the row has 3 values, the first has 2")]
    [InlineData("1\n", "channel 1 has no value")]
    [InlineData("1\t1\t\t2\n", "a value is empty")]
    [InlineData("\t1\t2\n", "the class label is empty")]
    [InlineData("1\t1,5\t2\n", "line 1, column 3: '1,5' is not a number")]
    [InlineData("The data were made by students\n", "line 1, column 5: 'data' is not a number")]
    [InlineData("", "no cases")]
    [InlineData("\n \n", "no cases")]
    public void A_wrong_file_is_refused(string text, string message) =>
        Assert.Contains(message, Refusal("x.tsv", text), StringComparison.Ordinal);
}
