using System.Buffers.Binary;

namespace MemKD.Runtime.Safetensors;

/// <summary>
/// A safetensors file in memory: named tensors and text metadata. Reading is strict: a file either obeys every rule of
/// the format and the limits below, or is refused with one line that says why; no more memory is taken than a small
/// multiple of the file's length. Format, limits and messages: docs/formats/safetensors.md.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>Longest file that is read: 1 GiB.</summary>
    public const long MaxFileBytes = 1L << 30;

    /// <summary>Longest header, a rule of the format: 100 MB.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    /// <summary>Most tensors in a file.</summary>
    public const int MaxTensors = 10_000;

    /// <summary>Most metadata entries in a file.</summary>
    public const int MaxMetadata = 1_000;

    /// <summary>Most dimensions of a tensor.</summary>
    public const int MaxDimensions = 32;

    private readonly Dictionary<string, SafetensorsTensor> byName;

    private SafetensorsFile(
        string name,
        IReadOnlyList<SafetensorsTensor> tensors,
        OrderedDictionary<string, string> metadata
    )
    {
        Name = name;
        Tensors = tensors;
        Metadata = metadata;
        byName = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file's name, as messages show it.</summary>
    public string Name { get; }

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The <c>__metadata__</c> texts; enumerates in the order of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the file; messages show it.</param>
    /// <exception cref="InputException">The file cannot be read, or is not a valid safetensors file.</exception>
    public static SafetensorsFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file; check the path.");
        }

        try
        {
            // A pipe or device has no length either, and opening a pipe could wait for ever.
            if (new FileInfo(path).Length == 0)
            {
                throw new InputException($"{path}: is empty, or is a pipe or device; give a safetensors file.");
            }

            using var stream = File.OpenRead(path);
            return Read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: cannot be read; check that you may read it and that nothing else changes it.",
                e
            );
        }
    }

    /// <summary>Reads from the stream's position to its end.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="name">The name that messages show.</param>
    /// <exception cref="InputException">The content is not a valid safetensors file.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static SafetensorsFile Read(Stream stream, string name)
    {
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream must know its length.", nameof(stream));
        }

        var length = Math.Max(0, stream.Length - stream.Position);
        var start = new byte[Math.Min(length, ForeignFormat.BytesToLookAt)];
        stream.ReadExactly(start);
        var headerLength = CheckStart(start, length, name);

        // Both sizes are now known to lie within the file.
        stream.Seek(sizeof(ulong) - start.Length, SeekOrigin.Current);
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        var dataLength = length - sizeof(ulong) - headerLength;
        var (entries, metadata) = SafetensorsHeader.Parse(header, dataLength, name);
        var data = new byte[dataLength];
        stream.ReadExactly(data);
        return new SafetensorsFile(
            name,
            [
                .. entries.Select(e => new SafetensorsTensor(
                    e.Name,
                    e.Dtype,
                    e.Shape,
                    data.AsMemory((int)e.Begin, (int)(e.End - e.Begin))
                )),
            ],
            metadata
        );
    }

    /// <summary>
    /// Writes a file. The same input gives the same bytes; the file appears whole or not at all (it is written
    /// beside and then moved over an older one).
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="tensors">The tensors; the header keeps their order.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>; the header keeps their order.</param>
    /// <exception cref="InputException">The file cannot be written there.</exception>
    /// <exception cref="ArgumentException">Two names alike, a reserved name, or more than the limits allow.</exception>
    public static void Write(
        string path,
        IEnumerable<SafetensorsTensor> tensors,
        IEnumerable<KeyValuePair<string, string>> metadata
    ) => SafetensorsWriter.Write(path, [.. tensors], [.. metadata]);

    /// <summary>Writes to a stream what <see cref="Write(string, IEnumerable{SafetensorsTensor}, IEnumerable{KeyValuePair{string, string}})"/> writes to a file.</summary>
    /// <exception cref="ArgumentException">Two names alike, a reserved name, or more than the limits allow.</exception>
    public static void Write(
        Stream stream,
        IEnumerable<SafetensorsTensor> tensors,
        IEnumerable<KeyValuePair<string, string>> metadata
    ) => SafetensorsWriter.Write(stream, [.. tensors], [.. metadata]);

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string tensor) => byName.ContainsKey(tensor);

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public SafetensorsTensor Tensor(string tensor)
    {
        if (byName.TryGetValue(tensor, out var found))
        {
            return found;
        }

        var names = Tensors.Take(20).Select(t => SafetensorsHeader.Quote(t.Name));
        throw new InputException(
            $"{Name}: no tensor '{tensor}'; the file has {(Tensors.Count == 0 ? "none" : string.Join(", ", names))}{(Tensors.Count > 20 ? ", ..." : "")}."
        );
    }

    /// <summary>The values of a tensor as float32 (see <see cref="SafetensorsTensor.ToFloats"/>).</summary>
    /// <param name="tensor">The tensor's name.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="InputException">No such tensor, another shape, or not a float type.</exception>
    public float[] Floats(string tensor, params ReadOnlySpan<int> shape)
    {
        var found = Tensor(tensor);
        if (!found.Shape.SequenceEqual(shape.ToArray()))
        {
            throw new InputException(
                $"{Name}: tensor '{tensor}' has the shape {SafetensorsTensor.ShapeText(found.Shape)}, expected {SafetensorsTensor.ShapeText(shape.ToArray())}; use the file of a model with these sizes."
            );
        }

        return found.IsFloat ? found.ToFloats() : throw new InputException($"{Name}: {found.NotFloat}");
    }

    internal static InputException Error(string file, string fault) =>
        new($"{file}: {fault}; the file is damaged or is not safetensors, write it again.");

    private static int CheckStart(ReadOnlySpan<byte> start, long length, string name)
    {
        var claimed = start.Length > sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(start) : 0;
        var fits = claimed > 0 && claimed <= (ulong)(length - sizeof(ulong));
        if (!fits || start[sizeof(ulong)] != '{')
        {
            // Only now: a header of 640 bytes begins like a pickle, 80 02.
            ForeignFormat.Refuse(start, name);
            throw Error(
                name,
                length <= sizeof(ulong) ? "the file is too short for a header"
                    : fits ? "the header does not start with '{'"
                    : $"the header would take {claimed} bytes, the file has {length}"
            );
        }

        if (claimed > MaxHeaderBytes)
        {
            throw Error(name, $"the header takes {claimed} bytes, more than the format's {MaxHeaderBytes}");
        }

        if (length > MaxFileBytes)
        {
            throw new InputException(
                $"{name}: the file has {length} bytes, the largest that is read has {MaxFileBytes}; keep only the recurrent classifier's tensors in it."
            );
        }

        return (int)claimed;
    }
}
