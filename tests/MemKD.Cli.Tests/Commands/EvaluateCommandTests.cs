using System.Text.Json;

namespace MemKD.Cli.Tests.Commands;

public sealed class EvaluateCommandTests(SharedRuns runs)
{
    private static readonly string[] Promised =
    [
        "dataset",
        "split",
        "cases",
        "auc_prc",
        "average_precision",
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
        "roc_auc",
        "nll",
        "brier",
        "ece",
        "parameters",
        "bytes",
    ];

    [Fact]
    public void Json_has_the_promised_keys_and_the_numbers_of_the_training_run()
    {
        var result = Cli.Run("evaluate", runs.Teacher, "--test", runs.Test, "--json");
        var json = result.Json();

        foreach (var key in Promised)
        {
            Assert.True(json.TryGetProperty(key, out var value), key);
            Assert.Contains(value.ValueKind, (JsonValueKind[])[JsonValueKind.Number, JsonValueKind.String]);
        }

        Assert.Equal(File.ReadAllText(Path.Combine(runs.Teacher, "metrics.json")), result.Out);
        Assert.Equal("test", json.GetProperty("split").GetString());
        Assert.Equal(4 * json.GetProperty("parameters").GetInt32(), json.GetProperty("bytes").GetInt32());
    }

    [Fact]
    public void Accuracy_is_what_the_predictions_say()
    {
        var rows = Cli.Run("predict", runs.Teacher, runs.Test)
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(r => r.Split(','))
            .ToArray();

        Assert.Equal(
            rows.Count(r => r[1] == r[2]) / 60.0,
            Cli.Run("evaluate", runs.Teacher, "--test", runs.Test, "--json").Json().GetProperty("accuracy").GetDouble(),
            12
        );
    }

    [Fact]
    public void A_folder_with_a_data_set_has_both_parts_and_intervals_are_there_on_demand()
    {
        var json = Cli.Run("evaluate", runs.Teacher, runs.Train, "--split", "train", "--json", "--interval").Json();

        Assert.Equal(30, json.GetProperty("cases").GetInt32());
        Assert.Equal("train", json.GetProperty("split").GetString());
        var interval = json.GetProperty("interval").GetProperty("auc_prc");
        Assert.InRange(
            json.GetProperty("auc_prc").GetDouble(),
            interval.GetProperty("low").GetDouble(),
            interval.GetProperty("high").GetDouble()
        );
    }

    [Fact]
    public void A_person_reads_measures_and_classes()
    {
        var result = Cli.Run("evaluate", runs.Teacher, "--test", runs.Test, "--interval");

        Assert.Equal(0, result.Code);
        Assert.Matches(@"AUC-PRC +[01]\.\d{4}   95 %: [01]\.\d{4} to [01]\.\d{4}\n", result.Out);
        Assert.Matches(@"class +cases +AUC-PRC +precision +recall +F1\n +1 +20 ", result.Out);
    }

    [Fact]
    public void A_label_the_model_does_not_know_is_refused()
    {
        var file = runs.NewFile("x_TEST.csv", "9,1,2,3\n1,3,2,1\n");

        Assert.Contains("'9'", Cli.Run("evaluate", runs.Teacher, "--test", file).Fails(3), StringComparison.Ordinal);
    }

    [Fact]
    public void An_undefined_measure_is_null()
    {
        var file = runs.NewFile("x_TEST.csv", "1,1,2,3\n1,3,2,1\n");

        var json = Cli.Run("evaluate", runs.Teacher, "--test", file, "--json").Json();

        Assert.Equal(JsonValueKind.Null, json.GetProperty("roc_auc").ValueKind);
    }
}
