using MemKD.Comparison.Statistics;

namespace MemKD.Comparison;

/// <summary>Two methods over all data sets, seen from the first.</summary>
/// <param name="Wins">Data sets on which the first is better.</param>
/// <param name="Ties">Data sets with equal scores.</param>
/// <param name="Losses">Data sets on which the second is better.</param>
/// <param name="MeanGain">Mean score of the first minus that of the second, turned round where less is better: above 0 the first is better.</param>
/// <param name="PValue">Of the preset's test, unadjusted; NaN where it has none (Nemenyi). One-sided tests ask whether the method that stands first in the order is better.</param>
/// <param name="Differs">Whether the preset calls the two different.</param>
public readonly record struct PairComparison(
    int Wins,
    int Ties,
    int Losses,
    double MeanGain,
    double PValue,
    bool Differs
)
{
    /// <summary>Seen from the second.</summary>
    internal PairComparison Turned() => this with { Wins = Losses, Losses = Wins, MeanGain = -MeanGain };
}

/// <summary>
/// Methods compared over the data sets on which all of them have a score, the way a preset does it. Methods are ordered from the
/// best; equal ones by name.
/// </summary>
public sealed class MethodComparison
{
    private readonly PairComparison[][] byPair;

    private MethodComparison(
        ComparisonPreset preset,
        double level,
        ScoreTable table,
        double[] averageRanks,
        FriedmanTest? friedman,
        PairComparison[][] pairs
    )
    {
        Preset = preset;
        Level = level;
        Table = table;
        AverageRanks = averageRanks;
        Friedman = friedman;
        byPair = pairs;
    }

    /// <summary>The preset.</summary>
    public ComparisonPreset Preset { get; }

    /// <summary>The level α.</summary>
    public double Level { get; }

    /// <summary>The complete data sets, with the methods in order.</summary>
    public ScoreTable Table { get; }

    /// <summary>The methods from the best.</summary>
    public IReadOnlyList<string> Methods => Table.Methods;

    /// <summary>Average rank of each method, 1 is best, in the order of <see cref="Methods"/>.</summary>
    public IReadOnlyList<double> AverageRanks { get; }

    /// <summary>Friedman's test; null for two methods and where the preset does without.</summary>
    public FriedmanTest? Friedman { get; }

    /// <summary>Nemenyi's critical difference; null where the preset has none.</summary>
    public double? CriticalDifference { get; private init; }

    /// <summary>Groups of methods that do not differ, as numbers in <see cref="Methods"/>; see the preset.</summary>
    public IReadOnlyList<int[]> Cliques { get; private init; } = [];

    /// <summary>What was done and found, a sentence each: the exact test, Friedman's result, data sets left out.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Two methods by their numbers in <see cref="Methods"/>, seen from the first.</summary>
    public PairComparison this[int first, int second] => byPair[first][second];

    /// <summary>Compares.</summary>
    /// <param name="scores">At least two methods, at most 64, and at least two data sets that have them all.</param>
    /// <param name="preset">How.</param>
    /// <param name="level">α, between 0 and 1.</param>
    /// <exception cref="InputException">Too few or too many methods, or too few complete data sets.</exception>
    public static MethodComparison Of(ScoreTable scores, ComparisonPreset preset, double level = 0.05)
    {
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        var complete = scores.Complete();
        if (complete.Methods.Count is < 2 or > Comparison.Cliques.MostMethods)
        {
            throw new InputException(
                $"{complete.Methods.Count} methods; a comparison takes 2 to {Comparison.Cliques.MostMethods}."
            );
        }

        if (complete.Datasets.Count < 2)
        {
            var missing = scores.Missing;
            throw new InputException(
                $"Only {complete.Datasets.Count} of {scores.Datasets.Count} data sets have a score of every method; at least 2 are needed"
                    + (missing.Count == 0 ? "." : $": {missing[0].Method} lacks {missing[0].Dataset}, for one.")
            );
        }

        var ordered = complete.Only(Order(complete, preset));
        var columns = Oriented(ordered);
        var ranks = AverageRanksOf(columns);
        var friedman =
            preset.Cliques == CliqueRule.None || columns.Length < FriedmanTest.FewestMethods
                ? null
                : FriedmanTest.Of(RowsOf(columns), preset.CorrectsFriedmanForTies);
        var someDiffer = friedman is null || FriedmanPValue(preset, friedman) < level;
        double? critical =
            preset.Pairs == PairRule.CriticalDifference
                ? NemenyiTest.CriticalDifference(columns.Length, columns[0].Length, level)
                : null;
        var pairs = Pairs(columns, preset, level, (first, second) => ranks[second] - ranks[first] >= critical);
        if (!someDiffer)
        {
            pairs = Array.ConvertAll(pairs, row => Array.ConvertAll(row, p => p with { Differs = false }));
        }

        return new MethodComparison(preset, level, ordered, ranks, friedman, pairs)
        {
            CriticalDifference = critical,
            Cliques = preset.Cliques switch
            {
                CliqueRule.Intervals => Comparison.Cliques.Intervals(columns.Length, (i, j) => pairs[i][j].Differs),
                CliqueRule.MaximalGroups => Comparison.Cliques.MaximalGroups(
                    columns.Length,
                    (i, j) => pairs[i][j].Differs
                ),
                _ => [],
            },
            Notes = [.. ComparisonNotes.Of(preset, level, ordered, friedman, critical, someDiffer), .. scores.Notes()],
        };
    }

