using MemKD.Series;
using static MemKD.Tests.Series.Readers.InMemory;

namespace MemKD.Tests.Series.Readers;

public class CsvReaderTests
{
    [Theory]
    [InlineData("1,0.5,2\n2,3,4\n")]
    [InlineData("1.0,0.5,2\n2.0,3,4\n")]
    [InlineData("\"1\", \"0.5\" ,2\n2,3,4\n")]
    [InlineData("label,0,1\n1,0.5,2\n2,3,4\n")]
    [InlineData("id,t0,t1\n1,0.5,2\n2,3,4\n")]
    [InlineData("0,1,Class\n0.5,2,1\n3,4,2\n")]
    public void A_wide_file_is_read(string text) => Assert.Equal("1=0.5,2 2=3,4", Show(Read("x.csv", text)));

    [Theory]
    [InlineData("a,1,2\nb,3,4\n")]
    [InlineData("1,2,a\n3,4,b\n")]
    public void The_end_that_is_no_number_is_the_label(string text) =>
        Assert.Equal("a=1,2 b=3,4", Show(Read("x.csv", text)));

    [Fact]
    public void The_label_column_and_the_header_can_be_forced()
    {
        const string Text = "1,2,3\n4,5,6\n";
        var last = new SeriesFileOptions { LabelColumn = LabelColumn.Last };
        Assert.Equal("3=1,2 6=4,5", Show(Read("x.csv", Text, last)));
        Assert.Equal("6=4,5", Show(Read("x.csv", Text, last with { Header = true })));
        Assert.Equal("a=1 b=2", Show(Read("x.csv", "a,1\nb,2\n", new SeriesFileOptions { Header = false })));
    }

    [Fact]
    public void Channels_stand_one_after_the_other() =>
        Assert.Equal("a=1,2:3,4", Show(Read("x.csv", "a,1,2,3,4\n", new SeriesFileOptions { Channels = 2 })));

    [Fact]
    public void Empty_cells_at_the_end_of_a_channel_end_it_others_and_NaN_are_missing()
    {
        var two = new SeriesFileOptions { Channels = 2 };
        Assert.Equal("a=1:NaN,4,NaN", Show(Read("x.csv", "a,1,,,,4,?\n", two)));
        Assert.Equal("1=0.5 2=3,4", Show(Read("x.csv", "1,0.5,\n2,3,4\n")));
    }

    [Fact]
    public void A_label_may_hold_commas_and_quotes_in_quotes() =>
        Assert.Equal("say \"a, b\"=1", Show(Read("x.csv", "\"say \"\"a, b\"\"\",1\n", new() { Header = false })));

    [Theory]
    [InlineData("a,1,x\n", "'x' is not a number")]
    [InlineData("a\n", "channel 1 has no value")]
    [InlineData("a,,\n", "channel 1 has no value")]
    [InlineData("0.31,1,2\n", "line 1, column 1: the class label '0.31' is a broken number")]
    [InlineData("a,\"1\"2\n", "text follows a closing quote")]
    [InlineData("a,\"1\n", "line 1, column 3: the quote that opens here is not closed")]
    [InlineData("label,0\n", "no cases")]
    public void A_wrong_wide_file_is_refused(string text, string message) =>
        Assert.Contains(
            message,
            Refusal(
                "x.csv",
                text,
                new SeriesFileOptions { Header = text.StartsWith("label", StringComparison.Ordinal) }
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void Values_that_do_not_make_the_channels_are_refused() =>
        Assert.Contains(
            "3 values do not make 2 channels",
            Refusal("x.csv", "a,1,2,3\n", new SeriesFileOptions { Channels = 2 }),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_long_file_is_read_in_any_order_of_rows_and_columns()
    {
        const string Text =
            "reading_id,note,case_id,value,dim_id,label\n"
            + "2,,B,6,dim_2,up\n1,,B,5,dim_2,up\n1,,B,1,dim_10,up\n2,,B,,dim_10,up\n"
            + "0,,A,7,dim_10,down\n0,,A,8,dim_2,down\n";
        Assert.Equal("up=5,6:1,NaN down=8:7", Show(Read("x.csv", Text)));
    }

    [Fact]
    public void The_labels_of_a_long_file_may_stand_in_their_own_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "case_id,label\n1,b\n0,a\n9,unused\n");
            Assert.Equal(
                "a=1 b=2",
                Show(
                    Read(
                        "x.csv",
                        "case_id,dim_id,reading_id,value\n0,0,0,1\n1,0,0,2\n",
                        new SeriesFileOptions { LabelFile = file }
                    )
                )
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_case_without_label_in_the_label_file_is_refused()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "0,a\n");
            var options = new SeriesFileOptions { LabelFile = file };
            const string Text = "case_id,dim_id,reading_id,value\n0,0,0,1\n1,0,0,2\n";
            var error = Assert.Throws<InputException>(() => Read("x.csv", Text, options));
            Assert.Contains("no label for case '1'", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("0,0,0,1,a\n0,0,2,1,a", "case '0', channel '0': reading 2 follows reading 0")]
    [InlineData("0,0,0,1,a\n0,0,0,1,a", "reading 0 follows reading 0")]
    [InlineData("0,0,0,1,a\n0,1,0,1,a\n1,1,0,1,a", "case '1' lacks channel '0'")]
    [InlineData("0,0,0,1,a\n0,1,0,1,a\n1,0,0,1,a", "case '1' has 1 of 2 channels")]
    [InlineData("0,0,0,1,a\n0,0,1,1,b", "line 3, column 9: the label 'b' differs from 'a'")]
    [InlineData("0,0,x,1,a", "line 2, column 5: the reading_id 'x' is no whole number")]
    [InlineData("0,0,0,1", "line 2: the row has 4 cells, the header 5")]
    [InlineData("0,0,0,z,a", "'z' is not a number")]
    [InlineData("", "no cases")]
    public void A_wrong_long_file_is_refused(string rows, string message) =>
        Assert.Contains(
            message,
            Refusal("x.csv", "case_id,dim_id,reading_id,value,label\n" + rows),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_long_file_without_labels_is_refused() =>
        Assert.Contains(
            "no column 'label'",
            Refusal("x.csv", "case_id,dim_id,reading_id,value\n0,0,0,1\n"),
            StringComparison.Ordinal
        );
}
