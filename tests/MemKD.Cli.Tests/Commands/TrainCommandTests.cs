using System.Text.Json;

namespace MemKD.Cli.Tests.Commands;

public sealed class TrainCommandTests(SharedRuns runs)
{
    [Fact]
    public void A_run_leaves_model_metrics_history_config_and_environment()
    {
        Assert.Equal(
            ["config.json", "env.json", "history.csv", "metrics.json", "model.safetensors"],
            Directory.GetFileSystemEntries(runs.Teacher).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        var metrics = Read("metrics.json");
        Assert.Equal(60, metrics.GetProperty("cases").GetInt32());
        var config = Read("config.json");
        Assert.Equal(150, config.GetProperty("recipe").GetProperty("updates").GetInt32());
        Assert.Equal(12, config.GetProperty("architecture").GetProperty("hidden").GetInt32());
        Assert.Equal("series-z", config.GetProperty("preparation").GetProperty("normalization").GetString());
        Assert.Equal(64, config.GetProperty("train_sha256").GetString()!.Length);
        Assert.False(string.IsNullOrEmpty(Read("env.json").GetProperty("vector_path").GetString()));
        var history = File.ReadAllLines(Path.Combine(runs.Teacher, "history.csv"));
        Assert.StartsWith("update,cross_entropy,", history[0], StringComparison.Ordinal);
        Assert.StartsWith("150,", history[^1], StringComparison.Ordinal);
        Assert.EndsWith(",1", history[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_does_not_depend_on_the_number_of_threads()
    {
        var (one, two) = (runs.NewFolder(), runs.NewFolder());
        string[] wider = ["--bidirectional", "--dropout", "0.1", "--jitter", "0.1"];

        Assert.Equal(0, Cli.Run([.. runs.TrainTeacher(one), .. wider, "--threads", "1"]).Code);
        Assert.Equal(0, Cli.Run([.. runs.TrainTeacher(two), .. wider, "--threads", "2"]).Code);

        Assert.Equal(Model(one), Model(two));
        Assert.NotEqual(Model(one), Model(runs.Teacher));
    }

    [Fact]
    public void The_seed_decides()
    {
        var (same, other) = (runs.NewFolder(), runs.NewFolder());

        Assert.Equal(0, Cli.Run([.. runs.TrainTeacher(same), "--seed", "0"]).Code);
        Assert.Equal(0, Cli.Run([.. runs.TrainTeacher(other), "--seed", "1"]).Code);

        Assert.Equal(Model(runs.Teacher), Model(same));
        Assert.NotEqual(Model(runs.Teacher), Model(other));
    }

    [Fact]
    public void A_finished_run_is_replaced_only_on_demand_and_only_by_a_finished_one()
    {
        var folder = runs.NewFolder();
        Assert.Equal(0, Cli.Run([.. runs.TrainTeacher(folder), "--test", runs.Test]).Code);
        var before = Model(folder);

        Assert.Contains("--overwrite", Cli.Run(runs.TrainTeacher(folder)).Fails(3), StringComparison.Ordinal);
        var broken = runs.NewFile("broken_TRAIN.ts", "@problemName x\n@classLabel true a b\n@data\n1,2,x:a\n");
        Assert.Contains(
            "broken_TRAIN.ts",
            Cli.Run("train", "--train", broken, "--out", folder, "--overwrite").Fails(3),
            StringComparison.Ordinal
        );
        Assert.Equal(before, Model(folder));
        Assert.True(File.Exists(Path.Combine(folder, "metrics.json")));

        Assert.Equal(
            0,
            Cli.Run([.. SharedRuns.With(runs.TrainTeacher(folder), "--updates", "20"), "--overwrite"]).Code
        );
        Assert.NotEqual(before, Model(folder));
        Assert.False(File.Exists(Path.Combine(folder, "metrics.json")), "the old model's metrics must go with it");
    }

    [Fact]
    public void Every_kind_of_network_and_the_authors_protocol_can_be_trained()
    {
        string[][] kinds =
        [
            ["--cell", "gru", "--pooling", "mean", "--normalise", "raw", "--length", "50"],
            ["--cell", "rnn", "--bidirectional", "--normalize", "train-channel-z", "--length", "raw"],
            ["--protocol", "authors", "--patience", "5"],
            ["--select", "validation", "--patience", "10", "--label-smoothing", "0.1", "--batch", "8"],
        ];
        foreach (var kind in kinds)
        {
            var folder = runs.NewFolder();
            var json = Cli.Run([.. runs.TrainTeacher(folder)[..^4], "--updates", "30", "--json", .. kind]).Json();

            Assert.True(json.GetProperty("updates").GetInt32() <= 30);
            Assert.Equal(JsonValueKind.Null, json.GetProperty("test").ValueKind);
            Assert.Equal(0, Cli.Run("evaluate", folder, "--test", runs.Test).Code);
        }
    }

    [Theory]
    [InlineData("which data", "train", "--out", "x")]
    [InlineData("not both", "train", "CBF", "--train", "x.ts", "--out", "x")]
    [InlineData("training cases", "train", "--test", "CBF", "--out", "x")]
    [InlineData("--out", "train", "CBF")]
    [InlineData("from 1 to 4096", "train", "CBF", "--out", "x", "--hidden", "0")]
    [InlineData("'1,5'", "train", "CBF", "--out", "x", "--learning-rate", "1,5")]
    [InlineData("above 0", "train", "CBF", "--out", "x", "--learning-rate", "nan")]
    [InlineData("did you mean lstm?", "train", "CBF", "--out", "x", "--cell", "lsmt")]
    [InlineData("raw", "train", "CBF", "--out", "x", "--length", "1")]
    [InlineData("did you mean train?", "trian")]
    public void Wrong_usage_is_code_2(string says, params string[] arguments)
    {
        // An --out that is made before the data are looked at lies in the temporary folder.
        var folder = runs.NewFolder();
        var test = Path.Combine(Path.GetDirectoryName(runs.Test)!, "CBF_TEST.ts");
        var line = Cli.Run([
                .. arguments.Select(
                    (a, i) =>
                        i > 0 && arguments[i - 1] == "--out" ? folder
                        : i > 0 && arguments[i - 1] == "--test" ? test
                        : a
                ),
            ])
            .Fails(2);

        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_files_and_data_that_cannot_be_are_code_3()
    {
        Assert.Contains(
            "did you mean SyntheticControl?",
            Cli.Run("train", "SyntheticContrl", "--out", runs.NewFolder()).Fails(3),
            StringComparison.Ordinal
        );
        var oneClass = runs.NewFile("one_TRAIN.csv", "a,1,2,3\na,3,2,1\n");
        Assert.Contains(
            "two classes",
            Cli.Run("train", "--train", oneClass, "--out", runs.NewFolder()).Fails(3),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "parameters",
            Cli.Run("train", "--train", runs.Train, "--out", runs.NewFolder(), "--hidden", "4096", "--layers", "64")
                .Fails(3),
            StringComparison.Ordinal
        );
        var file = runs.NewFile("occupied", "");
        Assert.Contains(
            "occupied",
            Cli.Run("train", "--train", runs.Train, "--out", file).Fails(3),
            StringComparison.Ordinal
        );
    }

    private JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(runs.Teacher, name)));
        return document.RootElement.Clone();
    }

    private static byte[] Model(string folder) => File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
}
