using System.Globalization;

namespace MemKD.Cli.Streams;

/// <summary>
/// Samples as text: one line a time point, one column a channel, commas between. An empty field, <c>?</c> or <c>NaN</c> is
/// missing. Empty lines and lines that start with <c>#</c> are passed over, and a first line without any number, the header.
/// </summary>
/// <param name="input">The bytes.</param>
/// <param name="name">The input's name for messages.</param>
/// <param name="badLine">Told of each line that is not a sample; throws, or lets it be passed over.</param>
internal sealed class CsvSamples(InputBuffer input, string name, Action<string> badLine) : ISampleSource
{
    private long line;

    /// <inheritdoc/>
    public bool Next(Span<float> sample)
    {
        var searched = 0;
        while (true)
        {
            var unused = input.Unused;
            var length = unused[searched..].IndexOf((byte)'\n');
            if (length < 0)
            {
                searched = unused.Length;
                if (input.Fill())
                {
                    continue;
                }

                if (unused.Length == InputBuffer.MostBytes)
                {
                    throw new InputException(
                        $"{name}: line {Text(line + 1)} has more than {Text(InputBuffer.MostBytes)} bytes; give CSV, one line a time point, or --input float32."
                    );
                }

                if (searched == 0)
                {
                    return false;
                }

                var last = Parse(input.Unused, sample);
                input.Use(searched);
                return last;
            }

            length += searched;
            searched = 0;
            var good = Parse(unused[..length], sample);
            input.Use(length + 1);
            if (good)
            {
                return true;
            }
        }
    }

    private bool Parse(ReadOnlySpan<byte> text, Span<float> sample)
    {
        line++;
        text = Trim(text);
        if (line == 1 && text.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
        }

        if (text.IsEmpty || text[0] == '#')
        {
            return false;
        }

        var numbers = 0;
        var bad = -1;
        var channel = 0;
        for (var rest = text; ; channel++)
        {
            var comma = rest.IndexOf((byte)',');
            var field = Trim(comma < 0 ? rest : rest[..comma]);
            if (channel < sample.Length)
            {
                if (!FloatText.TryParse(field, out sample[channel]))
                {
                    bad = bad < 0 ? channel : bad;
                }
                else if (!float.IsNaN(sample[channel]))
                {
                    numbers++;
                }
            }

            if (comma < 0)
            {
                break;
            }

            rest = rest[(comma + 1)..];
        }

        if (bad < 0 && channel + 1 == sample.Length)
        {
            return true;
        }

        if (line > 1 || numbers > 0)
        {
            badLine(
                bad >= 0
                    ? $"{name}: line {Text(line)}, column {Text(bad + 1)} is no number; write missing values as nothing, ? or NaN."
                    : $"{name}: line {Text(line)} has {Text(channel + 1)} columns, the model takes {Text(sample.Length)} channels; give one column a channel."
            );
        }

        return false;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (text is [(byte)' ' or (byte)'\t' or (byte)'\r', ..])
        {
            text = text[1..];
        }

        while (text is [.., (byte)' ' or (byte)'\t' or (byte)'\r'])
        {
            text = text[..^1];
        }

        return text;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
