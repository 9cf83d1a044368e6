using System.Diagnostics;
using System.Globalization;
using System.Text;
using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Series.Readers;

namespace MemKD.Tests.Series.Readers;

/// <summary>
/// Damaged files: whatever the bytes, a reader returns a sound data set or throws <see cref="InputException"/>, soon.
/// Iteration i is the mutation of seed i, so a failure is repeated by its number. MEMKD_FUZZ_ITERATIONS asks for more.
/// </summary>
public class FuzzTests
{
    private static readonly int Iterations = int.Parse(
        Environment.GetEnvironmentVariable("MEMKD_FUZZ_ITERATIONS") ?? "60000",
        CultureInfo.InvariantCulture
    );

    // A sample has under 1 kB, reading it takes microseconds; a second means a hang even on a busy machine.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private static readonly string[] Tokens =
    [
        "",
        "NaN",
        "nan",
        "?",
        "1e400",
        "-1e-400",
        "1e39",
        "Infinity",
        "-",
        "+",
        ".",
        "1.",
        "0x10",
        "1,5",
        "99999999999999999999",
        "12345678901234567.12345678901234567",
        ":",
        "::",
        ",",
        ",,",
        "'",
        "\"",
        "\"\"",
        "\\",
        "\\n",
        "(",
        ")",
        "(1,2)",
        "(1",
        "{",
        "}",
        "{0 1}",
        "%",
        "#",
        "@",
        "@data",
        "@end x",
        "@attribute a numeric",
        "@attribute r relational",
        "@classLabel true a",
        "@timeStamps true",
        "@equalLength true",
        "@dimensions 2147483648",
        "@relation x",
        "true",
        "false",
        "case_id,reading_id",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "\t",
        " ",
        "\r",
        "\n",
        "\r\n",
        "\0",
        "\u001f",
        "\uFEFF",
        "\u00A0",
        "\u2028",
        "\u0085",
        "\U0001F600",
        "é",
        "label",
        "y",
        "1.0",
    ];

    [Fact]
    public void A_damaged_file_is_read_or_refused_and_nothing_else()
    {
        var read = 0;
        for (var i = 0; i < Iterations; i++)
        {
            var random = new SeededRandom((ulong)i, "fuzz");
            var sample = Samples.All[random.NextInt(Samples.All.Length)];
            var name = random.NextInt(8) == 0 ? Samples.All[random.NextInt(Samples.All.Length)].Name : sample.Name;
            var bytes = Encoding.UTF8.GetBytes(MutateText(random, sample.Text));
            if (random.NextInt(16) == 0)
            {
                bytes = InMemory.Gzip(bytes);
                name += ".gz";
            }

            var damages = random.NextInt(3);
            for (var d = 0; d < damages; d++)
            {
                bytes = MutateBytes(random, bytes);
            }

            read += Try(i, name, bytes, Options(random)) ? 1 : 0;
        }

        // Neither everything nor nothing is refused, else the mutations test nothing.
        Assert.InRange(read, Iterations / 50, Iterations * 9 / 10);
    }

    private static bool Try(int seed, string name, byte[] bytes, SeriesFileOptions options)
    {
        var watch = Stopwatch.StartNew();
        string? fault;
        var read = false;
        try
        {
            var data = SeriesFile.Read(new MemoryStream(bytes), name, options);
            read = true;
            fault = Unsound(data) ?? (seed % 8 == 0 ? RoundTripFault(data) : null);
        }
        catch (InputException e)
        {
            var oneLine = e.Message.AsSpan().IndexOfAny('\n', '\r') < 0 && e.Message.Length < 600;
            fault = oneLine ? null : "message: " + e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            fault = e.ToString();
        }

        fault ??= watch.Elapsed > Longest ? "took " + watch.Elapsed : null;
        if (fault != null)
        {
            Assert.Fail($"seed {seed}, {name}: {fault}\n{Convert.ToBase64String(bytes)}");
        }

        return read;
    }

