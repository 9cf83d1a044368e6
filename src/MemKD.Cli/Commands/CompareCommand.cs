using System.CommandLine;
using MemKD.Cli.Options;
using MemKD.Comparison;
using MemKD.Comparison.Figures;
using MemKD.Comparison.Tables;
using MemKD.Experiments;
using MemKD.Reporting;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd compare</c>: what a benchmark says, with the statistics.</summary>
internal static class CompareCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "compare",
            "Tables, ranks, tests and figures of a benchmark's methods",
            "memkd compare runs/bench",
            "memkd compare runs/bench --teachers --preset demsar --format markdown",
            "memkd compare runs/bench --measure accuracy --published published.csv --svg figures",
            "memkd compare runs/bench --cases memkd none"
        );
        var folder = new Argument<string>("DIR") { Description = "Folder of a benchmark" };
        verb.Add(folder);
        var options = new CompareOptions(verb);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var bench = new BenchmarkFolder(parsed.GetValue(folder)!);
            var plan =
                bench.ReadPlan()
                ?? throw new InputException($"{bench.Root}: no plan here; give a folder that `memkd benchmark` wrote.");
            var asked = options.Get(parsed);
            var results = BenchmarkResults.Read(plan, bench);
            AuditCommand.Require(results);
            if (results.Missing.Count > 0)
            {
                session.Warn($"{results.Missing.Count} runs are not finished; what is missing is left out.");
            }

            var scores = new BenchmarkScores(results, asked.Teachers);
            IReadOnlyList<ReportTable> tables =
                asked.Cases.Length > 0
                    ? [FlippedCases.Of(bench, scores, asked.Cases[0], asked.Cases[1])]
                    : [.. Compare(asked, scores)];
            if (common.Json(parsed))
            {
                session.WriteJson(ReportTableJson.Of(tables));
                return ExitCode.Ok;
            }

            session.Out.Write(string.Join('\n', tables.Select(t => Render(t, asked.Format))));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static IEnumerable<ReportTable> Compare(CompareOptions.Comparisons asked, BenchmarkScores scores)
    {
        var table = scores.By(asked.Measure);
        foreach (var path in asked.Published)
        {
            table = table.With(PublishedTable.Read(path));
        }

        table = asked.Methods.Length > 0 ? table.Only(asked.Methods) : table;
        var control = asked.Control ?? (table.Methods.Contains("none", StringComparer.Ordinal) ? "none" : null);
        var sizes = new Lazy<SizeComparison>(() => SizeComparison.Of(table, scores.Parameters()));
        var ranks = new Lazy<MethodComparison>(() => MethodComparison.Of(table, asked.Preset, asked.Level));
        var gains = new Lazy<GainsOverControl>(() => GainsOverControl.Of(table, control!, level: asked.Level));
        var several = table.Methods.Count > 1;
        var ranked = several && table.Complete().Datasets.Count > 1;
        var made = new List<ReportTable>();
        foreach (var name in asked.Tables)
        {
            ReportTable? one = name switch
            {
                "per-set" => ComparisonTables.PerSet(table),
                "cells" => ComparisonTables.Cells(table),
                "ranks" when ranked => ComparisonTables.RanksOf(ranks.Value),
                "win-tie-loss" when ranked => ComparisonTables.WinTieLoss(ranks.Value),
                "matrix" when ranked => ComparisonTables.Matrix(ranks.Value),
                "gains" when several && control != null => ComparisonTables.Gains(gains.Value),
                "gains-per-set" when several && control != null => ComparisonTables.GainsPerSet(gains.Value),
                "sizes" when several => ComparisonTables.Sizes(sizes.Value),
                _ => null, // one method, one data set or no control: there is nothing to compare
            };
            if (one != null)
            {
                made.Add(one);
            }
        }

        if (asked.Svg != null)
        {
            Directory.CreateDirectory(asked.Svg);
            Write(asked.Svg, "sizes.svg", SizeFigure.ToSvg(sizes.Value));
            if (ranked)
            {
                Write(asked.Svg, "critical-difference.svg", CriticalDifferenceFigure.ToSvg(ranks.Value));
                Write(asked.Svg, "matrix.svg", ComparisonMatrixFigure.ToSvg(ranks.Value));
            }
        }

        return made;
    }

    private static void Write(string folder, string name, string svg) =>
        BenchmarkFolder.WriteText(Path.Combine(folder, name), svg);

    private static string Render(ReportTable table, string format) =>
        format switch
        {
            "markdown" => MarkdownRenderer.Render(table),
            "csv" => CsvRenderer.Render(table),
            "latex" => LatexRenderer.Render(table),
            _ => TextRenderer.Render(table),
        };
}
