using System.CommandLine;
using MemKD.Series;

namespace MemKD.Cli.Options;

/// <summary>Options with one of a few words.</summary>
internal static class ChoiceOption
{
    /// <summary>A word out of a list, letter case ignored; null when not given. The nearest is named in the error.</summary>
    public static Option<string?> Of(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                var found = Array.Find(words, w => string.Equals(w, text, StringComparison.OrdinalIgnoreCase));
                if (found is null)
                {
                    var hint = NearestName.Of(text, words) is { } nearest
                        ? $"did you mean {nearest}?"
                        : $"use {string.Join(", ", words)}";
                    result.AddError($"{name}: '{text}' is not known; {hint}");
                }

                return found;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }
}
