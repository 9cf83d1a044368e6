using System.Security.Cryptography;
using System.Text.Json;
using MemKD.Export;

namespace MemKD.Cli.Tests.Commands;

public sealed class ExportCommandTests(SharedRuns runs)
{
    private static readonly string[] Promised =
    [
        "name",
        "format",
        "files",
        "bytes",
        "weight_bytes",
        "parameters",
        "state_bytes",
        "multiply_adds_per_step",
        "multiply_adds_per_answer",
        "architecture",
        "classes",
        "preparation",
        "score",
        "checks",
        "not_checked",
        "origin",
        "licence",
        "folder",
    ];

    public static TheoryData<string> Formats => [.. ExportFormats.All.Select(f => f.Id)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_format_writes_its_files_and_a_card_that_tells_the_truth_about_them(string format)
    {
        var folder = runs.NewFolder();
        string[] files =
        [
            .. ExportFormats
                .Find(format)
                .Files.Split(", ")
                .Select(f => f.Replace("NAME", "fall", StringComparison.Ordinal)),
        ];

        var result = Cli.Run("export", runs.Student, "--format", format, "--out", folder, "--name", "fall", "--json");
        var json = result.Json();

        Assert.Equal(Promised, json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ((string[])[.. files, "fall.card.json", "fall.card.md"]).Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal(files, json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()));
        foreach (var one in json.GetProperty("files").EnumerateArray())
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, one.GetProperty("name").GetString()!));
            Assert.Equal(bytes.Length, one.GetProperty("bytes").GetInt32());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), one.GetProperty("sha256").GetString());
        }

        Assert.NotEqual(0, json.GetProperty("checks").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("score").ValueKind);
        using var card = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "fall.card.json")));
        Assert.Equal(Promised[..^1], card.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.StartsWith(
            $"# fall: {format}\n",
            File.ReadAllText(Path.Combine(folder, "fall.card.md")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "| training series, as recorded | 128 time points |",
            File.ReadAllText(Path.Combine(folder, "fall.card.md")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Sizes_are_those_of_the_student()
    {
        // LSTM of 3 units on one channel with differences, 3 classes: 4·(3·2 + 3·3 + 3 + 3) + 3·3 + 3 = 96 parameters.
        JsonElement Export(string format) =>
            Cli.Run("export", runs.Student, "--format", format, "--out", runs.NewFolder(), "--json").Json();
        var (onnx, step, int8) = (Export("onnx"), Export("onnx-step"), Export("onnx-int8"));

        Assert.Equal(96, onnx.GetProperty("parameters").GetInt32());
        Assert.Equal(4 * 96, onnx.GetProperty("weight_bytes").GetInt32());
        Assert.Equal(4 * 15, onnx.GetProperty("multiply_adds_per_step").GetInt32());
        Assert.Equal(9, onnx.GetProperty("multiply_adds_per_answer").GetInt32());
        Assert.Equal(JsonValueKind.Null, onnx.GetProperty("state_bytes").ValueKind);

        // h and c, count, the sample before, the sum of states: 3 + 3 + 1 + 1 + 3 numbers.
        Assert.Equal(4 * 11, step.GetProperty("state_bytes").GetInt32());

        // 69 weights of a byte, 12 + 12 + 3 scales, 24 + 3 biases.
        Assert.Equal(69 + (4 * 27) + (4 * 27), int8.GetProperty("weight_bytes").GetInt32());
    }

    [Fact]
    public void With_data_the_card_says_what_the_export_costs()
    {
        var before = Cli.Run("evaluate", runs.Student, "--test", runs.Test, "--json").Json().GetProperty("auc_prc");
        JsonElement Score(string format, params string[] data) =>
            Cli.Run(["export", runs.Student, "--format", format, "--out", runs.NewFolder(), "--json", .. data])
                .Json()
                .GetProperty("score");

        var exact = Score("onnx", "--test", runs.Test);
        Assert.Equal(before.GetDouble(), exact.GetProperty("auc_prc_before").GetDouble());
        Assert.Equal(before.GetDouble(), exact.GetProperty("auc_prc_after").GetDouble());
        Assert.Equal(1, exact.GetProperty("agreement").GetDouble());
        Assert.Equal("test", exact.GetProperty("split").GetString());
        Assert.Equal(60, exact.GetProperty("cases").GetInt32());

        var rounded = Score("onnx-int8", "--data", runs.Train);
        Assert.Equal(before.GetDouble(), rounded.GetProperty("auc_prc_before").GetDouble());
        Assert.InRange(
            rounded.GetProperty("auc_prc_after").GetDouble(),
            before.GetDouble() - 0.05,
            before.GetDouble() + 0.05
        );

        Assert.Equal("train", Score("onnx", "--train", runs.Train).GetProperty("split").GetString());
    }

    [Fact]
    public void The_exported_weights_are_a_model_again()
    {
        var folder = runs.NewFolder();
        Assert.Equal(
            0,
            Cli.Run("export", runs.Student, "--format", "safetensors", "--out", folder, "--name", "x").Code
        );

        Assert.Equal(
            Cli.Run("predict", runs.Student, runs.Test).Out,
            Cli.Run("predict", Path.Combine(folder, "x.safetensors"), runs.Test).Out
        );
    }

    [Fact]
    public void The_same_export_gives_the_same_bytes_and_goes_beside_the_model_under_its_name()
    {
        var folder = runs.NewFolder("walking-aid");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(runs.Student, "model.safetensors"), Path.Combine(folder, "model.safetensors"));
        var name = Path.GetFileName(folder).Replace('-', '_');
        string Beside(string file) => Path.Combine(folder, "onnx", file);

        var result = Cli.Run("export", folder, "--format", "onnx");
        Assert.Equal(0, result.Code);
        Assert.Contains($"{Beside(name + ".onnx")}: ", result.Out, StringComparison.Ordinal);
        var first = Directory.GetFiles(Path.Combine(folder, "onnx")).ToDictionary(f => f, File.ReadAllBytes);

        var again = Cli.Run("export", folder, "--format", "onnx").Fails(3);
        Assert.Contains("--overwrite", again, StringComparison.Ordinal);
        Assert.Equal(0, Cli.Run("export", folder, "--format", "onnx", "--overwrite").Code);
        Assert.Equal(3, first.Count);
        Assert.All(first, f => Assert.Equal(f.Value, File.ReadAllBytes(f.Key)));
    }

    [Fact]
    public void What_cannot_be_exported_is_one_line_and_leaves_nothing()
    {
        var folder = runs.NewFolder();
        string Fails(int code, params string[] more)
        {
            var line = Cli.Run(["export", .. more, "--out", folder]).Fails(code);
            Assert.False(Directory.Exists(folder));
            return line;
        }

        Assert.Contains("--format onnx", Fails(3, runs.Teacher, "--format", "onnx-step"), StringComparison.Ordinal);
        Assert.Contains("did you mean onnx?", Fails(2, runs.Student, "--format", "onx"), StringComparison.Ordinal);
        Assert.Contains("--format", Fails(2, runs.Student), StringComparison.Ordinal);
        Assert.Contains(
            "letter",
            Fails(2, runs.Student, "--format", "onnx", "--name", "../x"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "letter",
            Fails(2, runs.Student, "--format", "onnx", "--name", "x\n"),
            StringComparison.Ordinal
        );
        var unknown = runs.NewFile("x_TEST.csv", "9,1,2,3\n1,3,2,1\n");
        Assert.Contains("'9'", Fails(3, runs.Student, "--format", "onnx", "--test", unknown), StringComparison.Ordinal);
    }
}
