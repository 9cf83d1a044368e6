using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MemKD.Cli.Tests.Commands;

/// <summary><c>memkd early</c> and <c>memkd stream --early</c>: what the one promises, the other does.</summary>
public sealed class EarlyCommandTests(SharedRuns runs)
{
    private static readonly float[] Wave = [.. Enumerable.Range(0, 90).Select(t => MathF.Sin(0.1f * t) + (0.01f * t))];

    [Fact]
    public void A_decision_is_the_first_answer_that_the_rule_accepts_and_ends_the_run()
    {
        var answers = Stream(Wave).Out.Split('\n')[1..^1].Select(l => l.Split(',')).ToArray();
        var sure = answers.Select(a => a[2..].Max(p => float.Parse(p, CultureInfo.InvariantCulture))).ToArray();
        var threshold = sure.Skip(20).Min(); // of these all name the class with that much, or others do
        var at = Enumerable
            .Range(2, answers.Length - 2)
            .First(t => Enumerable.Range(t - 2, 3).All(i => sure[i] >= threshold && answers[i][1] == answers[t][1]));

        var result = Stream(Wave, "--early", threshold.ToString(CultureInfo.InvariantCulture) + ",3");

        Assert.InRange(at, 2, 80);
        Assert.Equal(
            $"sample,class,decided,p_1,p_2,p_3\n{at},{answers[at][1]},true,{string.Join(',', answers[at][2..])}\n",
            result.Out
        );
        Assert.Equal($"{at + 1} samples", result.Error.Trim());
    }

    [Fact]
    public void Without_a_decision_the_last_answer_is_given_and_said_to_be_none()
    {
        var last = Stream(Wave).Out.Split('\n')[^2].Split(',');

        var lines = Stream(Wave, "--early", "1,5").Out.Split('\n');
        var json = JsonDocument.Parse(Stream(Wave, "--early", "1,5", "--json").Out).RootElement;

        Assert.Equal([last[0], last[1], "false", .. last[2..]], lines[1].Split(','));
        Assert.Equal(3, lines.Length);
        Assert.False(json.GetProperty("decided").GetBoolean());
        Assert.Equal(last[1], json.GetProperty("class").GetString());
    }

    [Fact]
    public void Gaps_part_recordings_and_each_gets_one_row()
    {
        var one = Stream(Wave, "--early", "0.4,2").Out.Split('\n')[1].Split(',');
        var gap = Enumerable.Repeat(float.NaN, 4).ToArray();
        float[] three = [.. Wave, .. gap, .. Wave[..1], .. gap, .. Wave];

        var rows = Stream(three, "--early", "0.4,2", "--reset-after", "4")
            .Out.Split('\n')[1..^1]
            .Select(l => l.Split(','))
            .ToArray();

        Assert.Equal("true", one[2]);
        Assert.Equal(3, rows.Length);
        var decided = int.Parse(one[0], CultureInfo.InvariantCulture);
        Assert.Equal(one, rows[0]);
        Assert.Equal([$"{90 + 4 + 1 + 4 + decided}", .. one[1..]], rows[2]);
    }

    [Theory]
    [InlineData("--early", "0")]
    [InlineData("--early", "1.1")]
    [InlineData("--early", "0.9,0")]
    [InlineData("--early", "0.9,1,1")]
    [InlineData("--early", "often")]
    public void What_is_no_rule_is_refused(string option, string text) =>
        Assert.Contains($"'{text}' is no rule", Stream(Wave, option, text).Fails(2), StringComparison.Ordinal);

    [Fact]
    public void Every_and_early_do_not_go_together() =>
        Assert.Contains(
            "--every does not go",
            Stream(Wave, "--early", "0.9", "--every", "2").Fails(2),
            StringComparison.Ordinal
        );

