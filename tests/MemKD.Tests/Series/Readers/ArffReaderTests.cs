using static MemKD.Tests.Series.Readers.InMemory;

namespace MemKD.Tests.Series.Readers;

public class ArffReaderTests
{
    private const string Univariate =
        "% words\n@relation 'a b'\n\n@attribute t1 numeric\n@ATTRIBUTE 't 2' REAL\n@attribute target {a,'b c', \"d\"}\n@DATA\n";

    private const string Relational =
        "@Relation x\n@attribute rel relational\n@attribute t1 numeric\n@attribute t2 integer\n@end rel\n"
        + "@attribute class{Up,Down}\n@data\n";

    [Fact]
    public void A_univariate_file_is_read() =>
        Assert.Equal(
            "a=1,NaN b c=3,4 d=5,6",
            Show(Read("x.arff", Univariate + "1,?,a\n% note\n 3 , 4 , 'b c' \n5,6,d"))
        );

    [Fact]
    public void The_rows_of_a_relation_are_the_channels() =>
        Assert.Equal(
            "Up=1,2:3,NaN Down=5,6:7,8",
            Show(Read("x.arff", Relational + "'1,2\\n3,?',Up\r\n\"5,6\\n7,8\",Down\r\n"))
        );

    [Fact]
    public void A_backslash_keeps_a_quote_in_a_label() =>
        Assert.Equal(
            "it's=1",
            Show(Read("x.arff", "@relation r\n@attribute t real\n@attribute c {'it\\'s'}\n@data\n1,'it\\'s'\n"))
        );

    [Theory]
    [InlineData("1,2,3,a", "line 8, column 5: the row does not hold 2 values and then one class label")]
    [InlineData("1,a", "line 8, column 3: 'a' is not a number")]
    [InlineData("1,2", "does not hold 2 values and then one class label")]
    [InlineData("1,2,?", "does not hold 2 values and then one class label")]
    [InlineData("1,2,a,a", "does not hold 2 values and then one class label")]
    [InlineData("{0 1, 2 a}", "sparse")]
    [InlineData("1,2,'a", "column 5: the quote that opens here is not closed")]
    [InlineData("1,2,'a'b", "text follows a closing quote")]
    [InlineData("1,2,B C", "'B C' is not one of")]
    public void A_wrong_row_is_refused(string row, string message) =>
        Assert.Contains(message, Refusal("x.arff", Univariate + row), StringComparison.Ordinal);

    [Theory]
    [InlineData("1,2\\n3,4,Up", "not quoted")]
    [InlineData("'1,2\\n3',Up", "line 8, column 7: channel 2 has 1 values, the header declares 2")]
    [InlineData("'1,2\\n3,4',Up\n'1,2',Up", "line 9: the case has 1 channels, the first has 2")]
    [InlineData("'1,2\\n3,4'", "does not hold a quoted relation and then one class label")]
    [InlineData("'1,2\\n\\n3,4',Up", "a value is empty")]
    public void A_wrong_relation_is_refused(string row, string message) =>
        Assert.Contains(message, Refusal("x.arff", Relational + row), StringComparison.Ordinal);

    [Theory]
    [InlineData("@attribute t numeric\n@attribute y numeric", "no class labels")]
    [InlineData("@attribute c {a}\n@attribute t numeric", "the class must be the last")]
    [InlineData("@attribute d {a}\n@attribute c {a}", "the class must be the last")]
    [InlineData("@attribute c {a}", "no numeric attribute")]
    [InlineData("@attribute t string\n@attribute c {a}", "the attribute type 'string'")]
    [InlineData(
        "@attribute t numeric\n@attribute r relational\n@attribute u real\n@end r\n@attribute c {a}",
        "beside another attribute"
    )]
    [InlineData(
        "@attribute r relational\n@attribute u real\n@end r\n@attribute t real\n@attribute c {a}",
        "beside a relational one"
    )]
    [InlineData("@attribute r relational\n@attribute u real\n@attribute c {a}", "the attribute type '{a}'")]
    [InlineData("@atribute t numeric", "line 1, column 1: '@atribute t numeric' is not expected")]
    public void A_wrong_header_is_refused(string header, string message) =>
        Assert.Contains(message, Refusal("x.arff", header + "\n@data\n1,a\n"), StringComparison.Ordinal);

    [Fact]
    public void A_relational_attribute_must_be_closed_before_the_data() =>
        Assert.Contains(
            "'@data' is not expected",
            Refusal("x.arff", "@attribute r relational\n@attribute u real\n@data\n"),
            StringComparison.Ordinal
        );
}
