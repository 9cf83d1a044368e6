using System.Text.RegularExpressions;

namespace MemKD.Tests;

/// <summary>Rules that hold for the sources themselves. Each has a planted violation, so that a check that looks at nothing fails.</summary>
public partial class LayoutTests
{
    private const int MostLines = 400;

    private static readonly string[] TextFiles =
    [
        ".cs",
        ".csproj",
        ".props",
        ".slnx",
        ".json",
        ".md",
        ".py",
        ".sh",
        ".yml",
    ];

    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".vs", "node_modules", "TestResults"];

    [Fact]
    public void Folders_use_only_what_the_import_table_allows() => None(ImportRules.Violations(Sources()));

    [Theory]
    [InlineData("MemKD.Engine/Kernels/X.cs", "using MemKD.Engine.Layers;")]
    [InlineData("MemKD/Series/X.cs", "using MemKD.Engine.Random;")]
    [InlineData("MemKD/Series/Generators/X.cs", "using MemKD.Engine.Kernels;")]
    [InlineData("MemKD/Evaluation/X.cs", "using MemKD.Training;")]
    [InlineData("MemKD/Distillation/Methods/X.cs", "using MemKD.Series;")]
    [InlineData("MemKD/Distillation/Methods/X.cs", "using Shorter = MemKD.Training;")]
    [InlineData("MemKD.Runtime/X.cs", "using MemKD.Engine;")]
    [InlineData("MemKD.Runtime/Safetensors/X.cs", "using MemKD.Series;")]
    [InlineData("MemKD.Runtime/Kernels/X.cs", "using MemKD.Runtime.Streaming;")]
    [InlineData("MemKD/Models/X.cs", "using static MemKD.Training.Recipes;")]
    [InlineData("MemKD/Models/X.cs", "class X { MemKD.Training.Trainer? field; }")]
    [InlineData("MemKD/Models/X.cs", "class X { Training.Trainer? field; }")]
    [InlineData("MemKD/Helpers/X.cs", "")]
    public void A_planted_import_is_found(string path, string line)
    {
        var folder = path[..path.LastIndexOf('/')].Replace('/', '.');
        var planted = new SourceFile(path, $"namespace {folder};\n{line}\n");

        Assert.Single(ViolationsOf(planted));
    }

    [Theory]
    [InlineData("MemKD/Series/Generators/X.cs", "using MemKD.Engine.Random;")]
    [InlineData("MemKD/Models/X.cs", "using MemKD.Engine.Kernels;")]
    [InlineData("MemKD/Models/X.cs", "// unlike MemKD.Training.Trainer")]
    [InlineData("MemKD/Models/X.cs", "class X { InputException? field; string Training => \"\"; }")]
    [InlineData("MemKD.Cli/X.cs", "using MemKD.Series;")]
    public void An_allowed_import_is_not(string path, string line)
    {
        var folder = path[..path.LastIndexOf('/')].Replace('/', '.');
        var planted = new SourceFile(path, $"namespace {folder};\n{line}\n");

        Assert.Empty(ViolationsOf(planted));
    }

    [Fact]
    public void A_namespace_that_is_not_the_folders_is_found() =>
        Assert.Single(
            ImportRules.Violations([
                new("MemKD/Series/X.cs", "namespace MemKD.Models;\n"),
                new("MemKD/Series/Readers/Y.cs", "namespace MemKD.Series;\n"),
            ])
        );

    [Fact]
    public void No_namespace_of_the_project_is_imported_everywhere()
    {
        var projects = Directory.EnumerateFiles(
            Path.Combine(Repository.Root, "src"),
            "*.csproj",
            SearchOption.AllDirectories
        );

        Assert.DoesNotContain(projects, p => File.ReadAllText(p).Contains("<Using ", StringComparison.Ordinal));
        Assert.DoesNotContain(Sources(), s => s.Text.Contains("global using MemKD", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_under_src_has_fewer_than_400_lines()
    {
        None(Sources().Where(s => IsTooLong(s.Text)).Select(s => s.Path));
        Assert.False(IsTooLong(string.Concat(Enumerable.Repeat("x\n", MostLines - 1))));
        Assert.True(IsTooLong(string.Concat(Enumerable.Repeat("x\n", MostLines))));
    }

    [Fact]
    public void No_text_file_names_a_folder_of_one_machine_or_has_carriage_returns()
    {
        var files = OurFiles(Repository.Root).ToArray();
        Assert.Contains(files, f => f.EndsWith("LayoutTests.cs", StringComparison.Ordinal));

        None(
            files
                .Select(f => (Path: f, Fault: TextFault(File.ReadAllText(f))))
                .Where(f => f.Fault is not null)
                .Select(f => $"{Path.GetRelativePath(Repository.Root, f.Path)}: {f.Fault}")
        );
    }

    [Theory]
    [InlineData("see /ho" + "me/ada/x", true)]
    [InlineData("\"C:" + "\\\\Users\\\\x\"", true)]
    [InlineData("=/tm" + "p/x", true)]
    [InlineData("a\r\nb", true)]
    [InlineData("/usr/bin/python3 and src/wo" + "rk/x", false)]
    public void A_planted_fault_of_text_is_found(string text, bool found) =>
        Assert.Equal(found, TextFault(text) is not null);

    [Fact]
    public void Every_package_and_every_rule_that_is_off_has_its_reason_on_record()
    {
        const string Package = @"PackageVersion Include=""(?<name>[^""]+)";
        const string Tool = @"""(?<name>[\w.-]+)"": \{\s*""version""";
        const string Rule = @"diagnostic\.(?<name>\w+)\.severity = none";

        Assert.Empty(Missing(Package, "Directory.Packages.props", "0002-dependencies.md"));
        Assert.Empty(Missing(Tool, "dotnet-tools.json", "0002-dependencies.md"));
        Assert.Empty(Missing(Rule, ".editorconfig", "0001-analyzers.md"));
        Assert.Contains("xunit.v3", Missing(Package, "Directory.Packages.props", "0001-analyzers.md"));
    }

    /// <summary>Names that the pattern finds in a file and that a decision does not mention.</summary>
    private static string[] Missing(string pattern, string file, string decision)
    {
        var record = File.ReadAllText(Path.Combine(Repository.Root, "docs", "decisions", decision));
        var names = Regex
            .Matches(
                File.ReadAllText(Path.Combine(Repository.Root, file)),
                pattern,
                RegexOptions.ExplicitCapture,
                TimeSpan.FromSeconds(5)
            )
            .Select(m => m.Groups["name"].Value)
            .ToArray();
        Assert.NotEmpty(names);
        return [.. names.Where(n => !record.Contains(n, StringComparison.Ordinal))];
    }

    /// <summary>Assert.Empty that shows every line whole.</summary>
    private static void None(IEnumerable<string> faults) => Assert.True(!faults.Any(), string.Join('\n', faults));

    private static IEnumerable<string> ViolationsOf(SourceFile planted) =>
        ImportRules
            .Violations([.. Sources(), planted])
            .Where(v => v.StartsWith(planted.Path + ":", StringComparison.Ordinal));

    private static string? TextFault(string text) =>
        text.Contains('\r', StringComparison.Ordinal) ? "has carriage returns"
        : MachinePath().Match(text) is { Success: true } match ? $"names {match.Value}"
        : null;

    private static bool IsTooLong(string text) => text.Count(c => c == '\n') >= MostLines;

    private static List<SourceFile> Sources()
    {
        var root = Path.Combine(Repository.Root, "src");
        var sources = OurFiles(root)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .Select(f => new SourceFile(Path.GetRelativePath(root, f).Replace('\\', '/'), File.ReadAllText(f)))
            .ToList();
        Assert.Contains(
            sources,
            s => string.Equals(s.Path, "MemKD.Runtime/InputException.cs", StringComparison.Ordinal)
        );
        return sources;
    }

    private static IEnumerable<string> OurFiles(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(f => TextFiles.Contains(Path.GetExtension(f), StringComparer.Ordinal))
            .Concat(
                Directory
                    .EnumerateDirectories(folder)
                    .Where(d => !NotOurs.Contains(Path.GetFileName(d), StringComparer.Ordinal))
                    .SelectMany(OurFiles)
            );

    // A home, temporary or mounted work folder, from the root of a file system.
    [GeneratedRegex(
        @"(?<![\w.])/(home|Users|root|tmp|work)/|\b[A-Z]:\\+(Users|home)",
        RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex MachinePath();
}
