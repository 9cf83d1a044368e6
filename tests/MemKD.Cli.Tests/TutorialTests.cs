using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MemKD.Cli.Tests;

/// <summary>
/// Runs docs/tutorial-device.md as written: its sh blocks in order as one bash script in an empty folder (the first, which builds
/// the program, is left out: the program is there), its c blocks saved under the name in their first comment, and each text block
/// compared with what the block before it printed.
/// </summary>
public sealed partial class TutorialTests : IDisposable
{
    /// <summary>How far a decimal may be from the page: scores of one seed move by less between equally good recipes.</summary>
    private const double Tolerance = 0.03;

    private const string Mark = "=== block ";

    private readonly string folder = Directory.CreateTempSubdirectory("memkd-tutorial-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_tutorial_runs_as_written_and_prints_what_it_says()
    {
        foreach (var tool in (string[])["bash", "awk", "gcc", "arm-none-eabi-gcc", "qemu-system-arm"])
        {
            RequireTool(tool);
        }

        var blocks = Blocks(File.ReadAllText(Path.Combine(Repository.Root, "docs", "tutorial-device.md")));
        Assert.Contains("dotnet build", blocks[0].Text, StringComparison.Ordinal);

        var output = Run(blocks);

        var compared = 0;
        for (var i = 1; i < blocks.Count; i++)
        {
            if (blocks[i].Language is "text")
            {
                var command = blocks.FindLastIndex(i, b => b.Language is "sh");
                Assert.True(output.TryGetValue(command, out var printed), $"nothing was run before: {blocks[i].Text}");
                var missing = FirstMissing(blocks[i].Text, printed);
                Assert.True(missing is null, missing);
                compared++;
            }
        }

        Assert.Equal(8, compared);
    }

    [Theory]
    [InlineData("a  1", "b\na 1 \nc", true)]
    [InlineData("a\nb", "b\na", false)]
    [InlineData("a 0.97", "a 0.9555", true)]
    [InlineData("a 0.97", "a 0.93", false)]
    [InlineData("a 364", "a 365", false)]
    [InlineData("a 364", "a 364 b", false)]
    [InlineData("a …", "a 364 b", true)]
    [InlineData("99,fall,…", "99,fall,0.1,2", true)]
    [InlineData("99,fall,…", "99,walk,0.1,2", false)]
    [InlineData("accuracy 0.98…", "accuracy 0.97, F1 0.5", true)]
    [InlineData("accuracy 0.98…", "accuracy 0.87, F1 0.5", false)]
    public void Lines_are_compared_word_by_word(string expected, string printed, bool good) =>
        Assert.Equal(good, FirstMissing(expected, printed) is null);

    /// <summary>The first line of a text block that is not in the output behind the line before; null: all are there.</summary>
    private static string? FirstMissing(string expected, string printed)
    {
        var lines = printed.Split('\n');
        var at = 0;
        foreach (var line in expected.Split('\n').Where(l => l.Trim().Length > 0))
        {
            while (at < lines.Length && !IsLike(line, lines[at]))
            {
                at++;
            }

            if (at++ == lines.Length)
            {
                return $"'{line}' is missing, or stands elsewhere, in:\n{printed}";
            }
        }

        return null;
    }

    /// <summary>Words and whole numbers are the same, decimals close, and … stands for anything.</summary>
    private static bool IsLike(string expected, string printed)
    {
        var pattern = string.Concat(
            Part()
                .Matches(expected.Trim())
                .Select(m =>
                    m.Value is "…" ? ".*?"
                    : char.IsWhiteSpace(m.Value[0]) ? @"\s+"
                    : m.Groups["decimal"].Success ? @"(\d+\.\d+)"
                    : Regex.Escape(m.Value)
                )
        );
        var match = Regex.Match(printed.Trim(), $"^{pattern}$", RegexOptions.None, TimeSpan.FromSeconds(5));
        return match.Success
            && Decimal()
                .Matches(expected)
                .Select((d, i) => Math.Abs(Number(d.Value) - Number(match.Groups[i + 1].Value)))
                .All(d => d <= Tolerance);
    }

    /// <summary>What each sh block printed, by its place among the blocks; fails when a command does.</summary>
    private Dictionary<int, string> Run(List<(string Language, string Text)> blocks)
    {
        var script = new StringBuilder(
            "set -euo pipefail\nexec 2>&1\ncd \"$0\"\nexport MEMKD=\"$3\" PATH=\"$0/bin:$PATH\"\n"
        );
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        script.Append(
            "printf '#!/bin/sh\\nexec \"%s\" \"%s\" \"$@\"\\n' \"$1\" \"$2\" > bin/memkd\nchmod +x bin/memkd\n"
        );
        for (var i = 1; i < blocks.Count; i++)
        {
            if (blocks[i].Language is "c")
            {
                File.WriteAllText(
                    Path.Combine(folder, FileName().Match(blocks[i].Text).Groups["name"].Value),
                    blocks[i].Text
                );
            }
            else if (blocks[i].Language is "sh")
            {
                script.Append(CultureInfo.InvariantCulture, $"echo '{Mark}{i}'\n{blocks[i].Text}\n");
            }
        }

        var file = Path.Combine(folder, "tutorial.sh");
        File.WriteAllText(file, script.ToString());
        var result = Cli.Shell(
            TimeSpan.FromMinutes(8), // it computes for half a minute, on a busy machine for three times as long
            "exec bash -c \"$(cat \"$0\")\" \"$1\" \"$2\" \"$3\" \"$4\"",
            file,
            folder,
            Cli.Dotnet,
            Cli.Program,
            Repository.Root
        );
        Assert.True(result.Code == 0, $"exit code {result.Code}:\n{result.Out}");
        return result
            .Out.Split(Mark)
            .Skip(1)
            .Select(part => part.Split('\n', 2))
            .ToDictionary(part => int.Parse(part[0], CultureInfo.InvariantCulture), part => part[1]);
    }

    private static List<(string Language, string Text)> Blocks(string markdown) =>
        [.. Block().Matches(markdown).Select(m => (m.Groups["language"].Value, m.Groups["text"].Value))];

    private static void RequireTool(string tool)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!Array.Exists(folders, f => File.Exists(Path.Combine(f, tool))))
        {
            Assert.False(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS") == "1", $"{tool} is missing");
            Assert.Skip($"{tool} is missing");
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^```(?<language>\w+)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Block();

    [GeneratedRegex(@"^/\* (?<name>[\w.]+):", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FileName();

    [GeneratedRegex(@"…|\s+|(?<decimal>\d+\.\d+)|[^…\s\d]+|\d+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Part();

    [GeneratedRegex(@"\d+\.\d+", RegexOptions.None, 5000)]
    private static partial Regex Decimal();
}
