using System.Text.Json;
using MemKD.Export.C99;
using MemKD.Runtime;

namespace MemKD.Cli.Tests.Commands;

public sealed class VerifyCommandTests
{
    [Fact]
    public void Exported_code_passes_on_this_computer_and_a_changed_table_fails()
    {
        var folder = Directory.CreateTempSubdirectory("memkd-test-").FullName;
        try
        {
            C99Export.Write(Student(), new C99Options("tiny", C99Numbers.EightBit), folder);
            var first = Cli.Run("verify", folder, "--target", "host");
            if (first.Code == ExitCode.Incomplete)
            {
                Assert.False(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS") == "1", first.Out);
                Assert.Skip("gcc is missing");
            }

            Assert.Equal(0, first.Code);
            Assert.Matches(@"\ntiny +int8 +host +passed", first.Out);
            var result = Assert.Single(
                Cli.Run("verify", folder, "--target", "host", "--json").Json().GetProperty("results").EnumerateArray()
            );
            Assert.Equal("passed", result.GetProperty("result").GetString());

            var source = Path.Combine(folder, "tiny.c");
            var text = File.ReadAllText(source);
            File.WriteAllText(source, text.Replace("2 * sigma(", "500 + 2 * sigma(", StringComparison.Ordinal));
            var changed = Cli.Run("verify", folder, "--target", "host");
            Assert.Equal(ExitCode.SomeFailed, changed.Code);
            Assert.Contains("other scores", changed.Out, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Whatever tools there are, every asked target has its row, and no other has one.</summary>
    [Theory]
    [InlineData("host avr", "--target", "host,avr")]
    [InlineData("host rv32", "--target", "RV32", "--target", "host", "--target", "host")]
    [InlineData("host cortex-m4 cortex-m0+ rv32 avr")]
    public void Several_targets_are_verified_each_once(string expected, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("memkd-test-").FullName;
        try
        {
            C99Export.Write(Student(), new C99Options("tiny", C99Numbers.EightBit), folder);

            // Not Json(): without any tool the exit code is another, the rows are the same.
            using var report = JsonDocument.Parse(Cli.Run(["verify", .. options, folder, "--json"]).Out);

            Assert.Equal(
                expected.Split(' '),
                report
                    .RootElement.GetProperty("results")
                    .EnumerateArray()
                    .Select(r => r.GetProperty("target").GetString())
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("cortex-m7")]
    [InlineData("host,cortex-m7")]
    public void An_unknown_target_is_a_usage_error_that_names_the_known_ones(string targets) =>
        Assert.Contains(
            "--target: 'cortex-m7' is not known; use host, cortex-m4, cortex-m0+, rv32, avr",
            Cli.Run("verify", "nowhere", "--target", targets).Fails(2),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_folder_without_exported_code_is_refused() =>
        Assert.Contains("export a student first", Cli.Run("verify", "nowhere").Fails(3), StringComparison.Ordinal);

    private static StudentModel Student() =>
        new()
        {
            Cell = Cell.Rnn,
            ChannelCount = 1,
            HiddenSize = 2,
            Layers = [new LayerWeights([1, -1], [.5f, 0, .25f, -.5f], [0, .1f], [0, 0])],
            Pooling = StatePooling.Last,
            HeadWeights = [1, -1, -1, 1],
            HeadBias = [0, .2f],
            Classes = ["no", "yes"],
            Scaling = SampleScaling.TrainChannel,
            ChannelMeans = [0],
            ChannelDeviations = [1],
            TrainLength = 10,
        };
}
