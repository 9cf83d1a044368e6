using MemKD.Comparison;
using MemKD.Tests.Series;

namespace MemKD.Tests.Comparison;

public class PublishedTableTests
{
    private const string Long = """
        archive,dataset,classifier,n_iterations,accuracy_mean,accuracy_std,macro_precision_mean,macro_recall_mean,train_seconds_mean
        TSC,50words,cnn,10,0.620879,0.009566,0.504666,0.506957,0.00
        TSC,50words,resnet,10,0.739780,0.014993,0.6,0.6,0.00
        TSC,Adiac,cnn,10,0.369565,0.037183,0.3,0.3,0.00

        """;

    private const string Wide = """
        dataset,1NN-DTW,HC2
        FiftyWords,0.690110,0.830769
        PLAID_eq,,0.93

        """;

    [Fact]
    public void The_long_layout_gives_mean_spread_and_number_of_iterations()
    {
        using var folder = new TemporaryFolder();

        var table = PublishedTable.Read(folder.Write("a.csv", Long));

        Assert.Equal(("accuracy", true), (table.Measure, table.HigherIsBetter));
        Assert.Equal(["Adiac", "FiftyWords"], table.Datasets);
        Assert.Equal(["cnn", "resnet"], table.Methods);
        Assert.Equal(new ScoreCell(0.620879, 0.009566, 10), table[1, 0]);
        Assert.Equal([("Adiac", "resnet")], table.Missing);
    }

    [Fact]
    public void The_wide_layout_has_gaps_and_joins_the_long_one_by_the_archives_names()
    {
        using var folder = new TemporaryFolder();

        var wide = PublishedTable.Read(folder.Write("b.csv", Wide), " [tsml]");
        var joined = PublishedTable.Read(folder.Write("a.csv", Long)).With(wide);

        Assert.Equal([("PLAID_eq", "1NN-DTW [tsml]")], wide.Missing);
        Assert.Equal(["cnn", "resnet", "1NN-DTW [tsml]", "HC2 [tsml]"], joined.Methods);
        Assert.Equal(["FiftyWords"], joined.Complete().Datasets);
        Assert.Equal(0.830769, joined.Complete()[0, 3].Mean);
    }

    [Fact]
    public void Old_spellings_have_one_meaning_each_and_new_ones_stay()
    {
        Assert.Equal("SonyAIBORobotSurface2", DatasetAliases.CurrentName("SonyAIBORobot SurfaceII"));
        Assert.Equal("NonInvasiveFetalECGThorax1", DatasetAliases.CurrentName("NonInvasiveFatalECG_Thorax1"));
        Assert.Equal("GunPoint", DatasetAliases.CurrentName("GunPoint"));
        Assert.Equal("AllGestureWiimoteX_eq", DatasetAliases.CurrentName("AllGestureWiimoteX_eq"));
        Assert.Equal("Wafer", DatasetAliases.CurrentName(DatasetAliases.CurrentName("wafer")));
    }

    [Theory]
    [InlineData("id,dataset,type\n1,Adiac,Image\n", "line 1: not a table of published results")]
    [InlineData("", "line 1: not a table of published results")]
    [InlineData("dataset,a\n", "no results below the header")]
    [InlineData("dataset,a\nAdiac,0.5,0.6\n", "line 2: 3 fields, the header has 2")]
    [InlineData("dataset,a\nAdiac,30\n", "line 2, field 2: an accuracy")]
    [InlineData("dataset,a\nAdiac,0.5\nAdiac,0.6\n", "line 3: Adiac and a a second time")]
    [InlineData("dataset,a\nwafer,0.5\nWafer,0.6\n", "line 3: Wafer and a a second time")]
    [InlineData("dataset,a\nAdiac,NaN\n", "an accuracy is a number")]
    [InlineData("a,dataset,c,n,accuracy_mean,accuracy_std\nx,A,c,0,0.5,0.1\n", "field 4: a number of iterations")]
    [InlineData("a,dataset,c,n,accuracy_mean,accuracy_std\nx,A,c,1,0.5,-0.1\n", "field 6: a standard deviation")]
    public void What_is_no_such_table_is_refused_in_one_line(string text, string part)
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<InputException>(() => PublishedTable.Read(folder.Write("a.csv", text)));

        Assert.Contains(part, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Throws<InputException>(() => PublishedTable.Read(Path.Combine(folder.Path, "none.csv")));
    }
}
