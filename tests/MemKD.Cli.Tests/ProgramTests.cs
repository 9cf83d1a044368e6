namespace MemKD.Cli.Tests;

/// <summary>The contract of the process itself: exit codes, streams, signals.</summary>
public sealed class ProgramTests(SharedRuns runs)
{
    [Fact]
    public void The_version_goes_to_standard_output()
    {
        var result = Cli.Start([], "--version");

        Assert.Equal(0, result.Code);
        Assert.Matches(@"^memkd \d+\.\d+\.\d+\n$", result.Out);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void A_wrong_option_is_code_2_and_names_the_right_one() =>
        Assert.Contains(
            "did you mean --hidden?",
            Cli.Start([], "train", "CBF", "--out", "x", "--hiden", "3").Fails(2),
            StringComparison.Ordinal
        );

    [Fact]
    public void Bad_input_is_code_3() =>
        Assert.Contains(
            "no_such.ts",
            Cli.Start([], "train", "--train", "no_such.ts", "--out", runs.NewFolder()).Fails(3),
            StringComparison.Ordinal
        );

    [Fact]
    public void Anything_unexpected_is_code_1_with_a_hint_and_the_stack_only_on_demand()
    {
        string[] command = ["predict", runs.Teacher, runs.Test];

        Assert.Contains(
            "MEMKD_TRACE=1",
            Cli.Start(["MEMKD_PATH=nonsense"], command).Fails(1),
            StringComparison.Ordinal
        );
        var traced = Cli.Start(["MEMKD_PATH=nonsense", "MEMKD_TRACE=1"], command);
        Assert.Equal(1, traced.Code);
        Assert.Contains("   at MemKD.", traced.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_one_line_too()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no /dev/full here");

        Assert.Contains("space", Cli.StartInto("/dev/full", "methods").Fails(1), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_pipe_gets_no_colours_and_json_is_alone_on_standard_output()
    {
        var result = Cli.Start([], [.. runs.TrainTeacher(runs.NewFolder()), "--test", runs.Test, "--json"]);

        Assert.Equal("CBF", result.Json().GetProperty("dataset").GetString());
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain('\u001b', result.Out + result.Error);
    }

    [Fact]
    public void Quiet_leaves_standard_error_empty() =>
        Assert.Equal(
            new CliResult(0, "", ""),
            Cli.Start([], "predict", runs.Teacher, runs.Test, "--quiet", "--out", runs.NewFolder("predictions"))
        );

    [Fact]
    public void A_stopped_training_goes_on_to_the_same_bytes_as_one_without_a_break()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        string[] Train(string folder) =>
            ["train", "--train", runs.Train, "--out", folder, "--hidden", "8", "--layers", "1", "--updates", "6000"];
        var (broken, whole) = (runs.NewFolder(), runs.NewFolder());

        // On a busy machine the first stops may come before the first update.
        CliResult stopped;
        var wait = 100;
        do
        {
            stopped = Cli.StopWhileTraining(Train(broken), wait *= 2);
            Assert.True(stopped.Code == 75, $"exit code {stopped.Code}: {stopped.Error}");
            Assert.Empty(stopped.Out);
            Assert.Matches(@"memkd: stopped at update \d+; saved .*checkpoint", stopped.Error);
        } while (stopped.Error.Contains("at update 0;", StringComparison.Ordinal));

        Assert.Equal(["checkpoint.safetensors"], Directory.GetFiles(broken).Select(Path.GetFileName));

        // Another run's checkpoint is not gone on from.
        Assert.Contains(
            "another run",
            Cli.Run([.. Train(broken), "--seed", "1", "--quiet"]).Fails(3),
            StringComparison.Ordinal
        );

        Assert.Equal(0, Cli.Run(Train(broken)).Code);
        Assert.Equal(0, Cli.Run(Train(whole)).Code);
        Assert.Equal(Model(whole), Model(broken));
        Assert.False(File.Exists(Path.Combine(broken, "checkpoint.safetensors")));
    }

    [Fact]
    public void A_stopped_distillation_is_code_130_and_leaves_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        var folder = runs.NewFolder();

        var stopped = Cli.StopWhileTraining(SharedRuns.With(runs.Distil(folder), "--updates", "200000"), 100);

        Assert.True(stopped.Code == 130, $"exit code {stopped.Code}: {stopped.Error}");
        Assert.Empty(stopped.Out);
        Assert.EndsWith("memkd: interrupted\n", stopped.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    private static byte[] Model(string folder) => File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
}
