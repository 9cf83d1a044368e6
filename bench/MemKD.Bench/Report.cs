using System.Globalization;
using System.Text;
using MemKD.Comparison.Tables;

namespace MemKD.Bench;

/// <summary>A goal beside what was measured.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Wanted">The goal.</param>
/// <param name="IsLeast">Whether the goal is the least allowed, else the most.</param>
/// <param name="Measured">The value; NaN where a peer is missing.</param>
/// <param name="Unit">Follows both numbers.</param>
internal sealed record Goal(string What, double Wanted, bool IsLeast, double Measured, string Unit)
{
    /// <summary>A goal that more is better for.</summary>
    public static Goal AtLeast(string what, double wanted, double? measured, string unit = "x") =>
        new(what, wanted, true, measured ?? double.NaN, unit);

    /// <summary>A goal that less is better for.</summary>
    public static Goal AtMost(string what, double wanted, double? measured, string unit = "x") =>
        new(what, wanted, false, measured ?? double.NaN, unit);

    /// <summary>met, missed, or not measured.</summary>
    public string Verdict =>
        double.IsNaN(Measured) ? "not measured"
        : (IsLeast ? Measured >= Wanted : Measured <= Wanted) ? "met"
        : "missed";
}

/// <summary>What a group found.</summary>
internal sealed class Section
{
    /// <summary>Its tables.</summary>
    public List<ReportTable> Tables { get; } = [];

    /// <summary>The goals it measures.</summary>
    public List<Goal> Goals { get; } = [];

    /// <summary>Adds a table of texts.</summary>
    public void Add(string title, string[] header, IEnumerable<string[]> rows, params string[] notes) =>
        Tables.Add(
            new ReportTable(title, header, [.. rows.Select(r => r.Select(c => new TableCell(c)).ToArray())], notes)
        );
}

/// <summary>Numbers as tables show them.</summary>
internal static class Show
{
    /// <summary>Three digits that count; a dash for what was not measured.</summary>
    public static string Number(double? value)
    {
        if (value is not { } v || double.IsNaN(v))
        {
            return "-";
        }

        var digits = v == 0 ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(v))), 0, 9);
        return v.ToString(string.Create(CultureInfo.InvariantCulture, $"F{digits}"), CultureInfo.InvariantCulture);
    }

    /// <summary>Seconds as milliseconds.</summary>
    public static string Milliseconds(double? seconds) => Number(1e3 * seconds);

    /// <summary>Seconds as nanoseconds.</summary>
    public static string Nanoseconds(double? seconds) => Number(1e9 * seconds);

    /// <summary>A share in percent.</summary>
    public static string Percent(double? share) =>
        share is { } s ? (100 * s).ToString("F0", CultureInfo.InvariantCulture) : "-";

    /// <summary>Bytes as MiB.</summary>
    public static string Mebibytes(double bytes) => Number(bytes / (1 << 20));
}

/// <summary>The results as one Markdown document.</summary>
internal static class Report
{
    /// <summary>Writes it.</summary>
    /// <param name="processor">The processor's name.</param>
    /// <param name="facts">Versions and circumstances.</param>
    /// <param name="sections">What each group found.</param>
    public static string Markdown(
        string processor,
        IEnumerable<(string Name, string Value)> facts,
        IReadOnlyList<(Group Group, Section Section)> sections
    )
    {
        var text = new StringBuilder();
        text.Append("# Speed on ").Append(processor).Append("\n\n");
        text.Append("Written by `bench/run.sh`; what each group measures: [docs/speed.md](../../docs/speed.md).\n\n");
        text.Append("| | |\n| --- | --- |\n");
        foreach (var (name, value) in facts)
        {
            text.Append("| ")
                .Append(name)
                .Append(" | ")
                .Append(value.Replace("|", "\\|", StringComparison.Ordinal))
                .Append(" |\n");
        }

        text.Append("\n## Goals\n\n").Append(MarkdownRenderer.Render(Goals(sections.SelectMany(s => s.Section.Goals))));
        foreach (var (group, section) in sections)
        {
            text.Append("\n## ").Append(group.Title).Append("\n\n").Append(group.Measures).Append('\n');
            foreach (var table in section.Tables)
            {
                text.Append('\n').Append(MarkdownRenderer.Render(table).TrimEnd('\n')).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The goals as a table.</summary>
    public static ReportTable Goals(IEnumerable<Goal> goals) =>
        new(
            "Goal, measured, met or missed",
            ["what", "goal", "measured", "verdict"],
            [
                .. goals.Select(g =>
                    new TableCell[]
                    {
                        new(g.What),
                        new($"{(g.IsLeast ? "≥" : "≤")} {Show.Number(g.Wanted)} {g.Unit}"),
                        new($"{Show.Number(g.Measured)} {g.Unit}"),
                        new(g.Verdict),
                    }
                ),
            ],
            []
        );
}
