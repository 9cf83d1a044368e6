using System.Globalization;

namespace MemKD.Comparison;

/// <summary>
/// Published accuracies, to stand beside measured ones. Two layouts of CSV are read, told apart by their header. Wide:
/// <c>dataset,&lt;method&gt;,…</c>, one row a data set, an empty cell where there is no result. Long:
/// <c>archive,dataset,classifier,n_iterations,accuracy_mean,accuracy_std,…</c>, one row a data set and method. Names of data sets are
/// brought to the archive's spelling by <see cref="DatasetAliases"/>.
/// </summary>
public static class PublishedTable
{
    private const long MostBytes = 16 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="suffix">Put behind each method's name, so that it says where it comes from, for example <c> [tsml]</c>.</param>
    /// <returns>A table of the measure <c>accuracy</c>; summaries only, no single values.</returns>
    /// <exception cref="InputException">It cannot be read, has another layout, a value outside 0 to 1, or a cell twice.</exception>
    public static ScoreTable Read(string path, string suffix = "")
    {
        string[] lines;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
            {
                throw new InputException($"{path}: larger than {MostBytes >> 20} MiB; this is no table of results.");
            }

            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read; check that the file exists and may be read.", e);
        }

        var header = lines.Length == 0 ? [] : lines[0].Split(',');
        var columns = new List<string>();
        var rows = new Dictionary<string, Dictionary<string, ScoreCell>>(StringComparer.Ordinal);
        var isLong = header.Length > 5 && header[1] is "dataset" && header[4] is "accuracy_mean";
        if (!isLong && (header.Length < 2 || header[0] is not ("dataset" or "Dataset")))
        {
            throw new InputException(
                $"{path}, line 1: not a table of published results; the header starts with 'dataset,' or 'archive,dataset,classifier,n_iterations,accuracy_mean,accuracy_std'."
            );
        }

        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            var fields = lines[i].Split(',');
            if (fields.Length != header.Length)
            {
                throw new InputException(
                    $"{path}, line {i + 1}: {fields.Length} fields, the header has {header.Length}; mend the line (quotes are not read)."
                );
            }

            if (isLong)
            {
                var cell = new ScoreCell(Accuracy(fields[4], 5), Spread(fields[5]), Repetitions(fields[3]));
                Add(fields[1], fields[2], cell);
            }
            else
            {
                for (var c = 1; c < fields.Length; c++)
                {
                    Add(
                        fields[0],
                        header[c],
                        fields[c].Length == 0
                            ? ScoreCell.None
                            : new ScoreCell(Accuracy(fields[c], c + 1), double.NaN, 1)
                    );
                }
            }

            void Add(string dataset, string method, ScoreCell cell)
            {
                if (!columns.Contains(method + suffix, StringComparer.Ordinal))
                {
                    columns.Add(method + suffix);
                }

                var name = DatasetAliases.CurrentName(dataset.Trim());
                if (!rows.TryGetValue(name, out var row))
                {
                    rows[name] = row = new Dictionary<string, ScoreCell>(StringComparer.Ordinal);
                }

                if (!row.TryAdd(method + suffix, cell))
                {
                    throw new InputException($"{path}, line {i + 1}: {name} and {method} a second time; keep one.");
                }
            }

            double Accuracy(string text, int column) =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && value is >= 0 and <= 1
                    ? value
                    : throw new InputException(
                        $"{path}, line {i + 1}, field {column}: an accuracy is a number from 0 to 1."
                    );

            double Spread(string text) =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0
                    ? value
                    : throw new InputException(
                        $"{path}, line {i + 1}, field 6: a standard deviation is a number from 0."
                    );

            int Repetitions(string text) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
                    ? count
                    : throw new InputException($"{path}, line {i + 1}, field 4: a number of iterations is 1 or more.");
        }

        if (rows.Count == 0)
        {
            throw new InputException($"{path}: no results below the header.");
        }

        return ScoreTable.OfCells(
            "accuracy",
            higherIsBetter: true,
            columns,
            rows.ToDictionary(
                row => row.Key,
                row => columns.Select(m => row.Value.GetValueOrDefault(m, ScoreCell.None)).ToArray(),
                StringComparer.Ordinal
            )
        );
    }
}
