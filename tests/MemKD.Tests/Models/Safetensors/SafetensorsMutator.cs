using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MemKD.Tests.Models.Safetensors;

/// <summary>
/// Makes inputs for the reader, each from its own seed: headers after the grammar with a fault here and there, valid
/// files with some bytes changed, and both together. About one in six comes out valid.
/// </summary>
internal sealed class SafetensorsMutator(byte[][] validFiles)
{
    private static readonly (string Name, int Bytes)[] Dtypes =
    [
        ("F32", 4),
        ("F64", 8),
        ("F16", 2),
        ("BF16", 2),
        ("I64", 8),
        ("U8", 1),
        ("BOOL", 1),
        ("F8_E4M3", 1),
    ];

    private static readonly string[] Numbers =
    [
        "-1",
        "-0",
        "0",
        "1",
        "2",
        "4",
        "8",
        "1.0",
        "1e2",
        "01",
        "2147483647",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "null",
        "\"4\"",
        "[1]",
    ];

    private static readonly string[] Names =
    [
        "",
        "w",
        "W",
        "\\u0077",
        "fc.weight",
        "FC.weight",
        "__metadata__",
        "\\ud83d\\ude00",
        "\\ud83d",
        "é",
        "É",
        "dtype",
        "\\n",
        "a\tb",
    ];

    private static readonly string[] Fragments =
    [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        " ",
        "\n",
        "\0",
        "\"dtype\":\"F32\",",
        "\"shape\":[],",
        "\"data_offsets\":[0,0]",
        "\"__metadata__\":{\"a\":\"b\"},",
        "\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},",
        "[[[[[[[[[[[[[[[[",
        "/*",
        "NaN",
        "true",
        "\ufeff",
    ];

    private ulong state;

    /// <summary>The input of this seed; the same seed always gives the same input.</summary>
    public byte[] Next(ulong seed)
    {
        state = seed;
        var file = Chance(2) ? FromGrammar() : [.. validFiles[Below(validFiles.Length)]];
        for (var changes = Below(4); changes > 0; changes--)
        {
            file = Change(file);
        }

        return file;
    }

    private byte[] FromGrammar()
    {
        var faultIn = 4 + Below(60); // one choice in so many goes wrong
        var entries = new List<string>();
        var position = 0;
        if (Chance(3))
        {
            entries.Add(Metadata(faultIn));
        }

        for (var count = Below(5); count > 0; count--)
        {
            if (Chance(faultIn))
            {
                position = Math.Max(0, position + Below(9) - 4); // a hole or an overlap
            }

            var (dtype, bytes) = Dtypes[Below(Dtypes.Length)];
            var shape = Enumerable.Range(0, Below(4)).Select(_ => Below(4)).ToArray();
            var end = position + shape.Aggregate(bytes, (product, d) => product * d);
            string[] fields =
            [
                $"\"dtype\":\"{(Chance(faultIn) ? "F33" : dtype)}\"",
                $"\"shape\":[{string.Join(',', shape.Select(d => Number(d, faultIn)))}]",
                $"\"data_offsets\":[{Number(position, faultIn)},{Number(end, faultIn)}]",
            ];
            var name = Chance(3) ? Names[Below(Names.Length)] : $"t{entries.Count}";
            var kept = fields.Where(_ => !Chance(3 * faultIn)).OrderBy(_ => Below(100));
            entries.Add($"\"{name}\":{{{string.Join(',', kept)}}}");
            position = end;
        }

        var text = $"{{{string.Join(',', entries.OrderBy(_ => Below(100)))}}}";
        var padding = new string(' ', Below(9));
        var length = Chance(faultIn) ? position + Below(9) - 4 : position;
        var data = new byte[Math.Max(0, length)];
        return SafetensorsBytes.Build(Encoding.UTF8.GetBytes(text + padding), data);
    }

    private string Metadata(int faultIn)
    {
        var texts = Enumerable
            .Range(0, Below(3))
            .Select(i =>
                $"\"{(Chance(faultIn) ? "k" : $"k{i}")}\":{(Chance(faultIn) ? Numbers[Below(Numbers.Length)] : "\"v\"")}"
            );
        return $"\"__metadata__\":{{{string.Join(',', texts)}}}";
    }

    private string Number(int right, int faultIn) =>
        Chance(faultIn) ? Numbers[Below(Numbers.Length)] : right.ToString(CultureInfo.InvariantCulture);

    private byte[] Change(byte[] file)
    {
        if (file.Length == 0)
        {
            return [(byte)Below(256)];
        }

        // Mostly in the length and header, where the rules are.
        var at = Below(Chance(4) ? file.Length : Math.Min(file.Length, 400));
        var length = Math.Min(Below(12) + 1, file.Length - at);
        switch (Below(8))
        {
            case 0:
                file[at] ^= (byte)(1 << Below(8));
                return file;
            case 1:
                file[at] = (byte)Below(256);
                return file;
            case 2:
                file[at] = (byte)('0' + Below(10));
                return file;
            case 3:
                return Resized([.. file[..at], .. file[(at + length)..]], file.Length);
            case 4:
                return Resized([.. file[..(at + length)], .. file[at..]], file.Length);
            case 5:
                var text = Chance(2) ? Fragments[Below(Fragments.Length)] : Numbers[Below(Numbers.Length)];
                return Resized([.. file[..at], .. Encoding.UTF8.GetBytes(text), .. file[at..]], file.Length);
            case 6:
                return file[..at];
            default:
                return [.. file, .. new byte[length]];
        }
    }

    /// <summary>Often corrects the header length after a change of length, so that the header is still reached.</summary>
    private byte[] Resized(byte[] file, int before)
    {
        if (file.Length >= sizeof(ulong) && !Chance(4))
        {
            var claimed = BinaryPrimitives.ReadUInt64LittleEndian(file);
            BinaryPrimitives.WriteUInt64LittleEndian(file, unchecked(claimed + (ulong)(file.Length - before)));
        }

        return file;
    }

    private bool Chance(int oneIn) => Below(oneIn) == 0;

    private int Below(int limit)
    {
        // SplitMix64; the small bias of the remainder does not matter here.
        state += 0x9e3779b97f4a7c15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (int)((z ^ (z >> 31)) % (ulong)limit);
    }
}
