using System.CommandLine;
using System.Globalization;

namespace MemKD.Cli.Options;

/// <summary>Options with a number in a range; null when not given. Invariant culture.</summary>
internal static class NumberOption
{
    /// <summary>A whole number.</summary>
    public static Option<long?> Whole(string name, string description, long from, long to = int.MaxValue) =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (
                    long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                    && value >= from
                    && value <= to
                )
                {
                    return value;
                }

                result.AddError(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}: '{text}' is no whole number from {from}{(to is int.MaxValue or long.MaxValue ? " up" : $" to {to}")}"
                    )
                );
                return null;
            },
        };

    /// <summary>A number with a decimal point.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">One line.</param>
    /// <param name="fits">Which values may be.</param>
    /// <param name="range">The same in words, after "a number".</param>
    public static Option<double?> Real(string name, string description, Func<double, bool> fits, string range) =>
        new(name)
        {
            Description = description,
            HelpName = "X",
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (TryParse(text, out var value) && fits(value))
                {
                    return value;
                }

                result.AddError($"{name}: '{text}' is no number {range}");
                return null;
            },
        };

    /// <summary>A finite number as people write it.</summary>
    public static bool TryParse(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
