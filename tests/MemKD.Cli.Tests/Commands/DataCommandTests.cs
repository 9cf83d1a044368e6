namespace MemKD.Cli.Tests.Commands;

public sealed class DataCommandTests(SharedRuns runs)
{
    [Fact]
    public void Built_in_sets_are_listed_and_those_to_fetch_on_demand()
    {
        static string[] Names(CliResult result) =>
            [.. result.Json().GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("name").GetString()!)];

        var all = Names(Cli.Run("data", "list", "--json"));
        var here = Names(Cli.Run("data", "list", "--here", "--json"));

        Assert.Contains("GunPoint", all);
        Assert.Contains("CBF", here);
        Assert.Subset(all.ToHashSet(StringComparer.Ordinal), here.ToHashSet(StringComparer.Ordinal));
        Assert.Matches(@"\nGunPoint +", Cli.Run("data", "list").Out);
    }

    [Fact]
    public void A_made_set_can_be_shown_and_is_not_replaced_unasked()
    {
        var folder = runs.NewFolder("made");

        var made = Cli.Run("data", "make", "cbf", "--out", folder, "--json").Json();
        var shown = Cli.Run("data", "show", made.GetProperty("train").GetString()!, "--json").Json();

        Assert.Equal("CBF", shown.GetProperty("name").GetString());
        Assert.Equal(30, shown.GetProperty("train").GetProperty("cases").GetInt32());
        Assert.Equal(
            [10, 10, 10],
            shown.GetProperty("train").GetProperty("class_counts").EnumerateArray().Select(c => c.GetInt32())
        );
        Assert.Contains(
            "--overwrite",
            Cli.Run("data", "make", "CBF", "--out", folder).Fails(3),
            StringComparison.Ordinal
        );

        var before = File.ReadAllText(made.GetProperty("train").GetString()!);
        Assert.Equal(File.ReadAllText(runs.Train), before);
        Assert.Equal(0, Cli.Run("data", "make", "CBF", "--out", folder, "--overwrite", "--seed", "1").Code);
        Assert.NotEqual(before, File.ReadAllText(made.GetProperty("train").GetString()!));
    }

    [Fact]
    public void A_set_is_made_as_csv_with_the_same_content()
    {
        string Hash(params string[] options)
        {
            var made = Cli.Run(["data", "make", "CBF", "--out", runs.NewFolder("made"), "--json", .. options]).Json();
            var train = made.GetProperty("train").GetString()!;
            Assert.EndsWith(options.Length > 0 ? "CBF_TRAIN.csv" : "CBF_TRAIN.ts", train, StringComparison.Ordinal);
            return Cli.Run("data", "show", train, "--json").Json().GetProperty("sha256").GetString()!;
        }

        Assert.Equal(Hash(), Hash("--format", "csv"));
    }

    [Fact]
    public void A_person_reads_sizes_and_classes()
    {
        var result = Cli.Run("data", "show", runs.Train);

        Assert.Matches(@"train +30 +128 +128 +128 +0 +0\n", result.Out);
        Assert.Matches(@"class +train +test\n +1 +10 +20\n", result.Out);
    }

    [Theory]
    [InlineData("make", "CFB", "did you mean CBF?")]
    [InlineData("show", "SyntheticControll", "did you mean SyntheticControl?")]
    [InlineData("get", "../x", "x")]
    public void A_name_that_is_none_is_refused(string verb, string name, string says) =>
        Assert.Contains(says, Cli.Run("data", verb, name, "--quiet").Fails(3), StringComparison.Ordinal);

    [Fact]
    public void The_group_alone_prints_its_help()
    {
        var result = Cli.Run("data");

        Assert.Equal(0, result.Code);
        Assert.Contains("memkd data [command]", result.Out, StringComparison.Ordinal);
    }
}