    [Fact]
    public void The_table_says_what_the_stream_then_does()
    {
        string[] windows = ["--window", "60", "--hop", "4"];
        string[] rule = ["--early", "0.37,5"]; // the student has learnt little and is never sure
        var row = Cli.Run([
                "early",
                runs.Student,
                "--test",
                runs.Test,
                "--split",
                "test",
                "--json",
                .. windows,
                .. rule,
            ])
            .Json()
            .GetProperty("rules")[0];

        var (seen, decided, right) = (0.0, 0, 0);
        var labels = Cli.Run("predict", runs.Student, runs.Test)
            .Out.Split('\n')[1..]
            .Select(l => l.Split(','))
            .ToArray();
        for (var i = 0; i < 60; i++)
        {
            string[] replay = ["--from", runs.Test, "--case", $"{i}"];
            var fields = Cli.Run(["stream", runs.Student, .. replay, .. windows, .. rule])
                .Out.Split('\n')[1]
                .Split(',');
            var sure = fields[2] == "true";
            seen += sure ? (int.Parse(fields[0], CultureInfo.InvariantCulture) + 1) / 128.0 : 1;
            decided += sure ? 1 : 0;
            right += fields[1] == labels[i][1] ? 1 : 0;
        }

        Assert.InRange(decided, 1, 59);
        Assert.Equal(seen / 60, row.GetProperty("earliness").GetDouble(), 1e-9);
        Assert.Equal(decided / 60.0, row.GetProperty("decided").GetDouble(), 1e-9);
        Assert.Equal(right / 60.0, row.GetProperty("accuracy").GetDouble(), 1e-9);
    }

    [Fact]
    public void The_rule_it_picks_is_the_earliest_within_the_loss()
    {
        string[] command = ["early", runs.Student, runs.Train, "--window", "40", "--hop", "4", "--max-loss", "0.05"];
        var json = Cli.Run([.. command, "--json"]).Json();
        var text = Cli.Run(command);

        Assert.Equal("train", json.GetProperty("split").GetString());
        Assert.Equal(30, json.GetProperty("cases").GetInt32());
        var rules = json.GetProperty("rules").EnumerateArray().ToArray();
        Assert.Equal(55, rules.Length);
        var least = json.GetProperty("end").GetProperty("auc_prc").GetDouble() - 0.05;
        var picked = rules
            .Where(r => r.GetProperty("auc_prc").GetDouble() >= least)
            .MinBy(r => r.GetProperty("earliness").GetDouble())
            .GetProperty("earliness")
            .GetDouble();
        var name = json.GetProperty("picked").GetString();
        Assert.Equal(
            picked,
            rules.Single(r => r.GetProperty("early").GetString() == name).GetProperty("earliness").GetDouble()
        );
        Assert.EndsWith($"within 0.05 of AUC-PRC: --early {name}\n", text.Out, StringComparison.Ordinal);
        Assert.Matches($@"\n{name} +[01]\.\d{{4}} ", text.Out);
    }

    [Fact]
    public void Cases_that_the_model_learnt_are_pointed_out()
    {
        string[] command = ["early", runs.Student, "--window", "60"];

        Assert.Contains("learnt", Cli.Run([.. command, "--train", runs.Train]).Error, StringComparison.Ordinal);
        Assert.Empty(Cli.Run([.. command, "--train", runs.Train, "--quiet"]).Error);
        Assert.Empty(Cli.Run([.. command, "--train", runs.Test]).Error);
    }

    [Fact]
    public void A_series_z_student_needs_windows_and_a_teacher_a_student()
    {
        Assert.Contains("--window N", Cli.Run("early", runs.Student, runs.Train).Fails(3), StringComparison.Ordinal);
        Assert.Contains(
            "memkd distill",
            Cli.Run("early", runs.Teacher, runs.Train, "--window", "9").Fails(3),
            StringComparison.Ordinal
        );
    }

    private CliResult Stream(float[] samples, params string[] options) =>
        Cli.RunWith(
            Encoding.ASCII.GetBytes(
                string.Concat(samples.Select(x => x.ToString(CultureInfo.InvariantCulture) + "\n"))
            ),
            ["stream", runs.Student, "--scaling", "running", .. options]
        );
}
