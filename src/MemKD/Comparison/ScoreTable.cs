namespace MemKD.Comparison;

/// <summary>One measured value.</summary>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Repetition">Number of the seed or resample; each may occur once for a data set and method.</param>
/// <param name="Value">The measure; NaN where the run does not define it, which counts as no value.</param>
public readonly record struct Score(string Dataset, string Method, int Repetition, double Value);

/// <summary>What is known of one method on one data set.</summary>
/// <param name="Mean">
/// Mean over the repetitions, with 12 digits after the point where there are several, so that equal means are equal (three times
/// 0.95 over three is not 0.95 in binary); NaN without one.
/// </param>
/// <param name="Spread">Standard deviation over the repetitions (n − 1 below the root); NaN with fewer than two.</param>
/// <param name="Repetitions">Number of values behind the mean; 0 for a missing cell.</param>
public readonly record struct ScoreCell(double Mean, double Spread, int Repetitions)
{
    private const int MeanDigits = 12;

    /// <summary>A cell without a value.</summary>
    public static ScoreCell None { get; } = new(double.NaN, double.NaN, 0);

    /// <summary>Whether there is no value.</summary>
    public bool IsMissing => Repetitions == 0;

    /// <summary>Summary of values, in their order.</summary>
    internal static ScoreCell Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            return None;
        }

        var mean = values.Count == 1 ? values.First() : Math.Round(values.Sum() / values.Count, MeanDigits);
        var squares = values.Sum(v => (v - mean) * (v - mean));
        var spread = values.Count > 1 ? Math.Sqrt(squares / (values.Count - 1)) : double.NaN;
        return new ScoreCell(mean, spread, values.Count);
    }
}

/// <summary>
/// One measure of several methods on several data sets, each with any number of repetitions. Two rules hold wherever tables
/// are compared, and <see cref="Notes"/> says where they did something. A cell is the mean of the repetitions it has, be
/// they fewer than elsewhere. A data set on which a method has none is left out for all methods (complete cases), see
/// <see cref="Complete"/>.
/// </summary>
public sealed class ScoreTable
{
    private readonly ScoreCell[][] summaries;
    private readonly Dictionary<(int Dataset, int Method), IReadOnlyDictionary<int, double>> singles;

    private ScoreTable(
        string measure,
        bool higherIsBetter,
        IReadOnlyList<string> datasets,
        IReadOnlyList<string> methods,
        ScoreCell[][] cells,
        Dictionary<(int Dataset, int Method), IReadOnlyDictionary<int, double>> values
    )
    {
        Measure = measure;
        HigherIsBetter = higherIsBetter;
        Datasets = datasets;
        Methods = methods;
        summaries = cells;
        singles = values;
    }

    /// <summary>Name of the measure, for example <c>accuracy</c>.</summary>
    public string Measure { get; }

    /// <summary>Whether more is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>The data sets, in ordinal order.</summary>
    public IReadOnlyList<string> Datasets { get; }

    /// <summary>The methods, in the order in which they came.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>A cell.</summary>
    /// <param name="dataset">Number in <see cref="Datasets"/>.</param>
    /// <param name="method">Number in <see cref="Methods"/>.</param>
    public ScoreCell this[int dataset, int method] => summaries[dataset][method];