    /// <summary>The scores of each method, turned round where less is better: more is better.</summary>
    internal static double[][] Oriented(ScoreTable complete)
    {
        var sign = complete.HigherIsBetter ? 1 : -1;
        return
        [
            .. Enumerable
                .Range(0, complete.Methods.Count)
                .Select(m =>
                    Enumerable.Range(0, complete.Datasets.Count).Select(d => sign * complete[d, m].Mean).ToArray()
                ),
        ];
    }

    /// <summary>Friedman's p-value that a preset looks at: χ² as the programs do, F as Demšar recommends.</summary>
    internal static double FriedmanPValue(ComparisonPreset preset, FriedmanTest friedman) =>
        preset.CorrectsFriedmanForTies ? friedman.PValue : friedman.FPValue;

    private static string[] Order(ScoreTable complete, ComparisonPreset preset)
    {
        var columns = Oriented(complete);
        var ranks = AverageRanksOf(columns);
        var keys = preset.OrdersByMean ? Array.ConvertAll(columns, c => -c.Average()) : ranks;
        return
        [
            .. Enumerable
                .Range(0, columns.Length)
                .OrderBy(m => keys[m])
                .ThenBy(m => complete.Methods[m], StringComparer.Ordinal)
                .Select(m => complete.Methods[m]),
        ];
    }

    private static double[] AverageRanksOf(double[][] columns)
    {
        var sums = new double[columns.Length];
        foreach (var row in RowsOf(columns))
        {
            var ranks = Ranks.Descending(row);
            for (var m = 0; m < sums.Length; m++)
            {
                sums[m] += ranks[m];
            }
        }

        return Array.ConvertAll(sums, s => s / columns[0].Length);
    }

    private static double[][] RowsOf(double[][] columns) =>
        [.. Enumerable.Range(0, columns[0].Length).Select(d => Array.ConvertAll(columns, c => c[d]))];

    private static PairComparison[][] Pairs(
        double[][] columns,
        ComparisonPreset preset,
        double level,
        Func<int, int, bool> ranksDiffer
    )
    {
        var k = columns.Length;
        (int First, int Second)[] all =
        [
            .. from i in Enumerable.Range(0, k) from j in Enumerable.Range(i + 1, k - i - 1) select (i, j),
        ];
        var pValues = Array.ConvertAll(
            all,
            p =>
                preset.Pairs == PairRule.CriticalDifference
                    ? double.NaN
                    : WilcoxonTest.Of(columns[p.First], columns[p.Second], preset.Zeros, preset.Alternative).PValue
        );
        double[] adjusted = preset.Pairs == PairRule.HolmStepDown ? MultipleTesting.Holm(pValues) : [];
        var pairs = new PairComparison[k][];
        for (var i = 0; i < k; i++)
        {
            pairs[i] = new PairComparison[k];
            pairs[i][i] = new PairComparison(0, columns[i].Length, 0, 0, 1, Differs: false);
        }

        for (var p = 0; p < all.Length; p++)
        {
            var (i, j) = all[p];
            var differs = preset.Pairs switch
            {
                PairRule.SharedLevel => pValues[p] <= level / (k - 1),
                PairRule.HolmStepDown => adjusted[p] <= level,
                PairRule.Uncorrected => pValues[p] < level,
                _ => ranksDiffer(i, j),
            };
            pairs[i][j] = Count(columns[i], columns[j]) with { PValue = pValues[p], Differs = differs };
            pairs[j][i] = pairs[i][j].Turned();
        }

        return pairs;
    }

    /// <summary>Wins, ties and losses, and the mean gain, of two oriented columns.</summary>
    internal static PairComparison Count(double[] first, double[] second)
    {
        var (wins, ties) = (0, 0);
        for (var d = 0; d < first.Length; d++)
        {
            wins += first[d] > second[d] ? 1 : 0;
            ties += first[d].Equals(second[d]) ? 1 : 0;
        }

        return new PairComparison(
            wins,
            ties,
            first.Length - wins - ties,
            first.Average() - second.Average(),
            double.NaN,
            Differs: false
        );
    }
}
