namespace MemKD.Runtime.Safetensors;

/// <summary>
/// Element type of a tensor in a safetensors file. The values of all of them can be read as bytes;
/// <see cref="F64"/>, <see cref="F32"/>, <see cref="F16"/> and <see cref="BF16"/> also as float32.
/// </summary>
public enum SafetensorsDtype
{
    /// <summary>Truth value, 1 byte.</summary>
    Bool,

    /// <summary>Unsigned integer, 1 byte.</summary>
    U8,

    /// <summary>Signed integer, 1 byte.</summary>
    I8,

    /// <summary>Float with 4 exponent and 3 mantissa bits, 1 byte.</summary>
    F8E4M3,

    /// <summary>Float with 5 exponent and 2 mantissa bits, 1 byte.</summary>
    F8E5M2,

    /// <summary>Unsigned integer, 2 bytes.</summary>
    U16,

    /// <summary>Signed integer, 2 bytes.</summary>
    I16,

    /// <summary>IEEE half precision, 2 bytes.</summary>
    F16,

    /// <summary>The upper half of a float32, 2 bytes.</summary>
    BF16,

    /// <summary>Unsigned integer, 4 bytes.</summary>
    U32,

    /// <summary>Signed integer, 4 bytes.</summary>
    I32,

    /// <summary>IEEE single precision, 4 bytes: the type of every weight that MemKD writes.</summary>
    F32,

    /// <summary>Unsigned integer, 8 bytes.</summary>
    U64,

    /// <summary>Signed integer, 8 bytes.</summary>
    I64,

    /// <summary>IEEE double precision, 8 bytes.</summary>
    F64,
}

/// <summary>What the format says of each element type: its name in a header and its size.</summary>
public static class SafetensorsDtypes
{
    private static readonly (SafetensorsDtype Dtype, string Name, int Bytes)[] Table =
    [
        (SafetensorsDtype.Bool, "BOOL", 1),
        (SafetensorsDtype.U8, "U8", 1),
        (SafetensorsDtype.I8, "I8", 1),
        (SafetensorsDtype.F8E4M3, "F8_E4M3", 1),
        (SafetensorsDtype.F8E5M2, "F8_E5M2", 1),
        (SafetensorsDtype.U16, "U16", 2),
        (SafetensorsDtype.I16, "I16", 2),
        (SafetensorsDtype.F16, "F16", 2),
        (SafetensorsDtype.BF16, "BF16", 2),
        (SafetensorsDtype.U32, "U32", 4),
        (SafetensorsDtype.I32, "I32", 4),
        (SafetensorsDtype.F32, "F32", 4),
        (SafetensorsDtype.U64, "U64", 8),
        (SafetensorsDtype.I64, "I64", 8),
        (SafetensorsDtype.F64, "F64", 8),
    ];

    /// <summary>The name in a header, for example <c>F32</c>.</summary>
    public static string HeaderName(this SafetensorsDtype dtype) => Table[(int)dtype].Name;

    /// <summary>Bytes of one element.</summary>
    public static int ElementBytes(this SafetensorsDtype dtype) => Table[(int)dtype].Bytes;

    internal static string AllNames => string.Join(", ", Table.Select(row => row.Name));

    internal static bool TryParse(string name, out SafetensorsDtype dtype)
    {
        foreach (var row in Table)
        {
            if (string.Equals(row.Name, name, StringComparison.Ordinal))
            {
                dtype = row.Dtype;
                return true;
            }
        }

        dtype = default;
        return false;
    }
}