    /// <summary>Builds a table of measured values.</summary>
    /// <param name="measure">Name of the measure.</param>
    /// <param name="scores">Any order.</param>
    /// <param name="higherIsBetter">False for errors, losses and sizes.</param>
    /// <exception cref="InputException">An empty name, an infinite value, or two values for one repetition.</exception>
    public static ScoreTable Of(string measure, IEnumerable<Score> scores, bool higherIsBetter = true)
    {
        var byCell = new Dictionary<(string, string), SortedDictionary<int, double>>();
        var datasets = new SortedSet<string>(StringComparer.Ordinal);
        var methods = new List<string>();
        foreach (var score in scores)
        {
            if (string.IsNullOrWhiteSpace(score.Dataset) || string.IsNullOrWhiteSpace(score.Method))
            {
                throw new InputException("A score has no data set or no method; name both.");
            }

            if (double.IsInfinity(score.Value))
            {
                throw new InputException(
                    $"{score.Dataset}, {score.Method}, repetition {score.Repetition}: the {measure} is infinite; leave the run out or mend it."
                );
            }

            datasets.Add(score.Dataset);
            if (!methods.Contains(score.Method, StringComparer.Ordinal))
            {
                methods.Add(score.Method);
            }

            if (!byCell.TryGetValue((score.Dataset, score.Method), out var cell))
            {
                byCell[(score.Dataset, score.Method)] = cell = [];
            }

            if (!cell.TryAdd(score.Repetition, score.Value))
            {
                throw new InputException(
                    $"{score.Dataset}, {score.Method}: two values for repetition {score.Repetition}; give each run once."
                );
            }
        }

        string[] rows = [.. datasets];
        var values = new Dictionary<(int, int), IReadOnlyDictionary<int, double>>();
        var cells = new ScoreCell[rows.Length][];
        for (var d = 0; d < rows.Length; d++)
        {
            cells[d] = new ScoreCell[methods.Count];
            for (var m = 0; m < methods.Count; m++)
            {
                var found = byCell.GetValueOrDefault((rows[d], methods[m]), []);
                foreach (var undefined in found.Where(v => double.IsNaN(v.Value)).Select(v => v.Key).ToArray())
                {
                    found.Remove(undefined);
                }

                values[(d, m)] = found;
                cells[d][m] = ScoreCell.Of(found.Values);
            }
        }

        return new ScoreTable(measure, higherIsBetter, rows, methods, cells, values);
    }

    /// <summary>Builds a table of cells that are summaries already, such as a published one.</summary>
    internal static ScoreTable OfCells(
        string measure,
        bool higherIsBetter,
        IReadOnlyList<string> methods,
        IReadOnlyDictionary<string, ScoreCell[]> rows
    )
    {
        string[] datasets = [.. rows.Keys.Order(StringComparer.Ordinal)];
        var cells = Array.ConvertAll(datasets, d => rows[d]);
        return new ScoreTable(measure, higherIsBetter, datasets, methods, cells, []);
    }

    /// <summary>The single values of a cell by repetition, rising; empty where only a summary is known.</summary>
    /// <param name="dataset">Number in <see cref="Datasets"/>.</param>
    /// <param name="method">Number in <see cref="Methods"/>.</param>
    public IReadOnlyDictionary<int, double> Values(int dataset, int method) =>
        singles.TryGetValue((dataset, method), out var found) ? found : new SortedDictionary<int, double>();

    /// <summary>Cells without a value, as <c>data set, method</c>.</summary>
    public IReadOnlyList<(string Dataset, string Method)> Missing =>
        [
            .. from d in Enumerable.Range(0, Datasets.Count)
            from m in Enumerable.Range(0, Methods.Count)
            where summaries[d][m].IsMissing
            select (Datasets[d], Methods[m]),
        ];

    /// <summary>The same with the data sets alone on which every method has a value.</summary>
    public ScoreTable Complete() => Choose([.. CompleteRows()], [.. Enumerable.Range(0, Methods.Count)]);

    /// <summary>The same with some methods, in the order given.</summary>
    /// <exception cref="InputException">A method that is not there, or named twice.</exception>
    public ScoreTable Only(IReadOnlyCollection<string> methods) =>
        methods.Distinct(StringComparer.Ordinal).Count() == methods.Count
            ? Choose([.. Enumerable.Range(0, Datasets.Count)], [.. methods.Select(MethodNumber)])
            : throw new InputException($"A method is named twice in {string.Join(", ", methods)}; name each once.");

    /// <summary>Number of a method.</summary>
    /// <exception cref="InputException">It is not there; the message lists the methods.</exception>
    public int MethodNumber(string method)
    {
        for (var m = 0; m < Methods.Count; m++)
        {
            if (string.Equals(Methods[m], method, StringComparison.Ordinal))
            {
                return m;
            }
        }

        throw new InputException($"No method '{method}'; there are {string.Join(", ", Methods)}.");
    }

