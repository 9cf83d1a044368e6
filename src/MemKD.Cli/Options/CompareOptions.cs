using System.CommandLine;
using MemKD.Comparison;
using MemKD.Reporting;

namespace MemKD.Cli.Options;

/// <summary>What a comparison is made of and how it is printed.</summary>
internal sealed class CompareOptions
{
    /// <summary>The tables that can be printed.</summary>
    public static readonly string[] Tables =
    [
        "per-set",
        "cells",
        "ranks",
        "win-tie-loss",
        "matrix",
        "gains",
        "gains-per-set",
        "sizes",
    ];

    private static readonly string[] UsualTables = ["per-set", "ranks", "win-tie-loss", "gains", "sizes"];

    private readonly Option<string?> measure = ChoiceOption.Of(
        "--measure",
        "Measure (default auc_prc)",
        [.. ComparedMeasure.All.Select(m => m.Name)]
    );
    private readonly Option<string?> preset = ChoiceOption.Of(
        "--preset",
        "Whose statistics (default cd-diagram: two-sided Wilcoxon, Holm)",
        [.. ComparisonPreset.All.Select(p => p.Name)]
    );
    private readonly Option<double?> level = NumberOption.Real(
        "--level",
        "Level of the tests (default 0.05)",
        x => x is > 0 and < 1,
        "between 0 and 1"
    );
    private readonly Option<string[]> methods = new("--methods")
    {
        Description = "Only these methods, named as in the tables",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> control = new("--control")
    {
        Description = "Method that gains are counted from (default none, where it is there)",
        HelpName = "NAME",
    };
    private readonly Option<bool> teachers = new("--teachers") { Description = "The teachers stand in the tables too" };
    private readonly Option<string[]> published = new("--published")
    {
        Description = "CSV of published accuracies, as further columns (with --measure accuracy)",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string[]> tables = new("--tables")
    {
        Description = $"Of {string.Join(", ", Tables)} (default {string.Join(", ", UsualTables)})",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> format = ChoiceOption.Of(
        "--format",
        "How tables are printed (default text)",
        "text",
        "markdown",
        "csv",
        "latex"
    );
    private readonly Option<string?> svg = new("--svg")
    {
        Description = "Folder for critical-difference.svg, matrix.svg and sizes.svg",
        HelpName = "DIR",
    };
    private readonly Option<string[]> runs = new("--cases")
    {
        Description =
            "Two methods: cases that one decides rightly and the other wrongly, and McNemar's test, run by run",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Adds them to a verb.</summary>
    public CompareOptions(Command verb)
    {
        tables.CompletionSources.Add(Tables);
        Option[] all = [measure, methods, teachers, published, control, preset, level, tables, format, svg, runs];
        foreach (var option in all)
        {
            verb.Add(option);
        }
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">A combination that has no meaning.</exception>
    public Comparisons Get(ParseResult parsed)
    {
        var name = parsed.GetValue(measure) ?? ComparedMeasure.All[0].Name;
        var others = parsed.GetValue(published) ?? [];
        if (others.Length > 0 && name is not "accuracy")
        {
            throw new UsageException("published tables hold accuracies; add --measure accuracy.");
        }

        var pair = parsed.GetValue(runs) ?? [];
        if (pair.Length is not (0 or 2))
        {
            throw new UsageException("--cases takes two methods.");
        }

        var wanted = parsed.GetValue(tables) is { Length: > 0 } some ? some : UsualTables;
        if (Array.Find(wanted, t => !Tables.Contains(t, StringComparer.Ordinal)) is { } unknown)
        {
            var hint = NearestName.Of(unknown, Tables) is { } nearest
                ? $"did you mean {nearest}?"
                : $"use {string.Join(", ", Tables)}.";
            throw new UsageException($"--tables: '{unknown}' is not known; {hint}");
        }

        return new Comparisons(
            ComparedMeasure.All.Single(m => string.Equals(m.Name, name, StringComparison.Ordinal)),
            ComparisonPreset.Named(parsed.GetValue(preset) ?? ComparisonPreset.CdDiagram.Name),
            parsed.GetValue(level) ?? 0.05,
            parsed.GetValue(methods) ?? [],
            parsed.GetValue(control),
            parsed.GetValue(teachers),
            others,
            wanted,
            parsed.GetValue(format) ?? "text",
            parsed.GetValue(svg),
            pair
        );
    }

    /// <summary>What is compared and how.</summary>
    internal sealed record Comparisons(
        ComparedMeasure Measure,
        ComparisonPreset Preset,
        double Level,
        string[] Methods,
        string? Control,
        bool Teachers,
        string[] Published,
        string[] Tables,
        string Format,
        string? Svg,
        string[] Cases
    );
}
