using System.Globalization;
using System.Text;
using MemKD.Comparison.Statistics;

namespace MemKD.Comparison;

/// <summary>
/// Tables in the layout of tsml-eval's evaluation, one folder a measure: <c>all_resamples/&lt;method&gt;_&lt;measure&gt;.csv</c>
/// (header <c>Resamples:,0,1,…</c>), <c>&lt;measure&gt;_mean.csv</c>, <c>&lt;measure&gt;_ranks.csv</c> and
/// <c>&lt;measure&gt;_p_values.csv</c> (header <c>Estimators:,A,B</c>; one-sided Wilcoxon above the diagonal, 1 on it, 0 below). Its
/// readers know no gaps: only data sets, and repetitions, that every method has are written. Methods are in ordinal order.
/// </summary>
public static class TsmlAggregates
{
    /// <summary>Writes the files of one measure; older ones are replaced.</summary>
    /// <param name="folder">Where to; it is made if need be.</param>
    /// <param name="scores">Measured values.</param>
    /// <returns>The files.</returns>
    /// <exception cref="InputException">No data set and repetition that every method has, a name that cannot be in a file, or a file that cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, ScoreTable scores)
    {
        var table = scores.Complete().Only([.. scores.Methods.Order(StringComparer.Ordinal)]);
        var measure = FileName(scores.Measure);
        var columns = Enumerable.Range(0, table.Methods.Count).ToArray();
        var rows = Enumerable.Range(0, table.Datasets.Count).ToArray();
        var common = (from d in rows from m in columns select table.Values(d, m).Keys)
            .Aggregate((IEnumerable<int>?)null, (all, some) => all is null ? some : all.Intersect(some))
            ?.Order()
            .ToArray();
        if (common is not { Length: > 0 })
        {
            throw new InputException(
                $"No data set and repetition of {scores.Measure} that every method has; tsml's tables have no gaps, leave methods or data sets out."
            );
        }

        var written = new List<string>();
        var resamples = Path.Combine(folder, "all_resamples");
        try
        {
            Directory.CreateDirectory(resamples);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{resamples}: cannot be made; check that the folder may be written.", e);
        }

        foreach (var m in columns)
        {
            Save(
                Path.Combine("all_resamples", $"{FileName(table.Methods[m])}_{measure}.csv"),
                $"Resamples:,{string.Join(',', common)}",
                rows.Select(d => Line(table.Datasets[d], common.Select(r => table.Values(d, m)[r])))
            );
        }

        var means = Array.ConvertAll(
            rows,
            d => Array.ConvertAll(columns, m => common.Average(r => table.Values(d, m)[r]))
        );
        var oriented = table.HigherIsBetter ? means : Array.ConvertAll(means, row => Array.ConvertAll(row, v => -v));
        var header = $"Estimators:,{string.Join(',', table.Methods)}";
        Save($"{measure}_mean.csv", header, rows.Select(d => Line(table.Datasets[d], means[d])));
        Save($"{measure}_ranks.csv", header, rows.Select(d => Line(table.Datasets[d], Ranks.Descending(oriented[d]))));
        Save(
            $"{measure}_p_values.csv",
            header,
            columns.Select(i => Line(table.Methods[i], columns.Select(j => PValue(i, j))))
        );
        return written;

        double PValue(int i, int j) =>
            i == j ? 1
            : i > j ? 0
            : WilcoxonTest
                .Of(
                    Array.ConvertAll(oriented, row => row[i]),
                    Array.ConvertAll(oriented, row => row[j]),
                    ZeroHandling.Wilcox,
                    Alternative.Greater
                )
                .PValue;

        void Save(string name, string head, IEnumerable<string> lines)
        {
            var path = Path.Combine(folder, name);
            var text = string.Concat(lines.Prepend(head).Select(line => line + "\n"));
            WholeFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            written.Add(path);
        }
    }

    private static string Line(string name, IEnumerable<double> values) =>
        string.Join(',', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)).Prepend(name));

    private static string FileName(string name) =>
        name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':' or ',' or '*' or '?' or '"' or '<' or '>' or '|')
            ? throw new InputException(
                $"'{name}' cannot be part of a file's name; name it with letters, digits, - and _."
            )
            : name;
}
