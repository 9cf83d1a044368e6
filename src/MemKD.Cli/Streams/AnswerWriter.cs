using System.Globalization;
using System.Text.Json;
using MemKD.Runtime.Streaming;

namespace MemKD.Cli.Streams;

/// <summary>
/// Answers as lines: CSV with the header <c>sample,class,p_CLASS…</c>, or one JSON object a line. Only whole lines go out, when
/// asked for and whenever some tens of kilobytes have come together. Probabilities read back as the same float32.
/// </summary>
internal sealed class AnswerWriter
{
    private const int Enough = 1 << 15;
    private const int LongestNumber = 24;

    private readonly TextWriter output;
    private readonly IStreamClassifier stream;
    private readonly float[] probabilities;
    private readonly string begin;
    private readonly string afterSample; // between the sample's number and the class
    private readonly string[] classes; // each up to the first probability
    private readonly string[] beforeProbability;
    private readonly string end;
    private readonly int longestLine;
    private readonly char[] lines;
    private int length;

    /// <summary>Writes the header.</summary>
    public AnswerWriter(TextWriter output, IStreamClassifier stream, bool json)
    {
        this.output = output;
        this.stream = stream;
        probabilities = new float[stream.Classes.Count];
        string Key(int k) => $"\"{JsonEncodedText.Encode(stream.Classes[k])}\"";
        beforeProbability =
        [
            .. Enumerable.Range(0, probabilities.Length).Select(k => json ? $"{(k == 0 ? "" : ",")}{Key(k)}:" : ","),
        ];
        classes = [.. stream.Classes.Select((c, k) => json ? $"{Key(k)},\"probabilities\":{{" : CsvField(c))];
        afterSample = json ? ",\"class\":" : ",";
        begin = json ? "{\"sample\":" : "";
        end = json ? "}}\n" : "\n";
        longestLine =
            begin.Length
            + afterSample.Length
            + classes.Max(c => c.Length)
            + beforeProbability.Sum(b => b.Length + LongestNumber)
            + end.Length
            + LongestNumber;
        lines = new char[Enough + longestLine];
        if (!json)
        {
            output.Write($"sample,class,{string.Join(',', stream.Classes.Select(c => CsvField($"p_{c}")))}\n");
        }
    }

    /// <summary>Writes the classifier's answer.</summary>
    /// <param name="sample">Number of the sample, from 0.</param>
    public void Write(long sample)
    {
        stream.Scores(probabilities);
        Add(begin);
        sample.TryFormat(lines.AsSpan(length), out var written, default, CultureInfo.InvariantCulture);
        length += written;
        Add(afterSample);
        Add(classes[stream.Class]); // of logits: probabilities may tie
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
