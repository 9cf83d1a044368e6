using System.CommandLine;
using MemKD.Training;

namespace MemKD.Cli.Options;

/// <summary>Changes to a recipe; what is not given stays the recipe's.</summary>
internal sealed class RecipeOptions
{
    private const string NotNegative = "from 0 up";

    private readonly Option<string?> protocol = ChoiceOption.Of(
        "--protocol",
        "Recipe to start from: ours (default), or that of the paper's authors",
        "default",
        "authors"
    );

    private readonly Option<long?> updates = NumberOption.Whole("--updates", "Updates of the whole run", 1);
    private readonly Option<long?> batch = NumberOption.Whole("--batch", "Cases an update", 1, 4096);
    private readonly Option<double?> learningRate = NumberOption.Real(
        "--learning-rate",
        "Highest learning rate",
        x => x > 0,
        "above 0"
    );
    private readonly Option<double?> weightDecay = NumberOption.Real(
        "--weight-decay",
        "Weight decay",
        x => x >= 0,
        NotNegative
    );
    private readonly Option<double?> dropout = NumberOption.Real(
        "--dropout",
        "Dropout between layers",
        x => x is >= 0 and < 1,
        "from 0 to below 1"
    );
    private readonly Option<double?> labelSmoothing = NumberOption.Real(
        "--label-smoothing",
        "Label smoothing",
        x => x is >= 0 and < 1,
        "from 0 to below 1"
    );
    private readonly Option<bool> noAugmentation = new("--no-augmentation")
    {
        Description = "Learn from the training cases as they are (the four options below can still be given)",
    };
    private readonly Option<double?> jitter = NumberOption.Real(
        "--jitter",
        "Augmentation: standard deviation of noise, less on smooth series",
        x => x >= 0,
        NotNegative
    );
    private readonly Option<double?> scaling = NumberOption.Real(
        "--scaling",
        "Augmentation: standard deviation of a factor around 1",
        x => x >= 0,
        NotNegative
    );
    private readonly Option<double?> slicing = NumberOption.Real(
        "--slicing",
        "Augmentation: largest share of the length cut away",
        x => x is >= 0 and < 1,
        "from 0 to below 1"
    );
    private readonly Option<double?> warping = NumberOption.Real(
        "--warping",
        "Augmentation: strength of time warping",
        x => x is >= 0 and < 1,
        "from 0 to below 1"
    );
    private readonly Option<string?> select = ChoiceOption.Of(
        "--select",
        "State to keep: the last one (none), or by AUC-PRC or loss on a fifth of the training cases",
        "none",
        "validation",
        "validation-loss"
    );
    private readonly Option<string?> optimizer = ChoiceOption.Of(
        "--optimizer",
        "Adam with coupled weight decay, AdamW (default), or SGD with momentum 0.9",
        "adam",
        "adamw",
        "sgd"
    );
    private readonly Option<long?> patience = NumberOption.Whole(
        "--patience",
        "End after this many updates without a better validation score; 0 never",
        0
    );

    /// <summary>Adds them to a verb.</summary>
    public RecipeOptions(Command verb)
    {
        Option[] all =
        [
            protocol,
            updates,
            batch,
            learningRate,
            weightDecay,
            dropout,
            labelSmoothing,
            noAugmentation,
            jitter,
            scaling,
            slicing,
            warping,
            select,
            optimizer,
            patience,
        ];
        foreach (var option in all)
        {
            verb.Add(option);
        }
    }

    /// <summary>Whether the authors' protocol is to be followed.</summary>
    public bool IsAuthors(ParseResult parsed) => parsed.GetValue(protocol) is "authors";

    /// <summary>A recipe with the changes.</summary>
    /// <exception cref="UsageException">Patience without validation cases to be patient about.</exception>
    public TrainingRecipe Apply(TrainingRecipe recipe, ParseResult parsed)
    {
        var augmentation = parsed.GetValue(noAugmentation) ? new() : recipe.Augmentation;
        var changed = recipe with
        {
            Updates = (int?)parsed.GetValue(updates) ?? recipe.Updates,
            BatchSize = (int?)parsed.GetValue(batch) ?? recipe.BatchSize,
            LearningRate = parsed.GetValue(learningRate) ?? recipe.LearningRate,
            Optimizer = parsed.GetValue(optimizer) switch
            {
                null => recipe.Optimizer,
                "adam" => OptimizerKind.Adam,
                "sgd" => OptimizerKind.Sgd,
                _ => OptimizerKind.AdamW,
            },
            WeightDecay = parsed.GetValue(weightDecay) ?? recipe.WeightDecay,
            Dropout = parsed.GetValue(dropout) ?? recipe.Dropout,
            LabelSmoothing = parsed.GetValue(labelSmoothing) ?? recipe.LabelSmoothing,
            Patience = (int?)parsed.GetValue(patience) ?? recipe.Patience,
            Selection = parsed.GetValue(select) switch
            {
                null => recipe.Selection,
                "validation" => Selection.ValidationAucPrc,
                "validation-loss" => Selection.ValidationLoss,
                _ => Selection.Last,
            },
            Augmentation = augmentation with
            {
                Jitter = parsed.GetValue(jitter) ?? augmentation.Jitter,
                Scaling = parsed.GetValue(scaling) ?? augmentation.Scaling,
                Slicing = parsed.GetValue(slicing) ?? augmentation.Slicing,
                Warping = parsed.GetValue(warping) ?? augmentation.Warping,
            },
        };
        return parsed.GetValue(patience) is null || changed.Selection != Selection.Last
            ? changed
            : throw new UsageException("--patience needs validation cases; add --select validation.");
    }
}
