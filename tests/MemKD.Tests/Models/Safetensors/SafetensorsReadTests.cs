using System.Text;
using System.Text.Json;
using MemKD.Runtime.Safetensors;
using static MemKD.Tests.Models.Safetensors.SafetensorsBytes;

namespace MemKD.Tests.Models.Safetensors;

public class SafetensorsReadTests
{
    private const string OneFloat = """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

    [Fact]
    public void Reads_a_file_worked_out_by_hand()
    {
        var file = SafetensorsBytes.Read(
            Build(
                """{"__metadata__":{"b":"2","a":"1"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"""u8.ToArray(),
                [0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x20, 0xc0] // 1 and -2.5
            )
        );

        Assert.Equal([1f, -2.5f], file.Floats("w", 2, 1));
        Assert.Equal([2, 1], file.Tensor("w").Shape);
        Assert.Equal(["b", "a"], file.Metadata.Keys);
        Assert.Equal(["2", "1"], file.Metadata.Values);
    }

    // Expected values: torch and numpy by oracle/safetensors_vectors.py; equal bit for bit, since every conversion has one right answer.
    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("dtypes")]
    public void Agrees_with_torch_bit_for_bit(string name)
    {
        var file = SafetensorsFile.Read(VectorPath($"{name}.safetensors"));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(VectorPath($"{name}.json")));

        foreach (var entry in expected.RootElement.GetProperty("metadata").EnumerateObject())
        {
            Assert.Equal(entry.Value.GetString(), file.Metadata[entry.Name]);
        }

        var tensors = expected.RootElement.GetProperty("tensors").EnumerateArray().ToArray();
        Assert.Equal(tensors.Select(t => t.GetProperty("name").GetString()), file.Tensors.Select(t => t.Name));
        foreach (var (want, got) in tensors.Zip(file.Tensors))
        {
            Assert.Equal(want.GetProperty("dtype").GetString(), got.Dtype.HeaderName());
            Assert.Equal(want.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()), got.Shape);
            if (want.GetProperty("values").ValueKind == JsonValueKind.Null)
            {
                Assert.False(got.IsFloat);
                continue;
            }

            Assert.Equal(
                want.GetProperty("values").EnumerateArray().Select(Single).Select(Bits),
                got.ToFloats().Select(Bits)
            );
        }
    }

    [Fact]
    public void A_torch_LSTM_has_the_names_and_shapes_of_the_convention()
    {
        var file = SafetensorsFile.Read(VectorPath("lstm.safetensors"));

        Assert.Equal(4 * 4 * 3, file.Floats("rnn.weight_ih_l0", 16, 3).Length);
        Assert.Equal(4 * 4 * 4, file.Floats("rnn.weight_hh_l0", 16, 4).Length);
        Assert.Equal(2 * 4, file.Floats("fc.weight", 2, 4).Length);
        Assert.True(file.Contains("rnn.bias_ih_l0") && !file.Contains("rnn.bias_ih_l1"));
    }

    [Theory]
    [InlineData("v", 1, "no tensor 'v'; the file has 'w'.")]
    [InlineData("w", 2, "has the shape [1], expected [2]")]
    [InlineData("n", 1, "is I32, which is not read as weights")]
    public void A_missing_or_unfit_tensor_is_named_with_the_file(string name, int size, string why)
    {
        const string Ints = """{"n":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}""";
        var file = SafetensorsBytes.Read(
            Build(string.Equals(name, "n", StringComparison.Ordinal) ? Ints : OneFloat, 4)
        );

        var message = Assert.Throws<InputException>(() => file.Floats(name, size)).Message;
        Assert.StartsWith("test.safetensors: ", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unprintable_name_stays_on_one_line_of_bounded_length()
    {
        var name = "a\\n\\u2028\\u202e" + new string('x', 5000);
        var message = Refusal(Build($$"""{"{{name}}":7}"""));

        Assert.Contains("'a\\u000a\\u2028\\u202exxx", message, StringComparison.Ordinal);
        Assert.True(message.Length < 300, message);
    }

    [Fact]
    public void A_large_sparse_file_is_refused_without_reading_it()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var stream = File.OpenWrite(path))
            {
                stream.Write(Build(OneFloat));
                stream.SetLength(1L << 40);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<InputException>(() => SafetensorsFile.Read(path));
            Assert.Contains("the largest that is read has 1073741824", error.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_missing_file_a_folder_and_a_device_are_refused()
    {
        foreach (var path in new[] { "no/such.safetensors", AppContext.BaseDirectory, "" })
        {
            var error = Assert.Throws<InputException>(() => SafetensorsFile.Read(path));
            Assert.Contains("no such file", error.Message);
        }

        if (!OperatingSystem.IsWindows())
        {
            var error = Assert.Throws<InputException>(() => SafetensorsFile.Read("/dev/zero"));
            Assert.Contains("is a pipe or device", error.Message);
        }
    }

    [Fact]
    public void Reads_on_from_the_position_of_the_stream()
    {
        using var stream = new MemoryStream([1, 2, 3, .. Build(OneFloat, 4)]);
        stream.Position = 3;

        Assert.Equal([0f], SafetensorsFile.Read(stream, "x").Floats("w", 1));
    }

    [Fact]
    public void Weights_that_are_not_finite_are_allowed_in_a_file()
    {
        var file = SafetensorsBytes.Read(Build(Encoding.UTF8.GetBytes(OneFloat), [0, 0, 0xc0, 0x7f]));

        Assert.True(float.IsNaN(file.Floats("w", 1)[0]));
    }

    internal static string Refusal(byte[] file)
    {
        var message = Assert.Throws<InputException>(() => SafetensorsBytes.Read(file)).Message;
        Assert.DoesNotContain(message, char.IsControl);
        Assert.StartsWith("test.safetensors: ", message, StringComparison.Ordinal);
        return message;
    }

    private static float Single(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetSingle()
        : string.Equals(value.GetString(), "inf", StringComparison.Ordinal) ? float.PositiveInfinity
        : float.NaN;

    // All NaN are one: a conversion need not keep the payload.
    private static int Bits(float value) => float.IsNaN(value) ? 0x7fc00000 : BitConverter.SingleToInt32Bits(value);
}
