using static MemKD.Tests.Series.Readers.InMemory;

namespace MemKD.Tests.Series.Readers;

public class TsReaderTests
{
    private static string Ts(string rows, string header = "@classLabel true a b") => header + "\n@data\n" + rows;

    [Fact]
    public void A_univariate_file_is_read()
    {
        var data = Read("Toy_TRAIN.ts", Ts("1,-2.5,3e2:a\n4,5,6:b\n"));
        Assert.Equal("Toy", data.Name);
        Assert.Equal("a=1,-2.5,300 b=4,5,6", Show(data));
        Assert.Equal(["a", "b"], data.Classes);
    }

    [Fact]
    public void Channels_may_differ_in_length_inside_a_case_and_between_cases() =>
        Assert.Equal(
            "a=1,2,3:4 b=5:6,7",
            Show(Read("x.ts", Ts("1,2,3:4:a\n5:6,7:b", "@dimensions 2\n@classLabel true a b")))
        );

    [Fact]
    public void Missing_values_are_NaN_in_any_spelling() =>
        Assert.Equal("a=NaN,1,NaN,NaN,NaN", Show(Read("x.ts", Ts("?,1,NaN,nan,-nan:a"))));

    [Fact]
    public void Labels_keep_their_case_and_may_look_like_missing_values()
    {
        var data = Read("x.ts", Ts("1:NaN\n2:Nan\n?:?", "@classLabel true NaN Nan ?"));
        Assert.Equal("NaN=1 Nan=2 ?=NaN", Show(data));
    }

    [Theory]
    [InlineData("1:1.0", "1")]
    [InlineData("1:01", "1")]
    [InlineData("1:-2.50", "-2.5")]
    public void A_number_as_label_may_be_written_otherwise_than_in_the_header(string row, string label) =>
        Assert.Equal(label, Read("x.ts", Ts(row, "@classLabel true 1 -2.5")).Cases[0].Label);

    [Fact]
    public void Two_labels_of_the_same_number_stay_apart()
    {
        const string Header = "@classLabel true 1 1.0";
        Assert.Equal("1=5 1.0=6", Show(Read("x.ts", Ts("5:1\n6:1.0", Header))));
        Assert.Contains("'1.00' is not one of", Refusal("x.ts", Ts("5:1.00", Header)), StringComparison.Ordinal);
    }

    [Fact]
    public void Header_ids_may_come_in_any_case_and_order()
    {
        const string Header =
            "# words: any, @ all\n% more\n\n@CLASSLABEL TRUE a\n@EqualLength True\n@dimension 2\n"
            + "@Univariate False\n@MISSING False\n@seriesLength 2\n@problemName a b c\n@timestamps false";
        Assert.Equal("a=1,2:3,4", Show(Read("x.ts", Ts("1,2:3,4:a", Header))));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("\n\n \n")]
    public void Line_ends_blank_lines_and_a_byte_order_mark_do_no_harm(string lineEnd) =>
        Assert.Equal(
            "a=1,2 b=3,4",
            Show(Read("x.ts", "\uFEFF" + Ts("1,2:a\n3,4:b\n").Replace("\n", lineEnd, StringComparison.Ordinal)))
        );

    [Fact]
    public void A_trailing_colon_blanks_and_comments_between_cases_do_no_harm() =>
        Assert.Equal("a=1,2 b=3", Show(Read("x.ts", Ts(" 1 , 2 : a : \n# note\n%\n3:b:"))));

    [Fact]
    public void Time_stamps_are_read_over_whatever_they_are()
    {
        const string Rows = "(-1,-5),(2,?),(2.5,7):(2007-01-01 00:00:00,1) , (T10:11:12,NaN):a\n(0,1):(0,2):b:";
        var data = Read("x.ts", Ts(Rows, "@timeStamps True\n@classLabel true a b"));
        Assert.Equal("a=-5,NaN,7:1,NaN b=1:2", Show(data));
    }

