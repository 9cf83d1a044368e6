using System.CommandLine;
using System.Globalization;
using MemKD.Distillation;

namespace MemKD.Cli.Options;

/// <summary>The distillation method and its parameters; what is not given stays the protocol's.</summary>
internal sealed class MethodOptions
{
    private readonly Option<string?> method = ChoiceOption.Of(
        "--method",
        "Distillation method (default memkd); see 'memkd methods'",
        [.. DistillationMethods.All.Select(m => m.Id)]
    );

    private readonly Option<string?> lambda = new("--lambda")
    {
        Description =
            $"Weight of the method's loss (default {new DistillationSettings().Weight?.ToString(CultureInfo.InvariantCulture) ?? "auto"}); auto chooses it on a fifth of the training cases",
        HelpName = "X|auto",
    };

    private readonly Option<long?> pairs = NumberOption.Whole(
        "--pairs",
        "memkd: random pairs of time points a batch",
        1,
        100_000
    );
    private readonly Option<double?> shortWeight = NumberOption.Real(
        "--short-weight",
        "memkd: weight of consecutive pairs",
        x => x >= 0,
        "from 0 up"
    );
    private readonly Option<double?> longWeight = NumberOption.Real(
        "--long-weight",
        "memkd: weight of random pairs",
        x => x >= 0,
        "from 0 up"
    );
    private readonly Option<bool> constantLambda = new("--constant-lambda")
    {
        Description = "Full weight from the first update on, no warm-up",
    };
    private readonly Option<bool> authorSampling = new("--author-sampling")
    {
        Description = "memkd: draw pairs as the authors' code does",
    };
    private readonly Option<bool> noGuard = new("--no-guard")
    {
        Description = "memkd: divide by the norm of a state as it is, as the authors' code does",
    };
    private readonly Option<long?> copies = NumberOption.Whole(
        "--copies",
        "Augmented copies of every training case (with --jitter, --scaling, --slicing, --warping)",
        0,
        1000
    );

    /// <summary>Adds them to a verb.</summary>
    public MethodOptions(Command verb)
    {
        lambda.Validators.Add(result =>
        {
            var text = result.Tokens[^1].Value;
            if (!IsAuto(text) && !(NumberOption.TryParse(text, out var value) && value >= 0))
            {
                result.AddError($"--lambda: '{text}' is neither auto nor a number from 0 up");
            }
        });
        lambda.CompletionSources.Add("auto");
        Option[] all =
        [
            method,
            lambda,
            pairs,
            shortWeight,
            longWeight,
            constantLambda,
            authorSampling,
            noGuard,
            copies,
        ];
        foreach (var option in all)
        {
            verb.Add(option);
        }
    }

    /// <summary>The method's id.</summary>
    public string Method(ParseResult parsed) => parsed.GetValue(method) ?? DistillationMethods.MemKd;

    /// <summary>Settings with the changes; the recipe in them is final already.</summary>
    /// <exception cref="UsageException">Augmentation without copies.</exception>
    public DistillationSettings Apply(DistillationSettings settings, ParseResult parsed)
    {
        var changed = settings with
        {
            Method = settings.Method with
            {
                PairCount = (int?)parsed.GetValue(pairs) ?? settings.Method.PairCount,
                ShortTermWeight = parsed.GetValue(shortWeight) ?? settings.Method.ShortTermWeight,
                LongTermWeight = parsed.GetValue(longWeight) ?? settings.Method.LongTermWeight,
                AuthorSampling = parsed.GetValue(authorSampling) || settings.Method.AuthorSampling,
                Epsilon = parsed.GetValue(noGuard) ? 0 : settings.Method.Epsilon,
            },
            Weight = parsed.GetValue(lambda) switch
            {
                null => settings.Weight,
                var text when IsAuto(text) => null,
                var text => double.Parse(text, CultureInfo.InvariantCulture),
            },
            WeightWarmUp = parsed.GetValue(constantLambda) ? 0 : settings.WeightWarmUp,
            AugmentedCopies = (int?)parsed.GetValue(copies) ?? settings.AugmentedCopies,
        };
        return !changed.Recipe.Augmentation.IsOff && changed.AugmentedCopies == 0
            ? throw new UsageException(
                "students learn from augmented copies: give --copies N with --jitter, --scaling, --slicing or --warping."
            )
            : changed;
    }

    private static bool IsAuto(string text) => string.Equals(text, "auto", StringComparison.OrdinalIgnoreCase);
}
