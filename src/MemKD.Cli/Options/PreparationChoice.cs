using System.CommandLine;
using System.Globalization;
using MemKD.Series;

namespace MemKD.Cli.Options;

/// <summary>How raw series become input.</summary>
internal sealed class PreparationChoice
{
    private const int Longest = 1_000_000;

    private readonly Option<string?> normalise = ChoiceOption.Of(
        "--normalise",
        "Scaling of values (default auto: series-z for one channel, train-channel-z for several)",
        [.. Enum.GetValues<Normalization>().Select(n => n.ToText())]
    );

    private readonly Option<string?> length = new("--length")
    {
        Description = "Longer series are interpolated to this many time points (default 100); raw keeps all",
        HelpName = "N|raw",
    };

    private readonly Option<bool> noDifferences = new("--no-differences")
    {
        Description = "Leave out the channels of first differences that the network sees beside the series",
    };

    /// <summary>Adds them to a verb.</summary>
    public PreparationChoice(Command verb)
    {
        normalise.Aliases.Add("--normalize");
        length.Validators.Add(result =>
        {
            var text = result.Tokens[^1].Value;
            if (!IsRaw(text) && Parse(text) is null)
            {
                result.AddError($"--length: '{text}' is neither raw nor a whole number from 2 to {Longest}");
            }
        });
        verb.Add(length);
        verb.Add(normalise);
        verb.Add(noDifferences);
    }

    /// <summary>What was asked for; the authors' protocol has no differences.</summary>
    public PreparationOptions Get(bool authors, ParseResult parsed)
    {
        var options = new PreparationOptions { Differences = !authors && !parsed.GetValue(noDifferences) };
        if (parsed.GetValue(normalise) is { } normalisation)
        {
            options = options with { Normalization = NormalizationText.Parse(normalisation) };
        }

        return parsed.GetValue(length) is { } text ? options with { MaxLength = Parse(text) } : options;
    }

    private static bool IsRaw(string text) => string.Equals(text, "raw", StringComparison.OrdinalIgnoreCase);

    private static int? Parse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && value is >= 2 and <= Longest
            ? value
            : null;
}