    [Fact]
    public void Numbers_become_the_nearest_float32()
    {
        // 16777217 = 2^24 + 1 lies midway between two floats, ties go to the even one; with a tail it goes up.
        // 1.00000017881393432617187499 lies just below the midpoint of two floats: through double it would round
        // to the midpoint and then up.
        const string Row = "16777217,16777217.0000000001,1.00000017881393432617187499,1.3434341399999999,1e-46,-0:a";
        var values = Read("x.ts", Ts(Row)).Cases[0].Channels[0];
        float[] expected = [16777216f, 16777218f, 1.00000011920928955f, 1.34343414f, 0f, -0f];
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), values.Select(BitConverter.SingleToInt32Bits));
    }

    [Theory]
    [InlineData("1,1e400:a", "line 3, column 3: '1e400' is not a finite float32 number")]
    [InlineData("1,-3.5e38:a", "line 3, column 3: '-3.5e38' is not a finite float32 number")]
    [InlineData("Infinity:a", "line 3, column 1: 'Infinity' is not a finite float32 number")]
    [InlineData("1,2;3:a", "line 3, column 3: '2;3' is not a number")]
    [InlineData("1,,3:a", "a value is empty")]
    [InlineData("1,2,:a", "a value is empty")]
    [InlineData("1,2", "line 3: no ':' in the row")]
    [InlineData("1,2:", "line 3: no ':' in the row")]
    [InlineData("1,2: :", "'' is not one of those in the header (a, b)")]
    [InlineData(":a", "channel 1 has no value")]
    [InlineData("1::a", "channel 2 has no value")]
    [InlineData("1,2:A", "line 3, column 5: the class label 'A' is not one of those in the header")]
    [InlineData("1:2:a\n1:a", "line 4: the case has 1 channels, the first has 2")]
    [InlineData("(1,2):a", "write '@timeStamps true'")]
    [InlineData("", "no cases")]
    public void A_wrong_row_is_refused(string rows, string message) =>
        Assert.Contains(message, Refusal("x.ts", Ts(rows)), StringComparison.Ordinal);

    [Theory]
    [InlineData("1,2:a", "line 4, column 1: a '(time stamp,value)' pair is expected")]
    [InlineData("(1,2", "the pair is not '(time stamp,value)'")]
    [InlineData("(1):a", "the pair is not '(time stamp,value)'")]
    [InlineData("(1,2,3):a", "the pair is not '(time stamp,value)'")]
    [InlineData("(1,2)(2,3):a", "after the pair ',' or ':' is expected")]
    [InlineData("(1,2)", "after the pair ',' or ':' is expected")]
    [InlineData("(1,2),:a", "pair is expected")]
    [InlineData("(1,x):a", "line 4, column 4: 'x' is not a number")]
    public void A_wrong_row_with_time_stamps_is_refused(string rows, string message) =>
        Assert.Contains(
            message,
            Refusal("x.ts", Ts(rows, "@classLabel true a\n@timeStamps true")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("@classLabel true a\n@targetLabel true", "regression")]
    [InlineData("@targetlabel True", "regression")]
    [InlineData("@classLabel false", "regression")]
    [InlineData("@classLabel true", "names no labels")]
    [InlineData("@missing false", "no '@classLabel' line")]
    [InlineData("@classLabel true a\n@classlabel true b", "occurs twice")]
    [InlineData("@classLabel true a\n@univariate yes", "line 2, column 2: @univariate has the value 'yes'")]
    [InlineData("@classLabel true a\n@dimensions 0", "whole number of at least 1")]
    [InlineData("@classLabel true a\n@timeStmps true", "unknown header id 'timeStmps'")]
    [InlineData("@classLabel true a\n@univariate true\n@dimensions 2", "correct one of them")]
    [InlineData("@classLabel true a\n1,2:a", "line 2, column 1: '1,2:a' is no header line")]
    public void A_wrong_header_is_refused(string header, string message) =>
        Assert.Contains(message, Refusal("x.ts", Ts("1:a", header)), StringComparison.Ordinal);

    [Theory]
    [InlineData("@univariate true", "1:2:a", "2 channels, the header says 1")]
    [InlineData("@dimensions 3", "1:2:a", "2 channels, the header says 3")]
    [InlineData("@equalLength true\n@seriesLength 3", "1,2:a", "2 values, the header says that all have 3")]
    [InlineData("@equalLength true", "1,2:a\n1,2,3:a", "line 5: channel 1 has 3 values")]
    [InlineData("@equalLength true", "1,2:1:a", "channel 2 has 1 values")]
    public void A_row_that_belies_the_header_is_refused(string header, string rows, string message) =>
        Assert.Contains(message, Refusal("x.ts", Ts(rows, header + "\n@classLabel true a")), StringComparison.Ordinal);

    [Fact]
    public void A_series_length_means_nothing_without_equal_length() =>
        Assert.Equal(
            "a=1 a=1,2",
            Show(Read("x.ts", Ts("1:a\n1,2:a", "@seriesLength 9\n@equalLength false\n@classLabel true a")))
        );

    [Fact]
    public void A_file_without_data_line_is_refused() =>
        Assert.Contains("no '@data' line", Refusal("x.ts", "@classLabel true a\n"), StringComparison.Ordinal);
}
