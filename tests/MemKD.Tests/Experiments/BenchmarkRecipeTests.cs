using MemKD.Experiments;

namespace MemKD.Tests.Experiments;

public sealed class BenchmarkRecipeTests : IDisposable
{
    private readonly SmallBenchmark bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void A_recipe_is_the_same_in_yaml_and_in_json()
    {
        const string Json = """
            {
              "datasets": ["Small"], "methods": ["memkd", "none"], "seeds": [1, 0], "hidden": [2],
              "lambda_grid": [0.5, 5],
              "teacher": {"updates": 6, "layers": 1, "hidden": 3},
              "student": {"updates": 6}
            }
            """;
        var json = BenchmarkRecipe.Read(RecipeFile.Read(bench.WriteFile("bench.json", "\uFEFF" + Json)));

        Assert.Equal(bench.Plan().Text, new Planner(json, bench.Catalog).Make().Text);
    }

    [Theory]
    [InlineData("datsets: [CBF]\n", "line 1, column 10: 'datsets' is not known here; did you mean datasets?")]
    [InlineData("student:\n  updats: 3\n", "line 2, column 11: 'updats' is not known here; did you mean updates?")]
    [InlineData("student: {hidden: 3}\n", "'hidden' is not known here")]
    [InlineData("teacher: {copies: 3}\n", "'copies' is not known here")]
    [InlineData("seeds: [0, x]\n", "line 1, column 12: seeds: 'x' is no whole number from 0 up.")]
    [InlineData("seeds: 3..1\n", "'3..1' is no range")]
    [InlineData("seeds: 0..999999999\n", "is no range")]
    [InlineData("methods: [kdx]\n", "line 1, column 11: method 'kdx' is not known")]
    [InlineData("hidden: 2\nhidden: 3\n", "line 2, column 9: 'hidden' is given twice")]
    [InlineData("hidden: 2\ncompression: 9\n", "hidden or compression, not both")]
    [InlineData("hidden: []\n", "hidden takes a value or a list of at least one")]
    [InlineData("hidden: {a: 1}\n", "hidden takes a value or a list of at least one")]
    [InlineData("lambda: 1\nlambda_grid: [1]\n", "nothing to choose")]
    [InlineData("lambda: high\n", "lambda: 'high' is no number")]
    [InlineData("length: 1\n", "length: '1' is no whole number from 2")]
    [InlineData("normalise: series\n", "normalise: 'series' is not known")]
    [InlineData("teacher: {cell: lstn}\n", "did you mean lstm?")]
    [InlineData("teacher: {dropout: 1}\n", "dropout: '1' is no number from 0 to below 1.")]
    [InlineData("teacher: {patience: 9}\n", "patience needs validation cases")]
    [InlineData("differences: 2\n", "differences: '2' is not known; use false, true.")]
    [InlineData("teacher: 3\n", "teacher takes a mapping")]
    [InlineData("a: &x [1]\nb: *x\n", "tags, anchors, aliases")]
    [InlineData("seeds: !!python/object x\n", "tags, anchors, aliases")]
    [InlineData("seeds: [1\n", "this is no YAML")]
    [InlineData("---\na: 1\n---\nb: 1\n", "several documents")]
    [InlineData("- CBF\n", "a recipe is a mapping")]
    [InlineData("", "the recipe is empty")]
    public void What_cannot_be_is_refused_with_its_place(string text, string says)
    {
        if (!text.Contains("datasets", StringComparison.Ordinal) && text.Length > 0 && text[0] != '-')
        {
            text += "datasets: Small\n";
            text += text.Contains("methods", StringComparison.Ordinal) ? "" : "methods: none\n";
        }

        var path = bench.WriteFile("bad.yaml", text);
        var error = Assert.Throws<InputException>(() =>
            new Planner(BenchmarkRecipe.Read(RecipeFile.Read(path)), bench.Catalog).Make()
        );

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("{\"seeds\": [0,\n  1x]}", "line 2, column 4: this is no JSON")]
    [InlineData("{\"seds\": 0}", "line 1, column 10: 'seds' is not known here; did you mean seeds?")]
    [InlineData("{\"seeds\": 0, \"seeds\": 1}", "'seeds' is given twice")]
    [InlineData("{} {}", "this is no JSON")]
    [InlineData("", "this is no JSON")]
    [InlineData("{}", "datasets are missing")]
    public void Broken_json_too(string text, string says)
    {
        var path = bench.WriteFile("bad.json", text);
        var error = Assert.Throws<InputException>(() => BenchmarkRecipe.Read(RecipeFile.Read(path)));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_line() =>
        Assert.Contains(
            "no_such.yaml",
            Assert.Throws<InputException>(() => RecipeFile.Read("no_such.yaml")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("none", "none")]
    [InlineData("none,memkd", "none|memkd")]
    [InlineData("memkd:pairs=9,short=0,none", "memkd:pairs=9,short=0|none")]
    [InlineData("none,memkd:pairs=9,memkd:short=0,long=2", "none|memkd:pairs=9|memkd:short=0,long=2")]
    [InlineData("memkd+memkd:weight=0.5,long=0,none", "memkd+memkd:weight=0.5,long=0|none")]
    public void Commas_part_methods_and_parameters(string text, string parts) =>
        Assert.Equal(parts.Split('|'), BenchmarkRecipe.SplitMethods(text));

    [Fact]
    public void Ranges_and_numbers_are_sorted_and_each_is_there_once() =>
        Assert.Equal([0UL, 1, 2, 7], bench.Read(("seeds", "7 0..2 1")).Seeds);
}
