using System.CommandLine;
using System.Globalization;
using MemKD.Distillation;

namespace MemKD.Cli.Options;

/// <summary>The distillation method and its parameters; what is not given stays the protocol's.</summary>
internal sealed class MethodOptions
{
    private readonly Option<string?> method = new("--method")
    {
        Description = "Distillation method (default memkd), with parameters or as a sum; see 'memkd methods'",
        HelpName = "ID[:NAME=VALUE,...][+ID...]",
    };

    private readonly Option<string?> lambda = new("--lambda")
    {
        Description =
            "Weight of the method's loss (default: the method's own, see 'memkd methods'); auto chooses it on a fifth of the training cases",
        HelpName = "X|auto",
    };

    private readonly Option<bool> constantLambda = new("--constant-lambda")
    {
        Description = "Full weight from the first update to the last: no rise, no fall",
    };
    private readonly Option<long?> copies = NumberOption.Whole(
        "--copies",
        "Augmented copies of every training case that students learn from (default 8, fewer for large sets)",
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
        method.CompletionSources.Add([.. DistillationMethods.All.Select(m => m.Id)]);
        method.Validators.Add(result =>
        {
            try
            {
                MethodChoice.Parse(result.Tokens[^1].Value);
            }
            catch (InputException e)
            {
                result.AddError($"--method: {e.Message}");
            }
        });
        Option[] all = [method, lambda, constantLambda, copies];
        foreach (var option in all)
        {
            verb.Add(option);
        }
    }

    /// <summary>Settings with the changes; the recipe in them is final already.</summary>
    public DistillationSettings Apply(DistillationSettings settings, ParseResult parsed)
    {
        var own = parsed.GetValue(method) is { } text ? settings.WithMethod(MethodChoice.Parse(text)) : settings;
        return own with
        {
            Weight = parsed.GetValue(lambda) switch
            {
                null => own.Weight,
                var given when IsAuto(given) => null,
                var given => double.Parse(given, CultureInfo.InvariantCulture),
            },
            WeightSchedule = parsed.GetValue(constantLambda) ? WeightSchedule.Constant : settings.WeightSchedule,
            AugmentedCopies = (int?)parsed.GetValue(copies) ?? settings.AugmentedCopies,
        };
    }

    private static bool IsAuto(string text) => string.Equals(text, "auto", StringComparison.OrdinalIgnoreCase);
}
