using System.Buffers;
using System.Globalization;
using System.Text;

namespace MemKD.Evaluation;

/// <summary>
/// A model's answers as CSV (RFC 4180, UTF-8, lines end with LF): the header
/// <c>case,label,predicted,p_&lt;class&gt;…</c> with one probability column a class, then one row a case in file order.
/// <c>case</c> counts from 0; <c>label</c> and <c>predicted</c> are class labels as text; probabilities are the
/// shortest decimals that read back as the same float32, so that every measure can be computed again from the file.
/// </summary>
public static class PredictionFile
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>Writes a file, whole or not at all; a file of that name is replaced.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="classes">The class labels, K of them, at least two.</param>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="probabilities">[case, class].</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of probabilities a label.</exception>
    /// <exception cref="InputException">
    /// No case, a label outside 0 … K−1, a row that is no distribution, or a path that cannot be written.
    /// </exception>
    public static void Write(
        string path,
        IReadOnlyList<string> classes,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> probabilities
    )
    {
        EvaluationChecks.Probabilities(labels, probabilities, classes.Count);
        Write(path, classes, Texts(classes, labels), probabilities);
    }

    /// <summary>The same for cases whose labels need not be classes of the model.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="classes">The class labels, K of them, at least two.</param>
    /// <param name="labels">Label of each case as text.</param>
    /// <param name="probabilities">[case, class].</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of probabilities a label.</exception>
    /// <exception cref="InputException">No case, a row that is no distribution, or a path that cannot be written.</exception>
    public static void Write(
        string path,
        IReadOnlyList<string> classes,
        IReadOnlyList<string> labels,
        ReadOnlySpan<float> probabilities
    )
    {
        var rows = probabilities.ToArray();
        WholeFile.Write(
            path,
            stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(), leaveOpen: true);
                Write(writer, classes, labels, rows);
            }
        );
    }

    /// <summary>Writes the same text to an open writer.</summary>
    /// <param name="writer">Where to; it is not closed.</param>
    /// <param name="classes">The class labels, K of them, at least two.</param>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="probabilities">[case, class].</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of probabilities a label.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a row that is no distribution.</exception>
    public static void Write(
        TextWriter writer,
        IReadOnlyList<string> classes,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> probabilities
    )
    {
        EvaluationChecks.Probabilities(labels, probabilities, classes.Count);
        Write(writer, classes, Texts(classes, labels), probabilities);
    }

    /// <summary>The same for cases whose labels need not be classes of the model.</summary>
    /// <param name="writer">Where to; it is not closed.</param>
    /// <param name="classes">The class labels, K of them, at least two.</param>
    /// <param name="labels">Label of each case as text.</param>
    /// <param name="probabilities">[case, class].</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of probabilities a label.</exception>
    /// <exception cref="InputException">No case, or a row that is no distribution.</exception>
    public static void Write(
        TextWriter writer,
        IReadOnlyList<string> classes,
        IReadOnlyList<string> labels,
        ReadOnlySpan<float> probabilities
    )
    {
        EvaluationChecks.Probabilities(new int[labels.Count], probabilities, classes.Count);
        string[] fields = [.. classes.Select(Quote)];
        writer.Write("case,label,predicted");
        foreach (var label in classes)
        {
            writer.Write(',');
            writer.Write(Quote("p_" + label));
        }

        writer.Write('\n');
        Span<char> digits = stackalloc char[32];
        for (var i = 0; i < labels.Count; i++)
        {
            var row = probabilities.Slice(i * fields.Length, fields.Length);
            i.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
            writer.Write(digits[..length]);
            writer.Write(',');
            writer.Write(Quote(labels[i]));
            writer.Write(',');
            writer.Write(fields[ConfusionMatrix.Decide(row)]);
            foreach (var p in row)
            {
                p.TryFormat(digits, out length, default, CultureInfo.InvariantCulture);
                writer.Write(',');
                writer.Write(digits[..length]);
            }

            writer.Write('\n');
        }
    }

    private static string[] Texts(IReadOnlyList<string> classes, ReadOnlySpan<int> labels)
    {
        var texts = new string[labels.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = classes[labels[i]];
        }

        return texts;
    }

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(NeedQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
