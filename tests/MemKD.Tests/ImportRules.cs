using System.Text.RegularExpressions;

namespace MemKD.Tests;

/// <summary>A source file: its path from src/, with slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text);

/// <summary>
/// Which folder of src/ may use which. A folder stands for its namespace: <c>Engine/Kernels</c> is MemKD.Engine.Kernels.
/// A row holds for the folders below it that have no row of their own. A folder may always use what its row covers,
/// and the types of an enclosing namespace (such as <c>InputException</c>), for which C# needs no using.
/// </summary>
internal static partial class ImportRules
{
    private static readonly (string Folder, string[] MayUse)[] Rows =
    [
        ("Runtime", []),
        ("Runtime/Safetensors", []),
        ("Runtime/Kernels", []),
        ("Runtime/Integer", []),
        ("Runtime/Streaming", ["Runtime/Kernels", "Runtime/Integer"]),
        ("Engine", []),
        ("Engine/Memory", []),
        ("Engine/Simd", []),
        ("Engine/Random", []),
        ("Engine/Kernels", ["Engine/Memory", "Engine/Simd"]),
        ("Engine/Layers", ["Engine/Kernels", "Engine/Memory", "Engine/Random"]),
        ("Engine/Losses", ["Engine/Kernels", "Engine/Memory"]),
        ("Engine/Optimization", ["Engine/Kernels", "Engine/Memory"]),
        // Readers stand alone; what draws (made-up series, a validation split) uses the one seeded generator.
        ("Series", []),
        ("Series/Generators", ["Series", "Engine/Random"]),
        ("Series/Preparation", ["Series", "Engine/Random", "Runtime"]),
        ("Models", ["Series", "Engine", "Runtime"]),
        ("Training", ["Models", "Series", "Evaluation", "Engine", "Runtime/Safetensors"]),
        ("Distillation", ["Training", "Models", "Series", "Evaluation", "Engine"]),
        // A loss never sees a data set or an optimizer.
        ("Distillation/Methods", ["Engine", "Distillation"]),
        // The generator draws bootstrap resamples.
        ("Evaluation", ["Models", "Series", "Runtime", "Engine/Random"]),
        // Tables of scores and their tests: numbers and names alone, no series and no models.
        ("Comparison", []),
        ("Comparison/Statistics", ["Engine/Random"]),
        ("Comparison/Tables", []),
        ("Comparison/Figures", ["Comparison"]),
        ("Experiments", ["Series", "Models", "Training", "Distillation", "Evaluation", "Engine"]),
        // A model's preparation and the series that it scores are types of Series; the quantisation gate measures AUC-PRC; no export trains.
        ("Export", ["Models", "Series", "Evaluation", "Engine", "Runtime"]),
        ("Reporting", ["Experiments", "Comparison", "Evaluation"]),
        ("Cli", [""]),
    ];

    /// <summary>One line for each use that the table does not allow, and for each folder without a row.</summary>
    public static List<string> Violations(IReadOnlyCollection<SourceFile> sources)
    {
        var types = sources
            .GroupBy(s => NamespaceOf(s.Text), StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => g.SelectMany(s => TypesIn(s.Text)).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        var violations = new List<string>();
        foreach (var source in sources)
        {
            var folder = FolderOf(source.Path);
            var own = FolderOfNamespace(NamespaceOf(source.Text));
            if (!Covers(own, folder) || (own.Length == 0 && folder.Length > 0 && !IsProgram(source) && !IsRoot(source)))
            {
                violations.Add($"{source.Path}: the namespace is not that of its folder");
            }

            if (folder.Length == 0)
            {
                continue; // the root of src/MemKD: NearestName
            }

            var row = Rows.Where(r => Covers(r.Folder, folder)).OrderBy(r => r.Folder.Length).LastOrDefault();
            if (row.Folder is null)
            {
                violations.Add($"{source.Path}: the folder has no row in ImportRules");
                continue;
            }

            var code = Comment().Replace(source.Text, "");
            violations.AddRange(
                UsedNamespaces(code, NamespaceOf(source.Text), types)
                    .Select(FolderOfNamespace)
                    .Where(used => !Covers(used, folder) && !IsAllowed(row, used))
                    .Select(used => $"{source.Path}: {folder} may not use {used}")
            );
        }

        return violations;
    }

    private static bool IsAllowed((string Folder, string[] MayUse) row, string used) =>
        Covers(row.Folder, used) || row.MayUse.Any(allowed => Covers(allowed, used));

    private static bool Covers(string folder, string below) =>
        folder.Length == 0
        || string.Equals(folder, below, StringComparison.Ordinal)
        || below.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>Namespaces in using directives, and those before a type's name, in full or from an enclosing namespace.</summary>
    private static HashSet<string> UsedNamespaces(string code, string own, Dictionary<string, HashSet<string>> types)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match match in UsingNamespace().Matches(code))
        {
            used.Add(match.Groups["name"].Value);
        }

        foreach (Match match in DottedName().Matches(code))
        {
            for (var outer = own; ; outer = outer[..Math.Max(0, outer.LastIndexOf('.'))])
            {
                var parts = $"{outer}.{match.Value}".TrimStart('.').Split('.');
                for (var i = 1; i < parts.Length; i++)
                {
                    var candidate = string.Join('.', parts[..i]);
                    if (types.TryGetValue(candidate, out var names) && names.Contains(parts[i]))
                    {
                        used.Add(candidate);
                    }
                }

                if (outer.Length == 0)
                {
                    break;
                }
            }
        }

        return used;
    }

    private static string NamespaceOf(string text) => Namespace().Match(text).Groups["name"].Value;

    private static IEnumerable<string> TypesIn(string text) =>
        TypeDeclaration().Matches(text).Select(m => m.Groups["name"].Value);

    private static bool IsProgram(SourceFile source) => source.Path.EndsWith("/Program.cs", StringComparison.Ordinal);

    /// <summary>Types that every project uses without a using: they lie in the lowest project and in the namespace MemKD.</summary>
    private static bool IsRoot(SourceFile source) =>
        source.Path is "MemKD.Runtime/InputException.cs" or "MemKD.Runtime/WholeFile.cs";

    /// <summary>MemKD.Engine/Kernels/Lstm.cs lies in Engine/Kernels, MemKD/NearestName.cs in the root "".</summary>
    private static string FolderOf(string path)
    {
        var parts = path.Split('/')[..^1];
        parts[0] = parts[0]["MemKD".Length..].TrimStart('.');
        return string.Join('/', parts).Trim('/');
    }

    private static string FolderOfNamespace(string name) =>
        name.Length < "MemKD".Length ? "" : name["MemKD".Length..].TrimStart('.').Replace('.', '/');

    [GeneratedRegex("//.*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^\s*(global )?using (\w+ = )?(?<name>MemKD[\w.]*);",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex UsingNamespace();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(\.[A-Z]\w*)+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DottedName();

    [GeneratedRegex(
        @"\b(class|struct|interface|enum|record|record struct) (?<name>[A-Z]\w*)",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex TypeDeclaration();
}
