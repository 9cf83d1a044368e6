using System.CommandLine;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd completion bash</c>: the script that makes bash complete memkd.</summary>
internal static class CompletionCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "completion",
            "Print the script that completes memkd in a shell",
            "memkd completion bash > ~/.local/share/bash-completion/completions/memkd"
        );
        var shell = new Argument<string>("SHELL") { Description = "bash" };
        shell.AcceptOnlyFromAmong("bash");
        verb.Add(shell);
        verb.SetAction(_ =>
        {
            using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream("memkd.bash")!;
            using var reader = new StreamReader(script);
            session.Out.Write(reader.ReadToEnd());
            return ExitCode.Ok;
        });
        return verb;
    }
}
