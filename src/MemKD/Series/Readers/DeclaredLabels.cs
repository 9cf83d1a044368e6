using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>
/// The labels a header declares. A label of a case is one of them, letter for letter; a number may be written
/// otherwise (<c>1.0</c> for <c>1</c>) when that leaves no doubt.
/// </summary>
internal sealed class DeclaredLabels
{
    private readonly HashSet<string> labels = new(StringComparer.Ordinal);
    private readonly Dictionary<double, string?> byNumber = [];

    /// <summary>Number of distinct labels.</summary>
    public int Count => labels.Count;

    /// <summary>Declares a label; a second time it changes nothing.</summary>
    public void Add(string label)
    {
        if (labels.Add(label) && Number(label) is { } number)
        {
            byNumber[number] = byNumber.ContainsKey(number) ? null : label;
        }
    }

    /// <summary>The declared label that a case's text means.</summary>
    /// <param name="lines">Where the text stands.</param>
    /// <param name="piece">The text, a slice of the current line.</param>
    /// <exception cref="InputException">No declared label.</exception>
    public string Find(LineReader lines, ReadOnlySpan<char> piece)
    {
        var token = piece.Trim();
        if (labels.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var label))
        {
            return label;
        }

        if (Number(token) is { } number && byNumber.TryGetValue(number, out label) && label != null)
        {
            return label;
        }

        throw lines.Error(
            piece,
            $"the class label {LineReader.Quote(token)} is not one of those in the header ({Sample()}); correct the label, or add it to the header."
        );
    }

    private string Sample()
    {
        var few = labels.Order(StringComparer.Ordinal).Take(8).Select(l => l.Length > 30 ? l[..30] + "..." : l);
        return string.Join(", ", few) + (labels.Count > 8 ? ", ..." : "");
    }

    private static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;
}
