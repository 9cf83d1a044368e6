namespace MemKD.Runtime.Streaming;

/// <summary>
/// The frame of a snapshot: the letters MKDS, a version, a number that stands for model and options, and the state, all
/// little-endian. A snapshot of another model, of other options, cut, or with values that no stream has is refused.
/// </summary>
internal static class SnapshotFormat
{
    private const uint Letters = 0x53444B4D;
    private const int Version = 1;

    public static byte[] Write(ulong owner, Action<BinaryWriter> state)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Letters);
        writer.Write(Version);
        writer.Write(owner);
        state(writer);
        return stream.ToArray();
    }

    /// <summary>Reads a snapshot; whoever calls resets itself when this throws.</summary>
    /// <exception cref="InputException">Not a snapshot of this owner.</exception>
    public static void Read(ReadOnlySpan<byte> snapshot, ulong owner, Func<BinaryReader, bool> state)
    {
        using var stream = new MemoryStream(snapshot.ToArray());
        using var reader = new BinaryReader(stream);
        try
        {
            if (reader.ReadUInt32() != Letters || reader.ReadInt32() != Version)
            {
                throw new InputException(
                    "the snapshot is not one of a stream, or of another version; start the stream anew."
                );
            }

            if (reader.ReadUInt64() != owner)
            {
                throw new InputException(
                    "the snapshot was taken with another model or other options; restore it with those, or start the stream anew."
                );
            }

            if (state(reader) && stream.Position == stream.Length)
            {
                return;
            }
        }
        catch (EndOfStreamException)
        {
            // said below
        }

        throw new InputException("the snapshot is damaged; start the stream anew.");
    }
}
