using System.Buffers.Binary;

namespace MemKD.Runtime.Safetensors;

/// <summary>One named tensor: its element type, its shape and its values as they lie in the file.</summary>
public sealed class SafetensorsTensor
{
    /// <summary>Wraps the bytes of a tensor; they are not copied.</summary>
    /// <param name="name">The tensor's name, for example <c>rnn.weight_ih_l0</c>.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Dimensions; empty for a scalar, a 0 for a tensor without values.</param>
    /// <param name="bytes">Values in row-major order, little-endian.</param>
    /// <exception cref="ArgumentException">The bytes do not fit the shape.</exception>
    public SafetensorsTensor(string name, SafetensorsDtype dtype, IReadOnlyList<int> shape, ReadOnlyMemory<byte> bytes)
    {
        Name = name;
        Dtype = dtype;
        Shape = [.. shape];
        Bytes = bytes;
        if (SafetensorsHeader.ByteCount(dtype, Shape) != bytes.Length)
        {
            throw new ArgumentException(
                $"{name}: {dtype.HeaderName()} {ShapeText(Shape)} does not take {bytes.Length} bytes.",
                nameof(bytes)
            );
        }
    }

    /// <summary>A float32 tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">Dimensions; their product is the number of values.</param>
    /// <param name="values">Values in row-major order.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public SafetensorsTensor(string name, IReadOnlyList<int> shape, ReadOnlySpan<float> values)
        : this(name, SafetensorsDtype.F32, shape, LittleEndian(values)) { }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The name in quotes, safe to print on one line whatever a file says.</summary>
    public string QuotedName => SafetensorsHeader.Quote(Name);

    /// <summary>Element type.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>Dimensions; empty for a scalar.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Values in row-major order, little-endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether the values can be read as float32.</summary>
    public bool IsFloat =>
        Dtype is SafetensorsDtype.F64 or SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16;

    /// <summary>
    /// The values as float32. F32 keeps its bits; F16 and BF16 are exact; F64 is rounded to the nearest float32, ties
    /// to even, and becomes an infinity beyond its range. NaN and infinities pass.
    /// </summary>
    /// <exception cref="InputException">The element type is not one of these four.</exception>
    public float[] ToFloats()
    {
        if (!IsFloat)
        {
            throw new InputException(NotFloat);
        }

        var bytes = Bytes.Span;
        var size = Dtype.ElementBytes();
        var values = new float[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var element = bytes.Slice(i * size, size);
            values[i] = Dtype switch
            {
                SafetensorsDtype.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                SafetensorsDtype.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                SafetensorsDtype.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
            };
        }

        return values;
    }

    internal string NotFloat =>
        $"tensor {QuotedName} is {Dtype.HeaderName()}, which is not read as weights; store it as F32, F64, F16 or BF16.";

    internal static string ShapeText(IEnumerable<int> shape) => $"[{string.Join(", ", shape)}]";

    private static byte[] LittleEndian(ReadOnlySpan<float> values)
    {
        var bytes = new byte[checked(values.Length * sizeof(float))];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return bytes;
    }
}