    /// <summary>
    /// The same data sets with the methods of another table as further columns. Data sets that only the other
    /// table has are not taken over; those it lacks are missing in its columns.
    /// </summary>
    /// <exception cref="InputException">Another measure or direction, or a method of the same name.</exception>
    public ScoreTable With(ScoreTable other)
    {
        if (!string.Equals(Measure, other.Measure, StringComparison.Ordinal) || HigherIsBetter != other.HigherIsBetter)
        {
            throw new InputException($"A table of {other.Measure} cannot be joined to one of {Measure}.");
        }

        if (Methods.FirstOrDefault(m => other.Methods.Contains(m, StringComparer.Ordinal)) is { } twice)
        {
            throw new InputException($"Both tables have a method '{twice}'; give the columns of one a suffix.");
        }

        var numbers = other
            .Datasets.Select((name, number) => (name, number))
            .ToDictionary(d => d.name, d => d.number, StringComparer.Ordinal);
        var joined = new ScoreCell[Datasets.Count][];
        var all = new Dictionary<(int, int), IReadOnlyDictionary<int, double>>(singles);
        for (var d = 0; d < joined.Length; d++)
        {
            var from = numbers.GetValueOrDefault(Datasets[d], -1);
            joined[d] = [.. summaries[d], .. Enumerable.Range(0, other.Methods.Count).Select(OtherCell)];
            ScoreCell OtherCell(int m)
            {
                all[(d, Methods.Count + m)] = from < 0 ? new SortedDictionary<int, double>() : other.Values(from, m);
                return from < 0 ? ScoreCell.None : other[from, m];
            }
        }

        return new ScoreTable(Measure, HigherIsBetter, Datasets, [.. Methods, .. other.Methods], joined, all);
    }

    /// <summary>What the two rules did, a sentence each: data sets left out, and cells with fewer repetitions than others.</summary>
    public IReadOnlyList<string> Notes()
    {
        var notes = new List<string>();
        var left = Missing
            .GroupBy(m => m.Dataset, m => m.Method, StringComparer.Ordinal)
            .GroupBy(d => string.Join(", ", d), d => d.Key, StringComparer.Ordinal)
            .ToArray();
        if (left.Length > 0)
        {
            var count = left.Sum(group => group.Count());
            notes.Add(
                $"{count} of {Datasets.Count} data sets are left out because a method has no value there. "
                    + string.Join("; ", left.Select(group => $"Without {group.Key}: {string.Join(", ", group)}"))
                    + "."
            );
        }

        for (var m = 0; m < Methods.Count; m++)
        {
            var counts = summaries.Select(row => row[m].Repetitions).Where(c => c > 0).ToArray();
            if (counts.Length > 0 && counts.Min() < counts.Max())
            {
                var few = counts.Count(c => c < counts.Max());
                notes.Add(
                    $"{Methods[m]}: {few} of {counts.Length} means are over fewer than its {counts.Max()} repetitions (at least {counts.Min()})."
                );
            }
        }

        var most = Enumerable.Range(0, Methods.Count).Select(MostRepetitions).ToArray();
        if (most.Length > 0 && most.Distinct().Count() > 1)
        {
            notes.Add(
                "Repetitions behind a mean: " + string.Join(", ", Methods.Select((m, i) => $"{m} {most[i]}")) + "."
            );
        }

        return notes;

        int MostRepetitions(int method) => summaries.Length == 0 ? 0 : summaries.Max(row => row[method].Repetitions);
    }

    private IEnumerable<int> CompleteRows() =>
        Enumerable.Range(0, Datasets.Count).Where(d => !summaries[d].Any(c => c.IsMissing));

    private ScoreTable Choose(int[] rows, int[] columns)
    {
        var chosen = new Dictionary<(int, int), IReadOnlyDictionary<int, double>>();
        for (var d = 0; d < rows.Length; d++)
        {
            for (var m = 0; m < columns.Length; m++)
            {
                chosen[(d, m)] = Values(rows[d], columns[m]);
            }
        }

        return new ScoreTable(
            Measure,
            HigherIsBetter,
            Array.ConvertAll(rows, d => Datasets[d]),
            Array.ConvertAll(columns, m => Methods[m]),
            Array.ConvertAll(rows, d => Array.ConvertAll(columns, m => summaries[d][m])),
            chosen
        );
    }
}
