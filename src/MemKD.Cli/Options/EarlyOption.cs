using System.CommandLine;
using System.Globalization;
using MemKD.Runtime.Streaming;

namespace MemKD.Cli.Options;

/// <summary><c>--early THRESHOLD[,CONSECUTIVE]</c>: a rule of early decision; null when not given.</summary>
internal static class EarlyOption
{
    private const string Name = "--early";

    /// <summary>The option.</summary>
    public static Option<EarlyRule?> Of(string description) =>
        new(Name)
        {
            Description = description,
            HelpName = "THRESHOLD[,CONSECUTIVE]",
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                var parts = text.Split(',');
                var consecutive = 1;
                if (
                    parts.Length <= 2
                    && NumberOption.TryParse(parts[0], out var threshold)
                    && threshold is > 0 and <= 1
                    && (
                        parts.Length == 1
                        || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out consecutive)
                    )
                    && consecutive >= 1
                )
                {
                    return new EarlyRule(threshold, consecutive);
                }

                result.AddError(
                    $"{Name}: '{text}' is no rule; give a probability above 0 and at most 1, and after a comma how many answers in a row, such as 0.95,3"
                );
                return null;
            },
        };

    /// <summary>A rule as the option takes it.</summary>
    public static string Text(EarlyRule rule) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{rule.Threshold}{(rule.Consecutive > 1 ? $",{rule.Consecutive}" : "")}"
        );
}
