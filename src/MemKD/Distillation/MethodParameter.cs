using System.Globalization;

namespace MemKD.Distillation;

/// <summary>A parameter of a method: a number in a range, or one of some words.</summary>
public sealed record MethodParameter
{
    private MethodParameter(string name, string @default, string meaning)
    {
        Name = name;
        Default = @default;
        Meaning = meaning;
    }

    /// <summary>Its name in <c>method:name=value</c>.</summary>
    public string Name { get; }

    /// <summary>The value without it.</summary>
    public string Default { get; }

    /// <summary>One line.</summary>
    public string Meaning { get; }

    /// <summary>The words it may be; empty for a number.</summary>
    public IReadOnlyList<string> Choices { get; private init; } = [];

    /// <summary>Least value of a number.</summary>
    public double Least { get; private init; }

    /// <summary>Greatest value of a number.</summary>
    public double Greatest { get; private init; }

    /// <summary>Whether a number must be whole.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>A real number.</summary>
    public static MethodParameter Real(
        string name,
        double value,
        string meaning,
        double least = 0,
        double greatest = 1e9
    ) => new(name, MethodValues.Text(value), meaning) { Least = least, Greatest = greatest };

    /// <summary>A whole number.</summary>
    public static MethodParameter Whole(string name, int value, string meaning, int least, int greatest) =>
        new(name, MethodValues.Text(value), meaning)
        {
            Least = least,
            Greatest = greatest,
            IsWhole = true,
        };

    /// <summary>One of some words, the first the default.</summary>
    public static MethodParameter Choice(string name, string meaning, params IReadOnlyList<string> choices) =>
        new(name, choices[0], meaning) { Choices = choices };

    /// <summary>The canonical text of a value.</summary>
    /// <exception cref="InputException">Not a value of this parameter.</exception>
    public string Read(string method, string text)
    {
        if (Choices.Count > 0)
        {
            return Choices.FirstOrDefault(c => string.Equals(c, text, StringComparison.OrdinalIgnoreCase))
                ?? throw new InputException(
                    $"{method}:{Name}: '{text}' is not known; use {string.Join(" or ", Choices)}."
                );
        }

        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= Least
            && value <= Greatest
            && (!IsWhole || Math.Floor(value).Equals(value))
            ? MethodValues.Text(value)
            : throw new InputException(
                $"{method}:{Name}: '{text}' is not a {(IsWhole ? "whole " : "")}number from {MethodValues.Text(Least)} to {MethodValues.Text(Greatest)}."
            );
    }
}

/// <summary>Values of a method's parameters; what is not given has its default.</summary>
public sealed class MethodValues
{
    private readonly IReadOnlyList<MethodParameter> parameters;
    private readonly IReadOnlyDictionary<string, string> given;

    internal MethodValues(IReadOnlyList<MethodParameter> parameters, IReadOnlyDictionary<string, string> given)
    {
        this.parameters = parameters;
        this.given = given;
    }

    /// <summary>A number.</summary>
    public double Real(string name) => double.Parse(this[name], CultureInfo.InvariantCulture);

    /// <summary>A whole number.</summary>
    public int Whole(string name) => (int)Real(name);

    /// <summary>Whether a choice is <paramref name="word"/>.</summary>
    public bool Is(string name, string word) => string.Equals(this[name], word, StringComparison.Ordinal);

    /// <summary>The text of a value.</summary>
    public string this[string name] =>
        given.TryGetValue(name, out var text)
            ? text
            : parameters.Single(p => string.Equals(p.Name, name, StringComparison.Ordinal)).Default;

    /// <summary><c>name=value</c> of every value that is not the default, in the order of the row.</summary>
    internal IEnumerable<string> Changed() =>
        parameters
            .Where(p => !string.Equals(this[p.Name], p.Default, StringComparison.Ordinal))
            .Select(p => $"{p.Name}={this[p.Name]}");

    /// <summary><c>name=value</c> of every value, in the order of the row.</summary>
    internal IEnumerable<string> All() => parameters.Select(p => $"{p.Name}={this[p.Name]}");

    internal static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
