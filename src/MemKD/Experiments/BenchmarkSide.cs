using MemKD.Distillation;
using MemKD.Engine.Layers;
using MemKD.Engine.Optimization;
using MemKD.Training;

namespace MemKD.Experiments;

/// <summary>One side of a benchmark, teacher or student: what its runs train, and how.</summary>
/// <param name="Shape">The architecture.</param>
/// <param name="Recipe">The recipe.</param>
/// <param name="WeightSchedule">Students: how λ changes over the run.</param>
/// <param name="AugmentedCopies">Students: augmented copies of each training case.</param>
public sealed record BenchmarkSide(
    NetworkShape Shape,
    TrainingRecipe Recipe,
    WeightSchedule WeightSchedule = default,
    int AugmentedCopies = 0
)
{
    private const string NotNegative = "from 0 up";
    private const string Share = "from 0 to below 1";

    private static readonly Setting[] Settings =
    [
        Word<CellKind>("cell", (s, v) => s with { Shape = s.Shape with { Cell = v } }),
        Whole("layers", 1, 64, (s, v) => s with { Shape = s.Shape with { LayerCount = v } }),
        Word<Pooling>("pooling", (s, v) => s with { Shape = s.Shape with { Pooling = v } }),
        Change("updates", 1, int.MaxValue, (r, v) => r with { Updates = v }),
        Change("batch", 1, 4096, (r, v) => r with { BatchSize = v }),
        Change("learning_rate", x => x > 0, "above 0", (r, v) => r with { LearningRate = v }),
        Word<OptimizerKind>("optimizer", (s, v) => s with { Recipe = s.Recipe with { Optimizer = v } }),
        Word<ScheduleKind>("schedule", (s, v) => s with { Recipe = s.Recipe with { Schedule = v } }),
        Change("warm_up", x => x is >= 0 and <= 1, "from 0 to 1", (r, v) => r with { WarmUp = v }),
        Change("weight_decay", x => x >= 0, NotNegative, (r, v) => r with { WeightDecay = v }),
        Change("clip_norm", x => x >= 0, NotNegative, (r, v) => r with { ClipNorm = v }),
        Change("dropout", x => x is >= 0 and < 1, Share, (r, v) => r with { Dropout = v }),
        Change("label_smoothing", x => x is >= 0 and < 1, Share, (r, v) => r with { LabelSmoothing = v }),
        Change("average_decay", x => x is >= 0 and < 1, Share, (r, v) => r with { AverageDecay = v }),
        Change("forget_bias", _ => true, "", (r, v) => r with { ForgetBias = v }),
        new(
            "augmentation",
            (s, n) =>
                s with
                {
                    Recipe = Augmented(
                        s.Recipe,
                        n.Choice("augmentation", ["none", "mild"]) == 1 ? Augmentation.Mild : new()
                    ),
                }
        ),
        Change("jitter", x => x >= 0, NotNegative, (r, v) => Augmented(r, r.Augmentation with { Jitter = v })),
        Change("scaling", x => x >= 0, NotNegative, (r, v) => Augmented(r, r.Augmentation with { Scaling = v })),
        Change("slicing", x => x is >= 0 and < 1, Share, (r, v) => Augmented(r, r.Augmentation with { Slicing = v })),
        Change("warping", x => x is >= 0 and < 1, Share, (r, v) => Augmented(r, r.Augmentation with { Warping = v })),
        Word<Selection>("selection", (s, v) => s with { Recipe = s.Recipe with { Selection = v } }),
        Change(
            "validation_fraction",
            x => x is > 0 and < 1,
            "between 0 and 1",
            (r, v) => r with { ValidationFraction = v }
        ),
        Change("evaluate_every", 1, int.MaxValue, (r, v) => r with { EvaluateEvery = v }),
        Change("patience", 0, int.MaxValue, (r, v) => r with { Patience = v }),
    ];

    private static readonly Setting[] OfTeacher =
    [
        .. Settings,
        Whole("hidden", 1, 4096, (s, v) => s with { Shape = s.Shape with { HiddenSize = v } }),
        new(
            "bidirectional",
            (s, n) =>
                s with
                {
                    Shape = s.Shape with { Bidirectional = n.Choice("bidirectional", ["false", "true"]) == 1 },
                }
        ),
    ];

    private static readonly Setting[] OfStudent =
    [
        .. Settings,
        Schedule("lambda_warm_up", (w, share) => w with { Rise = share }),
        Schedule("lambda_fall", (w, share) => w with { Fall = share }),
        Whole("copies", 0, 1000, (s, v) => s with { AugmentedCopies = v }),
    ];

    /// <summary>A teacher with the changes that a recipe asks for.</summary>
    /// <exception cref="InputException">An unknown key or a value that cannot be.</exception>
    public BenchmarkSide ChangeTeacher(RecipeNode? changes) => Apply(changes, OfTeacher, "teacher");

    /// <summary>A student with the changes that a recipe asks for.</summary>
    /// <exception cref="InputException">An unknown key or a value that cannot be.</exception>
    public BenchmarkSide ChangeStudent(RecipeNode? changes) => Apply(changes, OfStudent, "student");

    private BenchmarkSide Apply(RecipeNode? changes, Setting[] known, string key)
    {
        if (changes is null)
        {
            return this;
        }

        var map = changes as RecipeMap ?? throw changes.Error($"{key} takes a mapping of keys to values.");
        map.Require([.. known.Select(s => s.Key)]);
        var side = known.Aggregate(this, (s, setting) => map[setting.Key] is { } n ? setting.Set(s, n) : s);
        return side.Recipe.Patience > 0 && side.Recipe.Selection == Selection.Last
            ? throw map.Error("patience needs validation cases; give selection: validation_auc_prc.")
            : side;
    }

    private static TrainingRecipe Augmented(TrainingRecipe recipe, Augmentation augmentation) =>
        recipe with
        {
            Augmentation = augmentation,
        };

    private static Setting Whole(string key, int from, int to, Func<BenchmarkSide, int, BenchmarkSide> set) =>
        new(key, (s, n) => set(s, (int)n.Whole(key, from, to)));

    private static Setting Change(string key, int from, int to, Func<TrainingRecipe, int, TrainingRecipe> set) =>
        Whole(key, from, to, (s, v) => s with { Recipe = set(s.Recipe, v) });

    private static Setting Change(
        string key,
        Func<double, bool> fits,
        string range,
        Func<TrainingRecipe, double, TrainingRecipe> set
    ) => new(key, (s, n) => s with { Recipe = set(s.Recipe, n.Real(key, fits, range)) });

    private static Setting Schedule(string key, Func<WeightSchedule, double, WeightSchedule> set) =>
        new(
            key,
            (s, n) =>
                s with
                {
                    WeightSchedule = set(s.WeightSchedule, n.Real(key, x => x is >= 0 and <= 1, "from 0 to 1")),
                }
        );

    /// <summary>A word of an enumeration, in snake_case: <c>validation_auc_prc</c>.</summary>
    private static Setting Word<T>(string key, Func<BenchmarkSide, T, BenchmarkSide> set)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        var words = values
            .Select(v => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()))
            .ToArray();
        return new(key, (s, n) => set(s, values[n.Choice(key, words)]));
    }

    private sealed record Setting(string Key, Func<BenchmarkSide, RecipeNode, BenchmarkSide> Set);
}
