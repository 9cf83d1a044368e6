namespace MemKD.Cli.Tests.Commands;

public sealed class PredictCommandTests(SharedRuns runs)
{
    [Fact]
    public void One_row_a_case_in_file_order()
    {
        var lines = Cli.Run("predict", runs.Teacher, runs.Test).Out.Split('\n');

        Assert.Equal("case,label,predicted,p_1,p_2,p_3", lines[0]);
        Assert.Equal(62, lines.Length);
        Assert.Empty(lines[^1]);
        var labels = File.ReadLines(runs.Test)
            .Where(l => l.Contains(':', StringComparison.Ordinal))
            .Select(l => l[^1..]);
        Assert.Equal(labels, lines[1..^1].Select(l => l.Split(',')[1]));
        Assert.Equal(
            Enumerable.Range(0, 60).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            lines[1..^1].Select(l => l.Split(',')[0])
        );
    }

    [Fact]
    public void A_file_gets_the_same_bytes_and_standard_output_none()
    {
        var file = runs.NewFolder("predictions");

        Assert.Empty(Cli.Run("predict", runs.Teacher, runs.Test, "--out", file).Out);

        Assert.Equal(Cli.Run("predict", runs.Teacher, runs.Test).Out, File.ReadAllText(file));
    }

    [Fact]
    public void Labels_may_be_unknown_to_the_model()
    {
        var file = runs.NewFile("x.csv", "\"new, one\",1,2,3\n?,3,2,1\n");

        var lines = Cli.Run("predict", runs.Teacher, file).Out.Split('\n');

        Assert.StartsWith("0,\"new, one\",", lines[1], StringComparison.Ordinal);
        Assert.Matches(@"^1,\?,[123],[01]", lines[2]);
    }

    [Fact]
    public void Json_has_the_same_answers()
    {
        var rows = Cli.Run("predict", runs.Teacher, runs.Test)
            .Out.Split('\n')[1..^1]
            .Select(l => l.Split(','))
            .ToArray();

        var json = Cli.Run("predict", runs.Teacher, runs.Test, "--json").Json();

        Assert.Equal(60, json.GetProperty("cases").GetInt32());
        Assert.Equal(
            rows.Select(r => (r[2], float.Parse(r[3], System.Globalization.CultureInfo.InvariantCulture))),
            json.GetProperty("predictions")
                .EnumerateArray()
                .Select(p =>
                    (
                        p.GetProperty("predicted").GetString()!,
                        p.GetProperty("probabilities").GetProperty("1").GetSingle()
                    )
                )
        );
    }

    [Theory]
    [InlineData("x.ts", "@data\n1,2", "x.ts")]
    [InlineData("x.csv", "", "x.csv")]
    [InlineData("x.ts", "@univariate false\n@dimensions 2\n@classLabel true 1 2\n@data\n1,2:3,4:1\n", "2 channels")]
    public void A_file_that_does_not_fit_is_refused(string name, string text, string says) =>
        Assert.Contains(
            says,
            Cli.Run("predict", runs.Teacher, runs.NewFile(name, text)).Fails(3),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_damaged_model_is_refused()
    {
        var file = runs.NewFile("model.safetensors", "not a model");

        Assert.Contains("model.safetensors", Cli.Run("predict", file, runs.Test).Fails(3), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_get_predictions() =>
        Assert.Contains(
            "cannot be written",
            Cli.Run("predict", runs.Teacher, runs.Test, "--out", Path.Combine(runs.NewFolder(), "x.csv")).Fails(3),
            StringComparison.Ordinal
        );
}
