using MemKD.Distillation;
using MemKD.Series;

namespace MemKD.Experiments;

/// <summary>What a benchmark compares: data sets × resamples × seeds × student sizes × methods.</summary>
public sealed record BenchmarkRecipe
{
    private const int MostRepetitions = 100_000;

    /// <summary>The keys of a recipe file.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "datasets",
        "methods",
        "seeds",
        "resamples",
        "hidden",
        "compression",
        "lambda",
        "lambda_grid",
        "length",
        "normalise",
        "differences",
        "protocol",
        "teacher",
        "student",
    ];

    /// <summary>Data sets: names or paths, as the catalog takes them.</summary>
    public required IReadOnlyList<string> Datasets { get; init; }

    /// <summary>Methods; <c>none</c> is the student alone.</summary>
    public required IReadOnlyList<MethodChoice> Methods { get; init; }

    /// <summary>Seeds of weights, batches and validation cases.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];

    /// <summary>Resamples of the data; 0 is the archive's split.</summary>
    public IReadOnlyList<int> Resamples { get; init; } = [0];

    /// <summary>Hidden units of the students; empty where <see cref="Compressions"/> says how large they are.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>How many times smaller than the teacher the students are at least.</summary>
    public IReadOnlyList<double> Compressions { get; init; } = [];

    /// <summary>λ of every method; null: see <see cref="ChoosesWeight"/>.</summary>
    public double? Weight { get; init; }

    /// <summary>Whether λ is chosen for each run on validation cases; else it is each method's own.</summary>
    public bool ChoosesWeight { get; init; }

    /// <summary>Values of λ to choose from, the same for every method; null: each method's own, equally many.</summary>
    public IReadOnlyList<double>? WeightGrid { get; init; }

    /// <summary>How series become input.</summary>
    public PreparationOptions Preparation { get; init; } = new();

    /// <summary>Whether recipes and architectures start from those of the MemKD authors.</summary>
    public bool IsAuthors { get; init; }

    /// <summary>Changes to the teacher, or null.</summary>
    public RecipeNode? Teacher { get; init; }

    /// <summary>Changes to the student, or null.</summary>
    public RecipeNode? Student { get; init; }

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InputException">An unknown or missing key, or a value that cannot be; with its place.</exception>
    public static BenchmarkRecipe Read(RecipeMap map)
    {
        map.Require(Keys);
        var hidden = map["hidden"]?.List("hidden").Select(n => (int)n.Whole("hidden", 1, 4096)).Distinct().ToArray();
        var compression = map["compression"]
            ?.List("compression")
            .Select(n => n.Real("compression", x => x >= 1, "from 1 up"))
            .Distinct()
            .ToArray();
        if (hidden is not null && compression is not null)
        {
            throw map["compression"]!.Error("give hidden or compression, not both.");
        }

        var isAuthors = map["protocol"]?.Choice("protocol", ["default", "authors"]) == 1;
        var (grid, weight) = (map["lambda_grid"], map["lambda"]);
        var isAuto = Is(weight, "auto");
        if (grid is not null && weight is not null && !isAuto)
        {
            throw grid.Error("lambda is given, so there is nothing to choose; leave one of them out.");
        }

        return new BenchmarkRecipe
        {
            Datasets = [.. Needed(map, "datasets").Select(n => n.Word("datasets")).Distinct(StringComparer.Ordinal)],
            Methods = [.. Needed(map, "methods").Select(Method).DistinctBy(m => m.FullText, StringComparer.Ordinal)],
            Seeds = [.. Numbers(map, "seeds").Select(n => (ulong)n)],
            Resamples = [.. Numbers(map, "resamples").Select(n => (int)n)],
            Hidden = hidden ?? (compression is null ? [8] : []),
            Compressions = compression ?? [],
            Weight =
                weight is null || isAuto || Is(weight, "own")
                    ? null
                    : weight.Real("lambda", x => x >= 0, "from 0 up, nor auto, nor own"),
            ChoosesWeight = isAuto || grid is not null || (weight is null && isAuthors),
            WeightGrid = grid
                ?.List("lambda_grid")
                .Select(n => n.Real("lambda_grid", x => x >= 0, "from 0 up"))
                .Distinct()
                .ToArray(),
            Preparation = Prepare(map, isAuthors),
            IsAuthors = isAuthors,
            Teacher = map["teacher"],
            Student = map["student"],
        };
    }

    /// <summary>The methods of a text with commas: those of <c>kd,memkd:pairs=9,short=0,none</c> are three.</summary>
    public static IEnumerable<string> SplitMethods(string text)
    {
        var method = "";
        foreach (var piece in text.Split(','))
        {
            var equals = piece.IndexOf('=', StringComparison.Ordinal);
            var goesOn = method.Length > 0 && equals >= 0 && !piece[..equals].Contains(':', StringComparison.Ordinal);
            if (!goesOn && method.Length > 0)
            {
                yield return method;
            }

            method = goesOn ? $"{method},{piece}" : piece;
        }

        yield return method;
    }

    private static IReadOnlyList<RecipeNode> Needed(RecipeMap map, string key) =>
        (map[key] ?? throw map.Error($"{key} are missing; give at least one.")).List(key);

    private static MethodChoice Method(RecipeNode node)
    {
        try
        {
            return MethodChoice.Parse(node.Word("methods"));
        }
        catch (InputException e) when (!e.Message.StartsWith(node.Where, StringComparison.Ordinal))
        {
            throw node.Error(e.Message);
        }
    }

    /// <summary>Numbers and ranges: <c>[0, 3, 5..9]</c>; 0 alone where nothing is given.</summary>
    private static IEnumerable<long> Numbers(RecipeMap map, string key)
    {
        var numbers = new SortedSet<long>();
        foreach (var node in map[key]?.List(key) ?? [])
        {
            var ends = node.Word(key).Split("..");
            long End(string text) => new RecipeWord(text, node.Where).Whole(key, 0, int.MaxValue);
            var (from, to) = (End(ends[0]), End(ends[^1]));
            if (ends.Length > 2 || to < from || to - from >= MostRepetitions)
            {
                throw node.Error($"{key}: '{node.Word(key)}' is no range such as 0..4.");
            }

            for (var n = from; n <= to; n++)
            {
                numbers.Add(n);
            }
        }

        return numbers.Count == 0 ? [0] : numbers;
    }

    private static bool Is(RecipeNode? node, string word) =>
        node is RecipeWord { Text: var text } && string.Equals(text, word, StringComparison.OrdinalIgnoreCase);

    /// <summary>How series become input; the authors' protocol has no differences unless they are asked for.</summary>
    private static PreparationOptions Prepare(RecipeMap map, bool isAuthors)
    {
        var options = new PreparationOptions { Differences = !isAuthors };
        if (map["length"] is { } length)
        {
            options = options with { MaxLength = Is(length, "raw") ? null : (int)length.Whole("length", 2, 1_000_000) };
        }

        if (map["normalise"] is { } normalise)
        {
            var values = Enum.GetValues<Normalization>();
            options = options with
            {
                Normalization = values[normalise.Choice("normalise", [.. values.Select(v => v.ToText())])],
            };
        }

        return map["differences"] is { } differences
            ? options with
            {
                Differences = differences.Choice("differences", ["false", "true"]) == 1,
            }
            : options;
    }
}
