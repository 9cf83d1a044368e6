using System.Text.Json;
using System.Text.Json.Nodes;

namespace MemKD.Cli.Tests.Commands;

/// <summary>The contract of <c>benchmark</c>, <c>audit</c> and <c>work</c>, with real child processes.</summary>
public sealed class BenchmarkCommandTests(SharedRuns runs)
{
    [Fact]
    public void Results_have_the_same_bytes_with_one_worker_with_three_and_after_an_interruption()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        var (one, three, broken) = (runs.NewFolder(), runs.NewFolder(), runs.NewFolder());
        var report = Cli.Start([], [.. Bench(one), "--workers", "1", "--json"]).Json();
        Assert.Equal(6, report.GetProperty("done").GetInt32());
        Assert.Equal(3, report.GetProperty("summary").GetArrayLength());
        Assert.Empty(report.GetProperty("failed").EnumerateArray());

        Assert.Equal(0, Cli.Start([], [.. Bench(three), "--workers", "3", "--quiet"]).Code);

        var stopped = BenchmarkProcess.StopWhen(
            () => Directory.Exists(Path.Combine(broken, "results")),
            [.. Bench(broken), "--workers", "1"]
        );
        Assert.True(stopped.Code == 130, $"exit code {stopped.Code}: {stopped.Error}");
        Assert.Empty(stopped.Out);
        Assert.Matches(@"memkd: interrupted with [0-5] of 6 runs done; give the same", stopped.Error);
        Assert.False(File.Exists(Table(broken)));
        Assert.False(Directory.Exists(Path.Combine(broken, "failed")), "an interrupted run has not failed");

        // What is done says so, without running anything.
        var collected = Cli.Run("benchmark", "--out", broken, "--collect");
        Assert.True(collected.Code == 5, $"exit code {collected.Code}: {collected.Error}");
        Assert.Contains("missing", collected.Out, StringComparison.Ordinal);
        Assert.Equal(5, Cli.Run("audit", broken).Code);

        // The folder knows its plan; the recipe need not be given again.
        Assert.Equal(0, Cli.Start([], "benchmark", "--out", broken, "--workers", "2").Code);

        var table = File.ReadAllText(Table(one));
        Assert.Equal(table, File.ReadAllText(Table(three)));
        Assert.Equal(table, File.ReadAllText(Table(broken)));
        Assert.Equal(File.ReadAllText(PlanOf(one)), File.ReadAllText(PlanOf(broken)));
        Assert.Contains("6 records passed", Cli.Run("audit", broken).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_that_is_killed_fails_its_run_and_no_other_and_the_run_is_done_later()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "children are found in /proc");
        var folder = runs.NewFolder();
        string[] command = [.. Bench(folder, "0"), "--workers", "1"];

