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

    /// <summary>
    /// Some words out of a list, letter case ignored, commas between, the option given once or more; none when not given.
    /// An unknown one is an error that names the whole list.
    /// </summary>
    public static Option<string[]> Several(string name, string description, params string[] words)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = string.Join('|', words) + ",...",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
            {
                var found = new List<string>();
                foreach (var text in result.Tokens.SelectMany(t => t.Value.Split(',')))
                {
                    if (Array.Find(words, w => string.Equals(w, text, StringComparison.OrdinalIgnoreCase)) is { } word)
                    {
                        found.Add(word);
                    }
                    else
                    {
                        result.AddError($"{name}: '{text}' is not known; use {string.Join(", ", words)}");
                    }
                }

                return [.. found];
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }
}
