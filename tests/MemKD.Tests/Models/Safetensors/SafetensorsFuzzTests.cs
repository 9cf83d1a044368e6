using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MemKD.Runtime.Safetensors;
using static MemKD.Tests.Models.Safetensors.SafetensorsBytes;

namespace MemKD.Tests.Models.Safetensors;

/// <summary>MEMKD_FUZZ_ITERATIONS sets the number of inputs (100,000 without it).</summary>
public partial class SafetensorsFuzzTests(ITestOutputHelper output)
{
    private static readonly int Iterations = int.Parse(
        Environment.GetEnvironmentVariable("MEMKD_FUZZ_ITERATIONS") ?? "100000",
        CultureInfo.InvariantCulture
    );

    private readonly SafetensorsMutator mutator = new([
        File.ReadAllBytes(VectorPath("lstm.safetensors")),
        File.ReadAllBytes(VectorPath("gru.safetensors")),
        File.ReadAllBytes(VectorPath("dtypes.safetensors")),
        Build("{}"),
        Build("""{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""", 24),
    ]);

    [Fact]
    public void Any_input_is_read_whole_or_refused_in_one_line_with_little_memory()
    {
        var reasons = new HashSet<string>(StringComparer.Ordinal);
        var read = 0;
        var mostMemory = 0L;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Iterations; i++)
        {
            var input = mutator.Next((ulong)i);
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var file = TryRead(input, out var reason);
                var memory = GC.GetAllocatedBytesForCurrentThread() - before;

                // A first exception loads texts and tables, so the first inputs are not measured. Beyond 32 KB for
                // exceptions and collections, the copy of the file, its texts and entries stay below 20 times its length.
                if (i > 1000)
                {
                    mostMemory = Math.Max(mostMemory, memory);
                    Assert.InRange(memory, 0, 32_768 + (20 * input.Length));
                }

                if (file is not null)
                {
                    read++;
                    CheckRead(file, input);
                }
                else if (i < 20_000)
                {
                    Assert.DoesNotContain(reason!, char.IsControl);
                    reasons.Add(QuotedOrNumber().Replace(reason!, "_"));
                }
            }
            catch (Exception e)
            {
                Assert.Fail($"input {i} ({Convert.ToHexString(input)}): {e}");
            }
        }

        output.WriteLine(
            $"{Iterations} inputs, {read} read, at most {mostMemory} bytes allocated, {clock.Elapsed.TotalSeconds:F1} s, {Iterations / clock.Elapsed.TotalSeconds:F0} a second"
        );
        Assert.InRange((double)read / Iterations, 0.05, 0.5);
        Assert.True(reasons.Count >= 30, string.Join('\n', reasons.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Accepts_and_refuses_the_same_inputs_as_the_reader_in_Python()
    {
        var corpus = Path.GetTempFileName();
        try
        {
            var count = Iterations / 20;
            var ours = new List<bool>();
            using (var stream = File.Create(corpus))
            {
                Span<byte> length = stackalloc byte[sizeof(uint)];
                for (var i = 0; i < count; i++)
                {
                    // Other seeds than above.
                    var input = mutator.Next((1UL << 40) + (ulong)i);
                    ours.Add(TryRead(input, out _) is not null);
                    BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)input.Length);
                    stream.Write(length);
                    stream.Write(input);
                }
            }

            var theirs = PythonScript.Run("safetensors_read.py", "--verdicts", corpus);
            var lines = theirs.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(count, lines.Length);
            for (var i = 0; i < count; i++)
            {
                Assert.True(
                    ours[i] == lines[i].StartsWith("ok", StringComparison.Ordinal),
                    $"input {i} is {(ours[i] ? "read" : "refused")} here; Python says: {lines[i]}"
                );
            }

            Assert.Contains(true, ours);
            Assert.Contains(false, ours);
        }
        finally
        {
            File.Delete(corpus);
        }
    }

    private static SafetensorsFile? TryRead(byte[] input, out string? reason)
    {
        try
        {
            reason = null;
            return SafetensorsBytes.Read(input);
        }
        catch (InputException e)
        {
            reason = e.Message;
            return null;
        }
    }

    private static void CheckRead(SafetensorsFile file, byte[] input)
    {
        var headerLength = (long)BinaryPrimitives.ReadUInt64LittleEndian(input);
        Assert.Equal(input.Length - 8 - headerLength, file.Tensors.Sum(t => (long)t.Bytes.Length));
        foreach (var tensor in file.Tensors.Where(t => t.IsFloat))
        {
            Assert.Equal(tensor.Shape.Aggregate(1L, (product, d) => product * d), tensor.ToFloats().Length);
        }

        var again = SafetensorsBytes.Read(SafetensorsBytes.Write(file.Tensors, file.Metadata));
        Assert.Equal(file.Metadata, again.Metadata);
        Assert.Equal(file.Tensors.Select(t => t.Name), again.Tensors.Select(t => t.Name));
        Assert.True(
            file.Tensors.Zip(again.Tensors).All(pair => pair.First.Bytes.Span.SequenceEqual(pair.Second.Bytes.Span))
        );
    }

    [GeneratedRegex("'[^']*'|[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotedOrNumber();
}