    private static string? Unsound(TimeSeriesDataset data)
    {
        for (var i = 0; i < data.Cases.Count; i++)
        {
            var (channels, label) = data.Cases[i];
            if (channels.Length != data.ChannelCount || channels.Length == 0)
            {
                return $"case {i}: {channels.Length} channels";
            }

            if (channels.Any(c => c.Length == 0 || c.Any(float.IsInfinity)))
            {
                return $"case {i}: an empty channel or an infinite value";
            }

            if (label.Length == 0 || !label.Equals(data.Classes[data.Labels[i]], StringComparison.Ordinal))
            {
                return $"case {i}: label '{label}'";
            }
        }

        return null;
    }

    private static string? RoundTripFault(TimeSeriesDataset data)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        try
        {
            TsWriter.Write(data, text);
        }
        catch (InputException)
        {
            return null;
        }

        var shown = InMemory.Show(data);
        var back = InMemory.Show(InMemory.Read("x.ts", text.ToString()));
        return shown.Equals(back, StringComparison.Ordinal) ? null : $"written {shown}, read {back}";
    }

    private static SeriesFileOptions Options(SeededRandom random) =>
        random.NextInt(4) > 0
            ? new SeriesFileOptions()
            : new SeriesFileOptions
            {
                TrailingNaN = (TrailingNaN)random.NextInt(3),
                LabelColumn = (LabelColumn)random.NextInt(3),
                Header = random.NextInt(3) switch
                {
                    0 => null,
                    1 => true,
                    _ => false,
                },
                Channels = random.NextInt(4),
                MaxLineLength = 1 + random.NextInt(200),
                MaxTextLength = 1 + random.NextInt(2000),
                MaxDatasetBytes = 1 + random.NextInt(4000),
            };

    private static string MutateText(SeededRandom random, string text)
    {
        var mutations = random.NextInt(4);
        for (var m = 0; m < mutations; m++)
        {
            var token = Tokens[random.NextInt(Tokens.Length)];
            var at = random.NextInt(text.Length + 1);
            var lines = text.Split('\n');
            var line = random.NextInt(lines.Length);
            switch (random.NextInt(8))
            {
                case 0:
                    text = text.Insert(at, token);
                    break;
                case 1:
                    text = ReplaceToken(text, at, token);
                    break;
                case 2:
                    lines[line] = lines[random.NextInt(lines.Length)];
                    text = string.Join('\n', lines);
                    break;
                case 3:
                    text = string.Join('\n', lines.Where((_, i) => i != line));
                    break;
                case 4:
                    var other = Samples.All[random.NextInt(Samples.All.Length)].Text.Split('\n');
                    lines[line] += "\n" + other[random.NextInt(other.Length)];
                    text = string.Join('\n', lines);
                    break;
                case 5:
                    text = text[..at];
                    break;
                case 6:
                    var length = random.NextInt(text.Length - at + 1);
                    text = text.Insert(at, text.Substring(at, Math.Min(length, 300)));
                    break;
                default:
                    text = text.ReplaceLineEndings(random.NextInt(2) == 0 ? "\r\n" : "\r");
                    break;
            }
        }

        return text;
    }

    /// <summary>Replaces the run of letters and digits at a place.</summary>
    private static string ReplaceToken(string text, int at, string token)
    {
        var (start, end) = (at, at);
        while (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '.' or '-'))
        {
            start--;
        }

        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-'))
        {
            end++;
        }

        return text[..start] + token + text[end..];
    }

    private static byte[] MutateBytes(SeededRandom random, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var at = random.NextInt(bytes.Length);
        switch (random.NextInt(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.NextInt(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.NextInt(256);
                return bytes;
            case 2:
                return [.. bytes[..at], .. bytes[(at + 1)..]];
            default:
                return [.. bytes[..at], (byte)random.NextInt(256), .. bytes[at..]];
        }
    }
}
