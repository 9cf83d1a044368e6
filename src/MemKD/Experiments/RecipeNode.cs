using System.Globalization;

namespace MemKD.Experiments;

/// <summary>A piece of a recipe with the place where it stands: a word, a list, or named members.</summary>
/// <param name="Where">File, line and column, or the option; messages start with it.</param>
public abstract record RecipeNode(string Where)
{
    /// <summary>An error about this piece.</summary>
    public InputException Error(string what) => new($"{Where}: {what}");

    /// <summary>The word that stands here.</summary>
    /// <exception cref="InputException">A list or members.</exception>
    public string Word(string key) =>
        this is RecipeWord word ? word.Text : throw Error($"{key} takes one value here, no list or mapping.");

    /// <summary>A list, or one thing as a list of one.</summary>
    /// <exception cref="InputException">Members, or nothing.</exception>
    public IReadOnlyList<RecipeNode> List(string key) =>
        this switch
        {
            RecipeList { Items.Count: > 0 } list => list.Items,
            RecipeWord => [this],
            _ => throw Error($"{key} takes a value or a list of at least one."),
        };

    /// <summary>A whole number.</summary>
    /// <exception cref="InputException">Another word, or out of range.</exception>
    public long Whole(string key, long from, long to)
    {
        var text = Word(key);
        return
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= from
            && value <= to
            ? value
            : throw Error(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key}: '{text}' is no whole number from {from}{(to >= int.MaxValue ? " up" : $" to {to}")}."
                )
            );
    }

    /// <summary>A number in a range that is described by words.</summary>
    /// <exception cref="InputException">Another word, or out of range.</exception>
    public double Real(string key, Func<double, bool> fits, string range)
    {
        var text = Word(key);
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
            && fits(value)
            ? value
            : throw Error($"{key}: '{text}' is no number {range}.");
    }

    /// <summary>The index of one of some words, letter case ignored.</summary>
    /// <exception cref="InputException">Another word, with the nearest.</exception>
    public int Choice(string key, IReadOnlyList<string> words)
    {
        var text = Word(key);
        for (var i = 0; i < words.Count; i++)
        {
            if (string.Equals(words[i], text, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        throw Error($"{key}: '{text}' is not known; {Hint(text, words)}");
    }

    /// <summary>What was probably meant.</summary>
    internal static string Hint(string text, IEnumerable<string> words) =>
        NearestName.Of(text, words) is { } nearest ? $"did you mean {nearest}?" : $"use {string.Join(", ", words)}.";
}

/// <summary>A number, a truth value or a text, as it was written.</summary>
/// <param name="Text">The text.</param>
/// <param name="Where">Where it stands.</param>
public sealed record RecipeWord(string Text, string Where) : RecipeNode(Where);

/// <summary>A list.</summary>
/// <param name="Items">Its items in order.</param>
/// <param name="Where">Where it stands.</param>
public sealed record RecipeList(IReadOnlyList<RecipeNode> Items, string Where) : RecipeNode(Where);

/// <summary>Named members, each name once.</summary>
/// <param name="Where">Where it stands.</param>
public sealed record RecipeMap(string Where) : RecipeNode(Where)
{
    private readonly Dictionary<string, RecipeNode> members = new(StringComparer.Ordinal);

    /// <summary>The members.</summary>
    public IReadOnlyDictionary<string, RecipeNode> Members => members;

    /// <summary>A member; null when it is not there.</summary>
    public RecipeNode? this[string key] => members.GetValueOrDefault(key);

    /// <summary>Adds a member.</summary>
    /// <exception cref="InputException">The name is there already.</exception>
    public void Add(string key, RecipeNode value)
    {
        if (!members.TryAdd(key, value))
        {
            throw value.Error($"'{key}' is given twice; keep one of them.");
        }
    }

    /// <summary>Sets a member, there or not: <c>teacher.updates</c> sets <c>updates</c> of the member <c>teacher</c>.</summary>
    /// <exception cref="InputException">What should have members is a word or a list.</exception>
    public void Set(string path, RecipeNode value)
    {
        if (path.Split('.', 2) is not [var first, var rest])
        {
            members[path] = value;
            return;
        }

        if (!members.TryGetValue(first, out var inner))
        {
            members[first] = inner = new RecipeMap(value.Where);
        }

        (inner as RecipeMap ?? throw inner.Error($"{first} has no members; it cannot be changed by '{path}'.")).Set(
            rest,
            value
        );
    }

    /// <summary>Takes a member away, unless its name is among some.</summary>
    public void Remove(string key, IEnumerable<string> unless)
    {
        if (!unless.Contains(key, StringComparer.Ordinal))
        {
            members.Remove(key);
        }
    }

    /// <summary>Refuses members that nobody knows.</summary>
    /// <exception cref="InputException">An unknown name, with the nearest.</exception>
    public void Require(IReadOnlyCollection<string> known)
    {
        foreach (var (key, value) in members)
        {
            if (!known.Contains(key, StringComparer.Ordinal))
            {
                throw value.Error($"'{key}' is not known here; {Hint(key, known)}");
            }
        }
    }
}
