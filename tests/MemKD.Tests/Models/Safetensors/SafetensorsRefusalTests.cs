using System.Buffers.Binary;
using System.Text;
using static MemKD.Tests.Models.Safetensors.SafetensorsBytes;

namespace MemKD.Tests.Models.Safetensors;

/// <summary>One case for each rule of docs/formats/safetensors.md.</summary>
public class SafetensorsRefusalTests
{
    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", 4, "not valid JSON")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}""", 4, "not valid JSON")]
    [InlineData("""{/*c*/}""", 0, "not valid JSON at byte 9")]
    [InlineData("{}\0", 0, "not valid JSON")]
    [InlineData("""{} {}""", 0, "not valid JSON")]
    [InlineData(""" {}""", 0, "does not start with '{'")]
    [InlineData("""[]""", 0, "does not start with '{'")]
    [InlineData("""{"w":[[[[[[]]]]]]}""", 0, "'w' is not an object")]
    [InlineData("""{"w":{"shape":[[[[1]]]]}}""", 0, "something else than whole numbers")]
    [InlineData("""{"w":{"dtype":{"a":{}}}}""", 0, "dtype of 'w' is not a string")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1]}}""", 0, "lacks one of")]
    [InlineData("""{"w":{}}""", 0, "lacks one of")]
    [InlineData("""{"w":{"offsets":[0,4]}}""", 0, "unknown key 'offsets'")]
    [InlineData("""{"w":{"dtype":"F32","dtype":"F32"}}""", 0, "dtype appears twice")]
    [InlineData("""{"w":{"shape":[],"sh\u0061pe":[]}}""", 0, "shape appears twice")]
    [InlineData("""{"w":{"dtype":"F31"}}""", 0, "unknown dtype 'F31' (known: BOOL, U8")]
    [InlineData("""{"w":{"dtype":"f32"}}""", 0, "unknown dtype")]
    [InlineData("""{"w":{"shape":[-1]}}""", 0, "whole numbers from 0 to 2147483647")]
    [InlineData("""{"w":{"shape":[-0]}}""", 0, "whole numbers")]
    [InlineData("""{"w":{"shape":[1.0]}}""", 0, "whole numbers")]
    [InlineData("""{"w":{"shape":[1e3]}}""", 0, "whole numbers")]
    [InlineData("""{"w":{"shape":["1"]}}""", 0, "whole numbers")]
    [InlineData("""{"w":{"shape":[2147483648]}}""", 0, "whole numbers")]
    [InlineData("""{"w":{"shape":[18446744073709551617]}}""", 0, "whole numbers")]
    [InlineData("""{"w":{"data_offsets":[0]}}""", 0, "is not [begin, end]")]
    [InlineData("""{"w":{"data_offsets":[0,1,2]}}""", 0, "has more than 2 numbers")]
    [InlineData("""{"w":{"data_offsets":4}}""", 0, "is not an array")]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""",
        0,
        "does not take the 0 bytes" // the product is 2^64
    )]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "do not lie in the 4 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "do not lie in the 3 bytes")]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""",
        4,
        "F32 [2], which does not take the 4 bytes"
    )]
    [InlineData("""{"w":{"dtype":"U8","shape":[0,9],"data_offsets":[0,1]}}""", 1, "does not take the 1 bytes")]
    [InlineData(
        """{"w":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""",
        2,
        "1 bytes at the end belong to no tensor"
    )]
    [InlineData("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "leaves a hole at byte 1")]
    [InlineData(
        """{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"v":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
        3,
        "'v' overlaps another tensor at byte 1"
    )]
    [InlineData(
        """{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"v":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""",
        2,
        "'v' overlaps"
    )]
    [InlineData(
        """{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0077":{}}""",
        0,
        "the name 'w' appears twice"
    )]
    [InlineData(
        """{"fc.weight":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"FC.Weight":{}}""",
        0,
        "the name 'FC.Weight' appears twice"
    )]
    [InlineData("""{"__METADATA__":{}}""", 0, "the name '__METADATA__' appears twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__ appears twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "'a' in __metadata__ is not a string")]
    [InlineData("""{"__metadata__":{"a":{"b":{}}}}""", 0, "is not a string")]
    [InlineData("""{"__metadata__":{"a":"","a":""}}""", 0, "'a' appears twice in __metadata__")]
    [InlineData("""{"__metadata__":null}""", 0, "__metadata__ is not an object")]
    [InlineData("""{"\ud800":{}}""", 0, "half a character")]
    [InlineData("""{"__metadata__":{"a":"\udc00x"}}""", 0, "half a character")]
    public void A_broken_rule_is_named(string header, int dataLength, string why) =>
        Assert.Contains(why, SafetensorsReadTests.Refusal(Build(header, dataLength)), StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_not_UTF8_is_refused() =>
        Assert.Contains(
            "is not valid UTF-8",
            SafetensorsReadTests.Refusal(Build([.. "{\""u8, 0xff, .. "\":{}}"u8], [])),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(ulong.MaxValue, "would take 18446744073709551615 bytes, the file has 16")]
    [InlineData(9UL, "would take 9 bytes, the file has 16")]
    [InlineData(0UL, "would take 0 bytes, the file has 16")]
    public void A_header_length_beyond_the_file_is_refused(ulong claimed, string why)
    {
        var file = Build("""{"":{}} """);
        BinaryPrimitives.WriteUInt64LittleEndian(file, claimed);

        Assert.Contains(why, SafetensorsReadTests.Refusal(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_file_without_a_header_is_refused(int length) =>
        Assert.Contains(
            "too short for a header",
            SafetensorsReadTests.Refusal(new byte[length]),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_header_above_100_MB_is_refused_before_it_is_read()
    {
        var file = new byte[8 + 100_000_001];
        BinaryPrimitives.WriteUInt64LittleEndian(file, 100_000_001);
        file[8] = (byte)'{';
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = SafetensorsReadTests.Refusal(file);
        Assert.Contains("takes 100000001 bytes, more than the format's 100000000", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Header_bloat_is_refused()
    {
        var tensors = Enumerable
            .Range(0, 10_001)
            .Select(i => "\"t" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        var texts = Enumerable.Range(0, 1_001).Select(i => $"\"k{i}\":\"\"");
        var ones = string.Join(',', Enumerable.Repeat("1", 33));

        Refused("{" + string.Join(',', tensors) + "}", "more than 10000 tensors");
        Refused("{\"__metadata__\":{" + string.Join(',', texts) + "}}", "more than 1000 entries");
        Refused("{\"w\":{\"shape\":[" + ones + "]}}", "has more than 32 numbers");

        static void Refused(string header, string why) =>
            Assert.Contains(why, SafetensorsReadTests.Refusal(Build(header)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_is_explained_and_told_how_to_convert()
    {
        // pickle.dumps({}, protocol=2), and the start of a file that torch.save writes
        byte[] pickle = [0x80, 2, (byte)'}', (byte)'q', 0, (byte)'.'];
        byte[] torch = [.. "PK\x03\x04"u8, .. new byte[26], .. "archive/data.pkl"u8, 0, 0];

        foreach (var file in new[] { pickle, torch })
        {
            var message = SafetensorsReadTests.Refusal(file);
            Assert.Contains("CVE-2025-32434, CVE-2026-24747", message, StringComparison.Ordinal);
            Assert.Contains("save_file(torch.load(", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_zip_archive_is_not_called_a_pickle()
    {
        byte[] zip = [.. "PK\x03\x04"u8, .. new byte[26], .. "X.npy"u8];

        var message = SafetensorsReadTests.Refusal(zip);
        Assert.Contains("is a zip archive", message, StringComparison.Ordinal);
        Assert.DoesNotContain("pickle", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x280)]
    [InlineData(0x580)]
    public void A_header_whose_length_begins_like_a_pickle_is_read(int length)
    {
        var file = Build(Encoding.UTF8.GetBytes("{}".PadRight(length)), []);
        Assert.Equal(0x80, file[0]);

        Assert.Empty(SafetensorsBytes.Read(file).Tensors);
    }
}
