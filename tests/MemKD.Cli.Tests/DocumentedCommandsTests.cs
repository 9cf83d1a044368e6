using System.CommandLine;
using System.CommandLine.Parsing;

namespace MemKD.Cli.Tests;

/// <summary>Command lines in help texts and documents are parsed, so that none names a verb or option that is not there.</summary>
public sealed class DocumentedCommandsTests
{
    private static readonly RootCommand Root = CommandLine.Create(
        new Session(TextWriter.Null, TextWriter.Null, default)
    );

    public static TheoryData<string> Documents => [.. Markdown().Select(p => Path.GetRelativePath(Repository.Root, p))];

    [Fact]
    public void Every_verb_has_examples_that_parse()
    {
        var verbs = Leaves(Root).ToArray();

        Assert.True(verbs.Length >= 11, $"{verbs.Length} verbs");
        foreach (var verb in verbs)
        {
            var examples = Assert.IsType<Verb>(verb).Examples;
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                Assert.Null(Fault(example));
                Assert.StartsWith(CommandLine.FullName(verb) + " ", example + " ", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Help_shows_the_examples()
    {
        var result = Cli.Run("data", "get", "--help");

        Assert.Equal(0, result.Code);
        Assert.Contains(
            "Examples:\n  memkd data get GunPoint\n",
            result.Out.ReplaceLineEndings("\n"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_in_documents_parse(string document)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, document));

        Assert.All(Commands(text), command => Assert.True(Fault(command) is null, $"{command}: {Fault(command)}"));
    }

    [Fact]
    public void Every_verb_and_exit_code_is_described()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

        Assert.All(Leaves(Root), v => Assert.Contains($"`{CommandLine.FullName(v)}`", text, StringComparison.Ordinal));
        Assert.All(
            (int[])
                [
                    ExitCode.Ok,
                    ExitCode.Failure,
                    ExitCode.Usage,
                    ExitCode.BadInput,
                    ExitCode.SomeFailed,
                    ExitCode.Incomplete,
                    ExitCode.StoppedWithCheckpoint,
                    ExitCode.Interrupted,
                ],
            c => Assert.Contains($"| {c} |", text, StringComparison.Ordinal)
        );
        Assert.NotEmpty(Commands(text));
    }

    [Theory]
    [InlineData("memkd train CBF --out x --hiden 3", false)]
    [InlineData("memkd tain CBF", false)]
    [InlineData("dotnet run -c Release --project src/MemKD.Cli -- demo --jsn", false)]
    [InlineData("dotnet run -c Release --project src/MemKD.Cli -- demo --json > x.json", true)]
    [InlineData("memkd predict runs/x y.ts | head -3  # the first rows", true)]
    [InlineData("memkd stream runs/x --every 3 < y.csv", true)]
    public void A_planted_fault_is_found(string command, bool good)
    {
        var found = Assert.Single(Commands($"# x\n\n```sh\nls\n{command}\n```\n"));

        Assert.Equal(good, Fault(found) is null);
    }

    [Fact]
    public void A_command_may_span_lines() =>
        Assert.Equal(["memkd demo --json"], Commands("```sh\nmemkd demo \\\n--json\n```\n"));

    private static IEnumerable<string> Markdown() =>
        ((string[])["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
            .Select(f => Path.Combine(Repository.Root, f))
            .Where(File.Exists)
            .Concat(
                Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            )
            .Order(StringComparer.Ordinal);

    /// <summary>Lines of ```sh blocks that start the program, continued lines joined.</summary>
    private static List<string> Commands(string markdown)
    {
        var commands = new List<string>();
        var inside = false;
        foreach (var line in markdown.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                inside = !inside && line.Trim() is "```sh" or "```bash";
            }
            else if (
                inside
                && line.TrimStart('$', ' ') is var command
                && (
                    command.StartsWith("memkd ", StringComparison.Ordinal)
                    || command.StartsWith("dotnet run ", StringComparison.Ordinal)
                )
            )
            {
                commands.Add(command);
            }
        }

        return commands;
    }

    /// <summary>What is wrong with a command line; null when it parses.</summary>
    private static string? Fault(string command)
    {
        var words = CommandLineParser
            .SplitCommandLine(command)
            .TakeWhile(w => w is not ("|" or "<" or ">" or ">>" or "&&" or "&" or "#") && !w.StartsWith('#'))
            .ToArray();
        if (words[0] == "dotnet")
        {
            var start = Array.IndexOf(words, "--");
            if (start < 0)
            {
                return "no --";
            }

            words = words[start..];
        }

        return Root.Parse(words[1..]).Errors is { Count: > 0 } errors ? errors[0].Message : null;
    }

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);
}
