using System.Buffers.Binary;
using System.IO.Compression;

namespace MemKD.Series.Readers;

/// <summary>
/// Unpacks gzip and checks at the end that nothing is missing. <see cref="GZipStream"/> alone takes a file that was
/// cut off for a shorter whole one; here the unpacked length must be the one in the last four bytes (ISIZE of
/// RFC 1952). Several gzip files joined into one therefore do not pass.
/// </summary>
internal sealed class GzipInput : ReadingStream
{
    private const int SmallestFile = 18;

    private readonly Packed packed;
    private readonly GZipStream unpacked;
    private long length;

    /// <summary>Unpacks a stream, which is left open.</summary>
    public GzipInput(Stream stream)
    {
        packed = new Packed(stream);
        unpacked = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Reads unpacked bytes.</summary>
    /// <exception cref="InvalidDataException">The data are damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = unpacked.Read(buffer);
        length += read;
        if (
            read == 0
            && buffer.Length > 0
            && (packed.Count < SmallestFile || packed.LastFourBytes != unchecked((uint)length))
        )
        {
            throw new InvalidDataException("The unpacked length is not the stated one.");
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        unpacked.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The packed bytes, remembering the last four.</summary>
    private sealed class Packed(Stream stream) : ReadingStream
    {
        private readonly byte[] last = new byte[4];

        public long Count { get; private set; }

        public uint LastFourBytes => BinaryPrimitives.ReadUInt32LittleEndian(last);

        public override int Read(Span<byte> buffer)
        {
            var read = stream.Read(buffer);
            Count += read;
            var kept = Math.Min(read, 4);
            last.AsSpan(kept).CopyTo(last);
            buffer[(read - kept)..read].CopyTo(last.AsSpan(4 - kept));
            return read;
        }
    }
}