        // The first child gets the teacher; the student alone needs none.
        var failed = BenchmarkProcess.KillFirstChild([.. command, "--retries", "0"]);
        Assert.True(failed.Code == 4, $"exit code {failed.Code}: {failed.Error}");
        Assert.Contains("its process ended with code 137", failed.Error, StringComparison.Ordinal);
        Assert.Contains("1 of 3 runs done, 2 missing", failed.Out, StringComparison.Ordinal);
        var failure = JsonNode.Parse(
            File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(folder, "failed"))))
        );
        Assert.Equal(1, failure!["attempts"]!.GetValue<int>());
        Assert.Contains(",none,", File.ReadAllText(Table(folder)), StringComparison.Ordinal);

        Assert.Equal(0, Cli.Start([], command).Code);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "failed")));
        Assert.Equal(4, File.ReadAllLines(Table(folder)).Length);

        // By default such a run is tried once more.
        var retried = BenchmarkProcess.KillFirstChild([.. Bench(runs.NewFolder(), "0"), "--workers", "1"]);
        Assert.True(retried.Code == 0, $"exit code {retried.Code}: {retried.Error}");
        Assert.Contains("it is tried again", retried.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_fails_by_its_own_fault_is_code_4_and_the_others_go_on()
    {
        var test = runs.NewFile("Broken_TEST.ts", "no series");
        var train = Path.Combine(Path.GetDirectoryName(test)!, "Broken_TRAIN.ts");
        File.Copy(runs.Train, train);
        var folder = runs.NewFolder();
        var result = Cli.Run(
            "benchmark",
            "--recipe",
            runs.NewFile("bench.yaml", $"datasets: [{train}, {runs.Train}]\nmethods: none\nhidden: 2\n"),
            "--set",
            "teacher.updates=3",
            "teacher.hidden=2",
            "student.updates=3",
            "--out",
            folder,
            "--quiet",
            "--json"
        );

        Assert.True(result.Code == 4, $"exit code {result.Code}: {result.Error}");
        using var report = JsonDocument.Parse(result.Out);
        Assert.Equal(2, report.RootElement.GetProperty("failed").GetArrayLength());
        Assert.Equal(2, report.RootElement.GetProperty("done").GetInt32());
        Assert.All(
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            l => Assert.StartsWith("memkd: warning: Broken seed 0", l, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_changed_plan_and_a_forged_record_are_refused()
    {
        var folder = runs.NewFolder();
        string[] command =
        [
            .. (
                (string[])["benchmark", "--datasets", runs.Train, "--methods", "none", "--hidden", "2", "--out", folder]
            ),
            "--set",
            "teacher.updates=3",
            "teacher.hidden=2",
            "student.updates=3",
        ];
        var first = Cli.Run([.. command, "--quiet"]);
        Assert.True(first.Code == 0, $"exit code {first.Code}: {first.Error}");
        Assert.Equal(0, Cli.Run([.. command, "--dry-run"]).Code);
        foreach (
            var more in (string[][])
                [
                    [],
                    ["--dry-run"],
                    ["--collect"],
                ]
        )
        {
            Assert.Contains(
                "settings.recipe.updates is 3, would be 4",
                Cli.Run([.. command, "student.updates=4", .. more]).Fails(3),
                StringComparison.Ordinal
            );
        }

        var larger = runs.NewFolder();
        string[] elsewhere = [.. command.Select(w => string.Equals(w, folder, StringComparison.Ordinal) ? larger : w)];
        var added = Cli.Run([.. elsewhere, "student.updates=4", "--reuse", folder]);
        Assert.True(added.Code == 0, $"exit code {added.Code}: {added.Error}");
        Assert.Contains($"1 runs copied from {folder}", added.Error, StringComparison.Ordinal); // the teacher
        Assert.Contains(
            "no benchmark here",
            Cli.Run([.. command, "--reuse", runs.NewFolder()]).Fails(3),
            StringComparison.Ordinal
        );

        Assert.Equal(0, Cli.Run("audit", folder).Code);
        var table = File.ReadAllText(Table(folder));
        File.WriteAllText(Table(folder), table.Replace(",none,", ",best,", StringComparison.Ordinal));
        Assert.Contains("not what the records say", Cli.Run("audit", folder).Fails(3), StringComparison.Ordinal);
        Assert.Equal(0, Cli.Run("benchmark", "--out", folder, "--collect").Code);
        Assert.Equal(table, File.ReadAllText(Table(folder)));

        var record = Directory.GetFiles(Path.Combine(folder, "results"), "*.json", SearchOption.AllDirectories)[0];
        File.WriteAllText(
            record,
            File.ReadAllText(record)
                .Replace("\"collapsed\":true", "\"collapsed\":false", StringComparison.Ordinal)
                .Replace("\"test read\"", "\"test_read\"", StringComparison.Ordinal)
        );
        Assert.Contains("changed after it was written", Cli.Run("audit", folder).Fails(3), StringComparison.Ordinal);
        Assert.Contains(
            "the audit failed",
            Cli.Run("benchmark", "--out", folder, "--collect").Fails(3),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_dry_run_says_what_would_be_done_and_leaves_nothing()
    {
        var folder = runs.NewFolder();
        var json = Cli.Run([.. Bench(folder), "--dry-run", "--json"]).Json();

        Assert.Equal((2, 4), (json.GetProperty("teachers").GetInt32(), json.GetProperty("students").GetInt32()));
        Assert.True(json.GetProperty("estimated_seconds").GetDouble() >= 0);
        Assert.False(Directory.Exists(folder));
        Assert.Contains(
            "2 teachers, 4 students",
            Cli.Run([.. Bench(folder), "--dry-run"]).Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Options_replace_keys_of_the_file_and_a_size_replaces_the_other_kind()
    {
        var file = runs.NewFile(
            "bench.json",
            $$"""{"datasets": "{{runs.Train}}", "methods": "none", "compression": 500}"""
        );
        JsonElement Dry(params string[] more) =>
            Cli.Run(["benchmark", "--recipe", file, "--out", runs.NewFolder(), "--dry-run", "--json", .. more]).Json();

        Assert.Equal(2, Dry().GetProperty("runs").GetInt32());
        Assert.Equal(3, Dry("--hidden", "2,3").GetProperty("runs").GetInt32());
        Assert.Equal(6, Dry("--compression", "10,50,100,500,1000").GetProperty("runs").GetInt32());
        Assert.Equal(
            9,
            Dry("--methods", "none,memkd:pairs=9,short=0", "--seeds", "0..2").GetProperty("runs").GetInt32()
        );
    }

    [Theory]
    [InlineData(2, "what is compared", "benchmark", "--out", "x")]
    [InlineData(2, "--out", "benchmark", "--datasets", "CBF", "--methods", "none")]
    [InlineData(2, "no KEY=VALUE", "benchmark", "--datasets", "CBF", "--out", "x", "--set", "updates")]
    [InlineData(2, "use local", "benchmark", "--out", "x", "--executor", "slurm")]
    [InlineData(3, "methods are missing", "benchmark", "--datasets", "CBF", "--out", "x")]
    [InlineData(
        3,
        "did you mean SyntheticControl?",
        "benchmark",
        "--datasets",
        "SyntheticContrl",
        "--methods",
        "none",
        "--out",
        "x"
    )]
    [InlineData(3, "did you mean memkd?", "benchmark", "--datasets", "CBF", "--methods", "memdk", "--out", "x")]
    [InlineData(
        3,
        "did you mean teacher?",
        "benchmark",
        "--datasets",
        "CBF",
        "--methods",
        "none",
        "--out",
        "x",
        "--set",
        "teachr.updates=1"
    )]
    [InlineData(
        3,
        "did you mean updates?",
        "benchmark",
        "--datasets",
        "CBF",
        "--methods",
        "none",
        "--out",
        "x",
        "--set",
        "teacher.update=1"
    )]
    [InlineData(
        3,
        "compression 100000",
        "benchmark",
        "--datasets",
        "CBF",
        "--methods",
        "none",
        "--out",
        "x",
        "--compression",
        "100000"
    )]
    [InlineData(3, "no plan here", "audit", "x")]
    [InlineData(3, "no list of data sets", "work", "x")]
    public void What_cannot_be_is_one_line(int code, string says, params string[] arguments)
    {
        var folder = runs.NewFolder();
        Directory.CreateDirectory(folder);
        if (arguments[0] == "work")
        {
            File.WriteAllText(Path.Combine(folder, "data.json"), "[]");
        }

        var line = Cli.Run([.. arguments.Select(a => a == "x" ? folder : a)]).Fails(code);

        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    private string[] Bench(string folder, string seeds = "0..1") =>
        [
            "benchmark",
            "--datasets",
            runs.Train,
            "--methods",
            "memkd,none",
            "--seeds",
            seeds,
            "--hidden",
            "3",
            "--lambda-grid",
            "0.5,5",
            "--set",
            "teacher.updates=40",
            "teacher.hidden=8",
            "student.updates=100",
            "--out",
            folder,
        ];

    private static string Table(string folder) => Path.Combine(folder, "results.csv");

    private static string PlanOf(string folder) => Path.Combine(folder, "plan.jsonl");
}
