using System.Diagnostics;

namespace MemKD.Cli.Tests;

public sealed class CompletionTests
{
    [Fact]
    public void The_script_is_the_one_of_the_repository() =>
        Assert.Equal(
            File.ReadAllText(Path.Combine(Repository.Root, "completions", "memkd.bash")),
            Cli.Run("completion", "bash").Out
        );

    [Theory]
    [InlineData("memkd tr", "train")]
    [InlineData("memkd data ma", "make")]
    [InlineData("memkd train --over", "--overwrite")]
    [InlineData("memkd train --cell ", "gru")]
    [InlineData("memkd train Synth", "SyntheticControl")]
    [InlineData("memkd distill --method ", "memkd")]
    [InlineData("memkd export --format ", "onnx-step")]
    [InlineData("memkd export runs/x --data Synth", "SyntheticControl")]
    public void Words_are_suggested(string line, string expected)
    {
        var position = line.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.Contains(expected, Cli.Run($"[suggest:{position}]", line).Out.Split('\n').Select(l => l.TrimEnd()));
    }

    [Fact]
    public void Bash_completes_with_the_script()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "no bash here");
        var script = Path.Combine(Repository.Root, "completions", "memkd.bash");
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-s"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var bash = Process.Start(start)!;
        bash.StandardInput.Write(
            $$"""
            memkd() { "{{Cli.Dotnet}}" "{{Cli.Program}}" "$@"; }
            source "{{script}}"
            COMP_LINE="memkd eval"; COMP_POINT=10; COMP_WORDS=(memkd eval); COMP_CWORD=1
            _memkd_complete
            echo "${COMPREPLY[*]}"
            complete -p memkd

            """
        );
        bash.StandardInput.Close();

        Assert.Equal("evaluate\ncomplete -o default -F _memkd_complete memkd\n", bash.StandardOutput.ReadToEnd());
        bash.WaitForExit();
    }
}
