using System.Xml.Linq;

namespace MemKD.Cli.Tests.Commands;

/// <summary><c>compare</c> on one small benchmark of two data sets, two methods and two seeds.</summary>
public sealed class CompareCommandTests : IClassFixture<CompareCommandTests.Benchmark>
{
    private readonly Benchmark bench;
    private readonly SharedRuns runs;

    public CompareCommandTests(Benchmark bench, SharedRuns runs)
    {
        this.bench = bench;
        this.runs = runs;
    }

    [Fact]
    public void The_means_of_the_table_are_those_of_the_results()
    {
        var rows = File.ReadAllLines(Path.Combine(bench.Folder, "results.csv")).Select(l => l.Split(',')).ToArray();
        var (dataset, method, value) = (0, Array.IndexOf(rows[0], "method"), Array.IndexOf(rows[0], "auc_prc"));
        var expected = rows.Skip(1)
            .Where(r => r[method] == "memkd" && r[dataset] == "First")
            .Average(r => double.Parse(r[value], System.Globalization.CultureInfo.InvariantCulture));

        var table = Compare("--tables", "per-set", "--json").Json().GetProperty("tables")[0];
        var columns = table.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToArray();
        var first = table
            .GetProperty("rows")
            .EnumerateArray()
            .Select(r => r.EnumerateArray().Select(c => c.GetString()!).ToArray())
            .Single(r => r[0] == "First");
        var shown = first[Array.FindIndex(columns, c => c.StartsWith("memkd", StringComparison.Ordinal))];

        Assert.Equal(expected, double.Parse(shown, System.Globalization.CultureInfo.InvariantCulture), 1e-12);
    }

    [Fact]
    public void A_person_reads_ranks_gains_and_sizes_and_the_exact_tests()
    {
        var text = Compare("--teachers").Out;

        Assert.Contains("teacher", text, StringComparison.Ordinal);
        Assert.Contains("Wilcoxon", text, StringComparison.Ordinal);
        Assert.Contains("Holm", text, StringComparison.Ordinal);
        Assert.DoesNotContain("teacher ", Compare().Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("markdown", "| First |")]
    [InlineData("csv", "First,")]
    [InlineData("latex", "\\toprule")]
    public void Tables_come_in_the_formats_of_papers(string format, string says) =>
        Assert.Contains(says, Compare("--format", format).Out, StringComparison.Ordinal);

    [Fact]
    public void Figures_are_written()
    {
        var folder = runs.NewFolder();
        Assert.Equal(0, Compare("--svg", folder).Code);

        foreach (var name in (string[])["critical-difference.svg", "matrix.svg", "sizes.svg"])
        {
            var figure = XDocument.Load(Path.Combine(folder, name));
            Assert.Equal("svg", figure.Root!.Name.LocalName);
            Assert.Contains("memkd", figure.Root.Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_methods_are_compared_case_by_case()
    {
        var rows = Compare("--cases", "memkd", "none", "--json").Json().GetProperty("tables")[0].GetProperty("rows");

        Assert.Equal(4, rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            var cells = row.EnumerateArray().Select(c => c.GetString()!).ToArray();
            var counts = cells[1..5].Sum(c => int.Parse(c, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(60, counts);
            Assert.InRange(double.Parse(cells[5], System.Globalization.CultureInfo.InvariantCulture), 0, 1);
        }
    }

    [Fact]
    public void Published_accuracies_stand_beside_the_measured_ones()
    {
        var file = runs.NewFile("published.csv", "dataset,Famous\nFirst,0.5\nSecond,0.25\n");

        Assert.Matches(@"Famous", Compare("--measure", "accuracy", "--published", file).Out);
        Assert.Contains("--measure accuracy", Compare("--published", file).Fails(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "did you mean ranks?", "--tables", "rank")]
    [InlineData(2, "two methods", "--cases", "memkd")]
    [InlineData(3, "'kd' has no finished run", "--cases", "memkd", "kd")]
    [InlineData(2, "did you mean accuracy?", "--measure", "acuracy")]
    public void What_cannot_be_compared_is_said_in_a_line(int code, string says, params string[] arguments) =>
        Assert.Contains(says, Compare(arguments).Fails(code), StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_a_benchmark_is_refused() =>
        Assert.Contains("no plan here", Cli.Run("compare", runs.NewFolder()).Fails(3), StringComparison.Ordinal);

    private CliResult Compare(params string[] more) => Cli.Run(["compare", bench.Folder, .. more]);

    public sealed class Benchmark
    {
        public Benchmark(SharedRuns runs)
        {
            Folder = runs.NewFolder();
            var data = runs.NewFolder();
            foreach (var name in (string[])["First", "Second"])
            {
                var folder = Directory.CreateDirectory(Path.Combine(data, name)).FullName;
                File.Copy(runs.Train, Path.Combine(folder, $"{name}_TRAIN.ts"));
                File.Copy(runs.Test, Path.Combine(folder, $"{name}_TEST.ts"));
            }

            var result = Cli.Start(
                [],
                "benchmark",
                "--datasets",
                Path.Combine(data, "First", "First_TRAIN.ts"),
                Path.Combine(data, "Second", "Second_TRAIN.ts"),
                "--methods",
                "none,memkd",
                "--seeds",
                "0,1",
                "--hidden",
                "2",
                "--set",
                "teacher.updates=20",
                "teacher.hidden=4",
                "student.updates=40",
                "--out",
                Folder,
                "--quiet"
            );
            Assert.True(result.Code == 0, result.Error);
        }

        public string Folder { get; }
    }
}
