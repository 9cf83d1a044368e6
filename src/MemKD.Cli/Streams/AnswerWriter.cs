using System.Globalization;
using System.Text.Json;

namespace MemKD.Cli.Streams;

/// <summary>
/// Answers as lines: CSV with the header <c>sample,class,p_CLASS…</c>, or one JSON object a line; decisions have a column <c>decided</c>
/// after the class. Only whole lines go out, when asked for and whenever some tens of kilobytes have come together. Probabilities read back as the same float32.
/// </summary>
internal sealed class AnswerWriter
{
    private const int Enough = 1 << 15;
    private const int LongestNumber = 24;

    private readonly TextWriter output;
    private readonly string begin;
    private readonly string afterSample; // between the sample's number and the class
    private readonly string[] classes;
    private readonly string[] afterClass; // up to the first probability: of no decision, of a decision
    private readonly string[] beforeProbability;
    private readonly string end;
    private readonly int longestLine;
    private readonly char[] lines;
    private int length;

    /// <summary>Writes the header.</summary>
    /// <param name="output">Where lines go.</param>
    /// <param name="labels">Class labels; index = class number.</param>
    /// <param name="json">JSON instead of CSV.</param>
    /// <param name="withDecisions">Every row says whether it is a decision.</param>
    public AnswerWriter(TextWriter output, IReadOnlyList<string> labels, bool json, bool withDecisions)
    {
        this.output = output;
        string Key(int k) => $"\"{JsonEncodedText.Encode(labels[k])}\"";
        string Decided(string value) =>
            !withDecisions ? ""
            : json ? $",\"decided\":{value}"
            : $",{value}";
        beforeProbability =
        [
            .. Enumerable.Range(0, labels.Count).Select(k => json ? $"{(k == 0 ? "" : ",")}{Key(k)}:" : ","),
        ];
        classes = [.. labels.Select((c, k) => json ? Key(k) : CsvField(c))];
        afterClass = [.. ((string[])["false", "true"]).Select(v => Decided(v) + (json ? ",\"probabilities\":{" : ""))];
        afterSample = json ? ",\"class\":" : ",";
        begin = json ? "{\"sample\":" : "";
        end = json ? "}}\n" : "\n";
        longestLine =
            begin.Length
            + afterSample.Length
            + classes.Max(c => c.Length)
            + afterClass.Max(a => a.Length)
            + beforeProbability.Sum(b => b.Length + LongestNumber)
            + end.Length
            + LongestNumber;
        lines = new char[Enough + longestLine];
        if (!json)
        {
            var columns = labels.Select(c => CsvField($"p_{c}"));
            output.Write($"sample,class,{(withDecisions ? "decided," : "")}{string.Join(',', columns)}\n");
        }
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="sample">Number of the sample, from 0.</param>
    /// <param name="number">Number of the class: of logits, where probabilities may tie.</param>
    /// <param name="probabilities">One value a class.</param>
    /// <param name="isDecided">Whether it is a decision; for a writer with decisions.</param>
    public void Write(long sample, int number, ReadOnlySpan<float> probabilities, bool isDecided = false)
    {
        Add(begin);
        sample.TryFormat(lines.AsSpan(length), out var written, default, CultureInfo.InvariantCulture);
        length += written;
        Add(afterSample);
        Add(classes[number]);
        Add(afterClass[isDecided ? 1 : 0]);
        for (var k = 0; k < probabilities.Length; k++)
        {
            Add(beforeProbability[k]);
            probabilities[k].TryFormat(lines.AsSpan(length), out written, default, CultureInfo.InvariantCulture);
            length += written;
        }

        Add(end);
        if (length >= Enough)
        {
            Flush();
        }
    }

    /// <summary>Sends out what has been written.</summary>
    /// <exception cref="IOException">Nobody reads any more.</exception>
    public void Flush()
    {
        output.Write(lines, 0, length);
        length = 0;
        output.Flush();
    }

    private void Add(string text)
    {
        text.CopyTo(lines.AsSpan(length));
        length += text.Length;
    }

    private static string CsvField(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
