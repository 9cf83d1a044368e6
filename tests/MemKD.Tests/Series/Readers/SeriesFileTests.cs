using System.Text;
using MemKD.Series;
using MemKD.Series.Readers;
using static MemKD.Tests.Series.Readers.InMemory;

namespace MemKD.Tests.Series.Readers;

public class SeriesFileTests
{
    public static TheoryData<string> SampleNames => [.. Samples.All.Select(s => s.Name)];

    [Fact]
    public void Every_format_of_the_table_has_a_sample() =>
        Assert.Empty(
            SeriesFormats.All.Select(f => f.Name).Except(Samples.All.Select(s => s.Format), StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Every_sample_is_read_the_same_plain_packed_and_with_other_line_ends(string name)
    {
        var sample = Samples.Get(name);
        var shown = Show(Read(name, sample.Text));
        Assert.Equal(sample.Shown, shown);
        var crlf = sample.Text.ReplaceLineEndings("\r\n");
        Assert.Equal(shown, Show(Read(name, "\uFEFF" + crlf + "\r\n\r\n")));
        var packed = Gzip(Encoding.UTF8.GetBytes(sample.Text));
        Assert.Equal(shown, Show(SeriesFile.Read(new MemoryStream(packed), name + ".GZ")));
        var wide = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(sample.Text));
        Assert.Equal(shown, Show(SeriesFile.Read(new MemoryStream([.. wide]), name)));
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Every_sample_is_found_by_its_content_under_an_unknown_extension(string name)
    {
        var sample = Samples.Get(name);
        if (sample.Format is not "csv-wide")
        {
            Assert.Equal(sample.Shown, Show(Read("x.data", sample.Text)));
        }
    }

    [Theory]
    [InlineData("Coffee_TRAIN.tsv", "Coffee")]
    [InlineData("dir/Coffee_test.txt.gz", "Coffee")]
    [InlineData("Coffee_TEST", "Coffee")]
    [InlineData("Adiac_TRAIN_17digits", "Adiac_TRAIN_17digits")]
    [InlineData("my.set_TRAIN", "my.set")]
    [InlineData("_TRAIN.tsv", "_TRAIN")]
    public void The_data_set_takes_the_files_name_without_its_part(string file, string name)
    {
        var bytes = Encoding.UTF8.GetBytes("1\t2\n");
        bytes = file.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(bytes) : bytes;
        Assert.Equal(name, SeriesFile.Read(new MemoryStream(bytes), file).Name);
    }

    [Fact]
    public void A_missing_file_a_folder_and_an_impossible_name_are_refused()
    {
        foreach (var path in new[] { "no/such.ts", Path.GetTempPath(), "", "a\0b.ts" })
        {
            Assert.Throws<InputException>(() => SeriesFile.Read(path));
        }
    }

    [Fact]
    public void A_stream_that_gives_one_byte_at_a_time_is_read()
    {
        var sample = Samples.All[0];
        using var slow = new SlowStream(Encoding.UTF8.GetBytes(sample.Text.ReplaceLineEndings("\r\n")));
        Assert.Equal(sample.Shown, Show(SeriesFile.Read(slow, sample.Name)));
    }

    [Fact]
    public void Damaged_and_cut_gzip_data_are_refused()
    {
        var packed = Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("1\t2\t3\n", 5000))));
        var files = new List<byte[]> { new byte[] { 1, 2, 3 }, "1\t2\n"u8.ToArray() };
        for (var at = 1; at < packed.Length; at++)
        {
            var damaged = (byte[])packed.Clone();
            damaged[at] ^= 1;
            files.Add(packed[..at]);

            // Bits that do not matter: the text flag (byte 3), the time, the packer's effort and the system (4 to 9).
            if (at is < 3 or > 9)
            {
                files.Add(damaged);
            }
        }

        foreach (var bytes in files)
        {
            var error = Assert.Throws<InputException>(() => SeriesFile.Read(new MemoryStream(bytes), "x.tsv.gz"));
            Assert.Contains("the gzip data are damaged", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packed_and_binary_files_under_a_text_name_are_refused()
    {
        var gzip = Gzip("1\t2\n"u8.ToArray());
        foreach (var bytes in new[] { gzip, "PK\u0003\u0004zip"u8.ToArray(), [0, 1, 2] })
        {
            var error = Assert.Throws<InputException>(() => SeriesFile.Read(new MemoryStream(bytes), "x.tsv"));
            Assert.Contains("this is no text", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_long_line_much_text_and_many_values_are_refused()
    {
        var rows = string.Concat(Enumerable.Repeat("1\t2\t3\n", 100_000));
        Assert.Contains(
            "MaxTextLength",
            Refusal("x.tsv", rows, new() { MaxTextLength = 300_000 }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "MaxDatasetBytes",
            Refusal("x.tsv", rows, new() { MaxDatasetBytes = 1 << 20 }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "line 1: longer than 1000 characters",
            Refusal("x.tsv", rows.Replace('\n', '\t'), new() { MaxLineLength = 1000 }),
            StringComparison.Ordinal
        );
        Assert.Equal(100_000, Read("x.tsv", rows, new() { MaxLineLength = 5 }).Cases.Count);
        Refusal("x.tsv", rows, new() { MaxLineLength = 4 });
    }

    [Theory]
    [InlineData("1,")]
    [InlineData("1\t2\n")]
    [InlineData(" ")]
    [InlineData("\n")]
    public void A_gzip_bomb_is_refused_in_bounded_memory(string repeated)
    {
        // 256 MB of text in about 1 MB; the limits below allow a few MB of memory.
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, 1 << 16)));
        var packed = new MemoryStream();
        using (
            var gzip = new System.IO.Compression.GZipStream(
                packed,
                System.IO.Compression.CompressionLevel.Fastest,
                leaveOpen: true
            )
        )
        {
            for (var written = 0L; written < 256 << 20; written += block.Length)
            {
                gzip.Write(block);
            }
        }

        packed.Position = 0;
        var options = new SeriesFileOptions
        {
            MaxLineLength = 1 << 20,
            MaxTextLength = 64 << 20,
            MaxDatasetBytes = 8 << 20,
        };
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InputException>(() => SeriesFile.Read(packed, "x.tsv.gz", options));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Doubling buffers and the cases themselves: a small multiple of the two limits.
        Assert.InRange(allocated, 0, 64 << 20);
    }

    [Fact]
    public void Labels_must_be_readable_and_short()
    {
        var latin1 = Encoding.Latin1.GetBytes("caf\u00E9\t1\n");
        var error = Assert.Throws<InputException>(() => SeriesFile.Read(new MemoryStream(latin1), "x.tsv"));
        Assert.Contains("save the file as UTF-8", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "longer than 1000",
            Refusal("x.tsv", new string('a', 1001) + "\t1\n"),
            StringComparison.Ordinal
        );
        Assert.Equal("caf\u00E9=1", Show(Read("x.tsv", "caf\u00E9\t1\n")));
    }

    private sealed class SlowStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }
}
