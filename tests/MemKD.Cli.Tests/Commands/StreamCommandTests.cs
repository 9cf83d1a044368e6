using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MemKD.Models;
using MemKD.Runtime;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Cli.Tests.Commands;

public sealed class StreamCommandTests(SharedRuns runs)
{
    private static readonly float[] Wave = [.. Enumerable.Range(0, 200).Select(t => MathF.Sin(0.1f * t) + (0.01f * t))];

    [Fact]
    public void One_row_a_sample_with_the_answer_of_the_library()
    {
        var stream = new StreamingStudent(
            StudentModel.Load(runs.Student),
            new StreamOptions { Scaling = StreamScaling.Running }
        );

        var lines = Run(Csv(Wave), "--scaling", "running").Out.Split('\n');

        Assert.Equal("sample,class,p_1,p_2,p_3", lines[0]);
        Assert.Equal(202, lines.Length);
        Assert.Empty(lines[^1]);
        var scores = new float[3];
        for (var t = 0; t < 200; t++)
        {
            stream.Step([Wave[t]]);
            stream.Scores(scores);
            var fields = lines[t + 1].Split(',');
            Assert.Equal(t.ToString(CultureInfo.InvariantCulture), fields[0]);
            Assert.Equal(stream.Classes[stream.Class], fields[1]);
            Assert.Equal(scores, fields[2..].Select(f => float.Parse(f, CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void A_window_over_a_case_gives_the_answer_of_predict()
    {
        var predicted = Cli.Run("predict", runs.Student, runs.Test).Out.Split('\n');
        foreach (var number in (int[])[0, 7, 59])
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            var lines = Run([], "--from", runs.Test, "--case", text, "--window", "128").Out.Split('\n');

            Assert.Equal(3, lines.Length);
            var (actual, expected) = (lines[1].Split(','), predicted[number + 1].Split(','));
            Assert.Equal(["127", expected[2]], actual[..2]);
            for (var k = 0; k < 3; k++)
            {
                // The step sums in another order than training's forward pass.
                Assert.Equal(
                    float.Parse(expected[3 + k], CultureInfo.InvariantCulture),
                    float.Parse(actual[2 + k], CultureInfo.InvariantCulture),
                    5e-6
                );
            }
        }
    }

    [Fact]
    public void A_data_set_is_replayed_from_its_first_case_and_a_csv_file_as_it_is()
    {
        var file = runs.NewFile("wave.csv", Encoding.ASCII.GetString(Csv(Wave)));

        Assert.Equal(
            Run([], "--from", runs.Test, "--case", "0", "--scaling", "running").Out,
            Run([], "--from", runs.Test, "--scaling", "running").Out
        );
        Assert.Equal(Run(Csv(Wave), "--scaling", "running").Out, Run([], "--from", file, "--scaling", "running").Out);
    }

    [Fact]
    public void Raw_floats_are_the_same_samples()
    {
        var result = Run(MemoryMarshal.AsBytes<float>(Wave).ToArray(), "--scaling", "forgetting", "--input", "float32");

        Assert.Equal(Run(Csv(Wave), "--scaling", "forgetting").Out, result.Out);
        Assert.Equal("200 samples\n", result.Error.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_n_th_answer_and_the_last_are_printed()
    {
        var all = Run(Csv(Wave), "--window", "50", "--hop", "3").Out.Split('\n');
        var some = Run(Csv(Wave), "--window", "50", "--hop", "3", "--every", "20").Out.Split('\n');

        Assert.Equal(51 + 2, all.Length);
        Assert.Equal([all[0], all[20], all[40], all[51], ""], some);
    }

    [Fact]
    public void Json_is_an_object_a_line_with_the_same_answers()
    {
        var rows = Run(Csv(Wave), "--scaling", "running").Out.Split('\n')[1..^1];
        var lines = Run(Csv(Wave), "--scaling", "running", "--json").Out.Split('\n')[..^1];

        Assert.Equal(rows.Length, lines.Length);
        foreach (var (row, line) in rows.Zip(lines))
        {
            var json = JsonDocument.Parse(line).RootElement;
            string[] fields =
            [
                json.GetProperty("sample").GetRawText(),
                json.GetProperty("class").GetString()!,
                .. json.GetProperty("probabilities").EnumerateObject().Select(p => p.Value.GetRawText()),
            ];
            Assert.Equal(row, string.Join(',', fields));
        }
    }

    [Fact]
    public void Headers_comments_empty_lines_blanks_and_missing_values_are_understood()
    {
        const string Text = "\uFEFFvoltage\r\n# recorded on a Monday\n\n 1.5 \r\n?\n2e0\nNaN\n-3";

        var result = Run(Encoding.UTF8.GetBytes(Text), "--scaling", "running");

        Assert.Equal(
            Run("1.5\n1.5\n2\n2\n-3\n"u8.ToArray(), "--scaling", "running").Out.Split('\n').Length,
            result.Out.Split('\n').Length
        );
        Assert.Equal("5 samples\n", result.Error.ReplaceLineEndings("\n"));
        Assert.Equal(
            Run("1.5\n2\n-3\n"u8.ToArray(), "--scaling", "running").Out.Split('\n')[1..].Select(l => l.Split(',')[^1]),
            Run(Encoding.UTF8.GetBytes(Text), "--scaling", "running", "--gaps", "skip")
                .Out.Split('\n')[1..]
                .Select(l => l.Split(',')[^1])
        );
    }

    [Fact]
    public void Bad_lines_are_reported_and_skipped_or_the_end()
    {
        var input = "1\n2\nx\n1,2\n3\n4\n"u8.ToArray();

        var skipped = Run(input, "--scaling", "running");
        var stopped = Run(input, "--scaling", "running", "--bad-lines", "stop");

        Assert.Equal(Run("1\n2\n3\n4\n"u8.ToArray(), "--scaling", "running").Out, skipped.Out);
        var notes = skipped.Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, notes.Length);
        Assert.Contains("standard input: line 3, column 1", notes[0], StringComparison.Ordinal);
        Assert.Contains("line 4 has 2 columns", notes[1], StringComparison.Ordinal);
        Assert.Equal("4 samples, 2 bad lines skipped", notes[2]);
        Assert.Equal(3, stopped.Code);
        Assert.Equal(3, stopped.Out.Split('\n')[..^1].Length);
        Assert.Contains("line 3", Assert.Single(stopped.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_input_ends_in_one_line_with_little_memory()
    {
        var long_ = new byte[5_000_000];
        Array.Fill(long_, (byte)'1');

        var result = Run(long_, "--scaling", "running");

        Assert.Equal(3, result.Code);
        Assert.Contains("line 1 has more than", result.Error, StringComparison.Ordinal);
        var random = new Engine.Random.SeededRandom(3, "noise");
        byte[] noise = [.. Enumerable.Range(0, 300_000).Select(_ => (byte)random.NextInt(256))];
        Assert.Equal(0, Run(noise, "--scaling", "running").Code);
        Assert.Equal(0, Run(noise[..299_999], "--scaling", "running", "--input", "float32").Code);
        Assert.Contains(
            "3 bytes into a sample",
            Run(noise[..299_999], "--scaling", "running", "--input", "float32").Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(3, "--window N", "--gaps hold")]
    [InlineData(2, "--hop needs --window", "--scaling running --hop 3")]
    [InlineData(2, "--scaling does not go with --window", "--scaling running --window 30")]
    [InlineData(2, "--half-life needs", "--scaling running --half-life 3")]
    [InlineData(2, "--case needs --from", "--scaling running --case 3")]
    [InlineData(2, "--window", "--window 1")]
    [InlineData(3, "nothing.csv", "--scaling running --from nothing.csv")]
    [InlineData(3, "nothing.ts", "--scaling running --from nothing.ts")]
    public void Options_that_cannot_be_are_refused_in_one_line(int code, string says, string options) =>
        Assert.Contains(
            says,
            Run([], options.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Fails(code),
            StringComparison.Ordinal
        );

    /// <summary>A series-z student's window is the length of its training series as recorded: 128, though it saw 100.</summary>
    [Fact]
    public void Windows_are_as_long_as_the_training_series_unless_said_otherwise()
    {
        var wave = Csv([.. Wave, .. Wave]);
        var usual = Run(wave);

        Assert.Equal(Run(wave, "--window", "128").Out, usual.Out);
        Assert.Equal(4, usual.Out.Split('\n')[..^1].Length); // the header, and the answers after 128, 256 and 384 samples
        Assert.Contains("windows of 128 samples", usual.Error, StringComparison.Ordinal);
        Assert.Equal(Run(wave, "--window", "128", "--hop", "5").Out, Run(wave, "--hop", "5").Out);
        Assert.Empty(Run(wave, "--quiet").Error);
    }

    [Fact]
    public void A_model_file_that_does_not_know_its_raw_length_needs_a_window()
    {
        var model = ModelFile.Read(runs.Student);
        var preparation = JsonNode.Parse(model.Preparation.ToJson())!.AsObject();
        preparation.Remove("rawLengthsOfTrain");
        var old = runs.NewFile("old.safetensors", "");
        ModelFile.Write(
            old,
            new RecurrentClassifier(
                model.Network,
                model.Classes,
                Preparation.FromJson(preparation.ToJsonString()),
                model.Origin
            )
        );

        Assert.Contains("--window N", Cli.Run("stream", old).Fails(3), StringComparison.Ordinal);
        Assert.Contains("--window N", Cli.Run("stream", old, "--numbers", "int8").Fails(3), StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_that_is_not_there_or_has_other_channels_is_refused()
    {
        var wide = runs.NewFile("x.ts", "@univariate false\n@dimensions 2\n@classLabel true 1 2\n@data\n1,2:3,4:1\n");

        Assert.Contains(
            "0 to 59, not 60",
            Run([], "--scaling", "running", "--from", runs.Test, "--case", "60").Fails(3),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "2 channels",
            Run([], "--scaling", "running", "--from", wide).Fails(3),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_teacher_that_reads_backwards_is_refused() =>
        Assert.Contains(
            "memkd distill",
            Cli.Run("stream", runs.Teacher, "--scaling", "running").Fails(3),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_rate_is_kept_from_the_first_sample_on()
    {
        var clock = Stopwatch.StartNew();

        Run(Csv(Wave[..41]), "--scaling", "running", "--rate", "100");

        // The 41st sample is due after 0.4 seconds.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.4, 60);
    }

    [Fact]
    public void A_reader_that_goes_ends_an_endless_stream()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no shell here");

        var result = Shell("yes 1.5 2> /dev/null | \"$0\" \"$1\" stream \"$2\" --scaling running | head -n 2");

        Assert.Equal(0, result.Code);
        Assert.Equal(3, result.Out.Split('\n').Length);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void A_stop_leaves_whole_lines_and_all_answers()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no shell here");

        // Three samples come, then the pipe stays open; the shell waits for three answers and sends what is handled as Ctrl-C.
        var result = Shell(
            "mkfifo \"$3.in\"; : > \"$3.out\"; { printf '1\\n2\\n3\\n'; sleep 60; } > \"$3.in\" & writer=$!; "
                + "\"$0\" \"$1\" stream \"$2\" --scaling running < \"$3.in\" >> \"$3.out\" & program=$!; "
                + "while [ \"$(wc -l < \"$3.out\")\" -lt 4 ]; do sleep 0.1; done; "
                + "kill -TERM $program; wait $program; echo $?; kill $writer; cat \"$3.out\""
        );

        var lines = result.Out.Split('\n');
        Assert.Equal("130", lines[0]);
        Assert.Equal(6, lines.Length);
        Assert.StartsWith("2,", lines[4], StringComparison.Ordinal);
        Assert.Equal("memkd: interrupted", result.Error.Trim());
    }

    private CliResult Run(byte[] input, params string[] options) =>
        Cli.RunWith(input, ["stream", runs.Student, .. options]);

    private static byte[] Csv(float[] samples) =>
        Encoding.ASCII.GetBytes(string.Concat(samples.Select(x => x.ToString(CultureInfo.InvariantCulture) + "\n")));

    private CliResult Shell(string script) =>
        Cli.Shell(script, Cli.Dotnet, Cli.Program, runs.Student, runs.NewFolder("stream"));
}
