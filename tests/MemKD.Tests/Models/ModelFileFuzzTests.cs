using System.Buffers.Binary;
using System.Text;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Models;
using MemKD.Runtime.Safetensors;
using MemKD.Tests.Series;

namespace MemKD.Tests.Models;

public sealed class ModelFileFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Iterations = 2000;

    private static readonly string[] Fragments =
    [
        "-1",
        "0",
        "1",
        "2",
        "64",
        "65",
        "4096",
        "50000000",
        "2147483647",
        "2147483648",
        "1e9",
        "1e400",
        "null",
        "true",
        "{}",
        "[]",
        "[[[[",
        "\"\"",
        "\"Gru\"",
        "\"a\"",
        "\\u0000",
        "\n",
        ",",
        "\"hidden_size\":4096",
        "\"layer_count\":64",
    ];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_file_with_changed_bytes_is_a_model_or_is_refused_with_little_memory()
    {
        var path = Path.Combine(folder.Path, "model");
        ModelFile.Write(path, SmallModels.Classifier(new NetworkShape(CellKind.Gru, 1, 2, 1, 2)));
        var valid = File.ReadAllBytes(path);
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(valid) + sizeof(long);

        Fuzz(
            path,
            random =>
            {
                var bytes = valid.ToArray();
                for (var changes = 1 + random.NextInt(3); changes > 0; changes--)
                {
                    var at = random.NextInt(random.NextInt(4) == 0 ? bytes.Length : header);
                    bytes[at] = random.NextInt(2) == 0 ? (byte)random.NextInt(256) : (byte)('0' + random.NextInt(10));
                }

                File.WriteAllBytes(path, random.NextInt(20) == 0 ? bytes[..random.NextInt(bytes.Length)] : bytes);
            }
        );
    }

    [Fact]
    public void A_file_with_changed_metadata_is_a_model_or_is_refused_with_little_memory()
    {
        var path = Path.Combine(folder.Path, "model");
        ModelFile.Write(path, SmallModels.Classifier(new NetworkShape(CellKind.Lstm, 2, 2, 1, 2)));
        var valid = SafetensorsFile.Read(path);

        Fuzz(
            path,
            random =>
            {
                var metadata = valid.Metadata.ToArray();
                for (var changes = 1 + random.NextInt(2); changes > 0; changes--)
                {
                    var which = 1 + random.NextInt(metadata.Length - 1);
                    metadata[which] = new(metadata[which].Key, Changed(metadata[which].Value, random));
                }

                using var stream = new MemoryStream();
                SafetensorsFile.Write(stream, valid.Tensors, metadata);
                File.WriteAllBytes(path, stream.ToArray());
            }
        );
    }

    public void Dispose() => folder.Dispose();

    /// <summary>One token or character of a JSON text cut out, doubled or replaced.</summary>
    private static string Changed(string text, SeededRandom random)
    {
        if (text.Length == 0)
        {
            return "0";
        }

        var start = random.NextInt(text.Length);
        var end = start + 1;
        if (random.NextInt(2) == 0)
        {
            // A whole value or name: up to the next separator.
            start = text.LastIndexOfAny([':', ',', '{', '['], start) + 1;
            var separator = text.IndexOfAny([',', '}', ']', ':'], start);
            end = separator < 0 ? text.Length : separator;
        }

        var inserted = random.NextInt(4) switch
        {
            0 => "",
            1 => text[start..end] + text[start..end],
            2 => ((char)(' ' + random.NextInt(95))).ToString(),
            _ => Fragments[random.NextInt(Fragments.Length)],
        };
        return new StringBuilder(text, 0, start, 0).Append(inserted).Append(text, end, text.Length - end).ToString();
    }

    private void Fuzz(string path, Action<SeededRandom> write)
    {
        var read = 0;
        var most = 0L;
        var refusals = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Iterations; i++)
        {
            write(new SeededRandom((ulong)i, "model file"));
            var before = GC.GetAllocatedBytesForCurrentThread();
            RecurrentClassifier? model = null;
            try
            {
                model = ModelFile.Read(path);
                read++;
            }
            catch (InputException e)
            {
                refusals.Add(e.Message);
            }
            catch (Exception e)
            {
                Assert.Fail($"input {i}: {e}");
            }

            Assert.Equal(model?.Network.Shape.ClassCount, model?.Classes.Count);
            Assert.Equal(model?.Network.Shape.InputSize, model?.Preparation.ChannelCount);

            if (i > 100)
            {
                most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }

        output.WriteLine($"{Iterations} inputs, {read} read, {refusals.Count} messages, at most {most} bytes");

        // The file has about 1,500 bytes; its texts, the model and an exception with its trace are some 100 KB.
        Assert.InRange(most, 0, 500_000);
        Assert.InRange(read, Iterations / 50, Iterations * 9 / 10);
        Assert.DoesNotContain(refusals, r => r.Any(char.IsControl));
        Assert.True(refusals.Count >= 30, string.Join('\n', refusals));
    }
}
