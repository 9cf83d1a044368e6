using System.Text;
using System.Text.Json;
using MemKD.Runtime.Safetensors;
using static MemKD.Tests.Models.Safetensors.SafetensorsBytes;

namespace MemKD.Tests.Models.Safetensors;

public class SafetensorsWriteTests
{
    private static readonly SafetensorsTensor Weight = new("w", [2, 1], [1f, -2.5f]);

    [Fact]
    public void The_canonical_bytes_are_those_worked_out_by_hand()
    {
        const string Header =
            """{"__metadata__":{"b":"\"é\"","a":"-"},"n":{"dtype":"U8","shape":[],"data_offsets":[8,9]},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""";
        var bytes = SafetensorsBytes.Write(
            [new("n", SafetensorsDtype.U8, [], new byte[] { 7 }), Weight],
            [new("b", "\"é\""), new("a", "-")]
        );

        // 145 bytes of JSON and 7 spaces; the float32 data come before the single byte.
        Assert.Equal(145, Encoding.UTF8.GetByteCount(Header));
        Assert.Equal(
            [
                .. new byte[] { 152, 0, 0, 0, 0, 0, 0, 0 },
                .. Encoding.UTF8.GetBytes(Header + "       "),
                .. new byte[] { 0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x20, 0xc0, 7 },
            ],
            bytes
        );
    }

    [Fact]
    public void Reading_and_writing_again_gives_the_same_bytes()
    {
        foreach (var name in new[] { "lstm", "gru", "dtypes" })
        {
            var read = SafetensorsFile.Read(VectorPath($"{name}.safetensors"));
            var once = SafetensorsBytes.Write(read.Tensors, read.Metadata);
            var again = SafetensorsBytes.Read(once);

            Assert.Equal(once, SafetensorsBytes.Write(again.Tensors, again.Metadata));
            foreach (var (before, after) in read.Tensors.Zip(again.Tensors))
            {
                Assert.Equal(before.Name, after.Name);
                Assert.Equal(before.Dtype, after.Dtype);
                Assert.Equal(before.Shape, after.Shape);
                Assert.True(before.Bytes.Span.SequenceEqual(after.Bytes.Span));
            }
        }
    }

    [Fact]
    public void A_file_made_by_torch_names_is_already_canonical() =>
        Assert.Equal(File.ReadAllBytes(VectorPath("lstm.safetensors")), Rewrite(VectorPath("lstm.safetensors")));

    [Fact]
    public void A_reader_in_Python_finds_every_rule_kept_and_the_same_values()
    {
        var path = Path.GetTempFileName();
        try
        {
            float[] values = [0.1f, -0f, 1e-45f, float.MaxValue, 1 / 3f, 16777217f];
            SafetensorsFile.Write(
                path,
                [
                    new("flags", SafetensorsDtype.Bool, [3], new byte[] { 1, 0, 1 }),
                    new("größe \"q\"\n", [3, 2], values),
                    new("scalar", [], [2.5f]),
                    new("empty", [0, 7], []),
                ],
                [new("format", "pt"), new("classes", "[\"a\",\"<ü+😀>\"]")]
            );

            using var json = JsonDocument.Parse(PythonScript.Run("safetensors_read.py", path));
            var tensors = json.RootElement.GetProperty("tensors").EnumerateArray().ToArray();

            Assert.True(json.RootElement.GetProperty("aligned").GetBoolean());
            Assert.Equal(
                "[\"a\",\"<ü+😀>\"]",
                json.RootElement.GetProperty("metadata").GetProperty("classes").GetString()
            );
            Assert.Equal(
                ["flags", "größe \"q\"\n", "scalar", "empty"],
                tensors.Select(t => t.GetProperty("name").GetString()!)
            );
            Assert.Equal("010001", tensors[0].GetProperty("values").GetString());
            Assert.Equal(
                values.Select(BitConverter.SingleToInt32Bits),
                tensors[1]
                    .GetProperty("values")
                    .EnumerateArray()
                    .Select(v => BitConverter.SingleToInt32Bits(v.GetSingle()))
            );
            Assert.Equal(0, tensors[3].GetProperty("values").GetArrayLength());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_without_tensors_and_metadata_is_an_empty_object_of_eight_bytes() =>
        Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], SafetensorsBytes.Write([]));

    [Fact]
    public void An_older_file_is_replaced_and_nothing_is_left_beside_it()
    {
        var folder = Directory.CreateTempSubdirectory("safetensors");
        try
        {
            var path = Path.Combine(folder.FullName, "model.safetensors");
            SafetensorsFile.Write(path, [new("old", [1], [0f])], []);
            SafetensorsFile.Write(path, [Weight], []);

            Assert.Equal([1f, -2.5f], SafetensorsFile.Read(path).Floats("w", 2, 1));
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_write_that_fails_keeps_the_older_file_and_leaves_nothing_beside_it()
    {
        var folder = Directory.CreateTempSubdirectory("safetensors");
        try
        {
            var path = Path.Combine(folder.FullName, "model.safetensors");
            SafetensorsFile.Write(path, [Weight], []);
            var before = File.ReadAllBytes(path);

            // The name is found out only while the header is written, after the temporary file is there.
            Assert.ThrowsAny<ArgumentException>(() => SafetensorsFile.Write(path, [new("\ud800", [1], [0f])], []));
            Assert.Equal(before, File.ReadAllBytes(path));
            Assert.Equal([path], Directory.GetFiles(folder.FullName));

            // A folder stands where the file should be.
            var taken = folder.CreateSubdirectory("taken").FullName;
            var error = Assert.Throws<InputException>(() => SafetensorsFile.Write(taken, [Weight], []));
            Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
            Assert.Throws<InputException>(() =>
                SafetensorsFile.Write(Path.Combine(folder.FullName, "no", "x"), [Weight], [])
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_the_reader_would_refuse_is_not_written()
    {
        SafetensorsTensor Named(string name) => new(name, [1], [0f]);

        Throws([Named("a"), Named("A")], []);
        Throws([Named("__metadata__")], []);
        Throws([], [new("k", "1"), new("k", "2")]);
        Throws([Named("a\udc00")], []);
        Throws([], [new("k", "\ud800")]);
        Throws([.. Enumerable.Range(0, 10_001).Select(i => Named($"t{i}"))], []);
        Throws([], [.. Enumerable.Range(0, 1_001).Select(i => KeyValuePair.Create($"{i}", ""))]);
        Throws([new("w", [.. Enumerable.Repeat(1, 33)], [0f])], []);
        Assert.ThrowsAny<ArgumentException>(() => new SafetensorsTensor("w", [2], [0f]));
        Assert.ThrowsAny<ArgumentException>(() => new SafetensorsTensor("w", [-1, -1], [0f]));

        static void Throws(SafetensorsTensor[] tensors, KeyValuePair<string, string>[] metadata) =>
            Assert.ThrowsAny<ArgumentException>(() => SafetensorsBytes.Write(tensors, metadata));
    }

    private static byte[] Rewrite(string path)
    {
        var file = SafetensorsFile.Read(path);
        return SafetensorsBytes.Write(file.Tensors, file.Metadata);
    }
}
