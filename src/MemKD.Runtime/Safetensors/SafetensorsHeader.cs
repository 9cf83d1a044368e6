using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MemKD.Runtime.Safetensors;

/// <summary>A tensor as the header describes it; the bytes are [Begin, End) of the data part.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsDtype Dtype, int[] Shape, long Begin, long End);

/// <summary>
/// Reads and checks the JSON header of a safetensors file token by token. The grammar has three levels (object, tensor,
/// array), so a deeper value is refused where it opens and nothing recurses. Nothing is allocated from a number in the
/// header: sizes are only compared with the length of the data.
/// </summary>
internal ref struct SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    private readonly string file;
    private readonly long dataLength;
    private readonly OrderedDictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly List<SafetensorsEntry> entries = [];
    private Utf8JsonReader json;

    private SafetensorsHeader(ReadOnlySpan<byte> header, long dataLength, string file)
    {
        this.file = file;
        this.dataLength = dataLength;
        json = new Utf8JsonReader(header);
    }

    /// <summary>Parses a header and checks it against the number of data bytes that follow it.</summary>
    /// <exception cref="InputException">Any rule of the format is broken.</exception>
    public static (List<SafetensorsEntry> Entries, OrderedDictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> header,
        long dataLength,
        string file
    )
    {
        var parser = new SafetensorsHeader(header, dataLength, file);
        try
        {
            parser.ReadRoot();
        }
        catch (JsonException)
        {
            throw parser.Error($"the header is not valid JSON at byte {Text(8 + parser.json.BytesConsumed)}");
        }

        parser.CheckCoverage();
        return (parser.entries, parser.metadata);
    }

    /// <summary>Bytes of a tensor; -1 when a dimension is negative or the tensor is larger than any file may be.</summary>
    public static long ByteCount(SafetensorsDtype dtype, IReadOnlyList<int> shape)
    {
        if (shape.Any(d => d < 0))
        {
            return -1;
        }

        if (shape.Contains(0))
        {
            return 0;
        }

        long bytes = dtype.ElementBytes();
        foreach (var dimension in shape)
        {
            bytes *= dimension; // both factors are below 2^31
            if (bytes > SafetensorsFile.MaxFileBytes)
            {
                return -1;
            }
        }

        return bytes;
    }

    /// <summary>A name from a file, in quotes, safe to print on one line.</summary>
    public static string Quote(string name)
    {
        const int Longest = 80;
        var text = new StringBuilder("'");
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, Longest)))
        {
            var printable =
                char.GetUnicodeCategory(c)
                is not (
                    UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.Surrogate
                );
            _ = printable ? text.Append(c) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.Append(name.Length > Longest ? "...'" : "'").ToString();
    }

    private void ReadRoot()
    {
        json.Read(); // the caller has seen the opening brace
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { MetadataKey };
        var metadataSeen = false;
        while (ReadKey(out var name))
        {
            if (string.Equals(name, MetadataKey, StringComparison.Ordinal))
            {
                if (metadataSeen)
                {
                    throw Error($"{MetadataKey} appears twice");
                }

                metadataSeen = true;
                ReadMetadata();
                continue;
            }

            if (!names.Add(name))
            {
                throw Error(
                    $"the name {Quote(name)} appears twice (names that differ only in upper and lower case count as one)"
                );
            }

            if (entries.Count == SafetensorsFile.MaxTensors)
            {
                throw Error($"more than {Text(SafetensorsFile.MaxTensors)} tensors");
            }

            entries.Add(ReadTensor(name));
        }

        json.Read(); // throws when anything but white space follows
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, MetadataKey, "an object of strings");
        while (ReadKey(out var key))
        {
            json.Read();
            if (json.TokenType != JsonTokenType.String)
            {
                throw Error($"the value of {Quote(key)} in {MetadataKey} is not a string");
            }

            if (metadata.Count == SafetensorsFile.MaxMetadata)
            {
                throw Error($"more than {Text(SafetensorsFile.MaxMetadata)} entries in {MetadataKey}");
            }

            if (!metadata.TryAdd(key, ReadString()))
            {
                throw Error($"the key {Quote(key)} appears twice in {MetadataKey}");
            }
        }
    }

    private SafetensorsEntry ReadTensor(string name)
    {
        Expect(JsonTokenType.StartObject, Quote(name), "an object");
        SafetensorsDtype? dtype = null;
        int[]? shape = null;
        (long Begin, long End)? offsets = null;
        while (ReadKey(out var key))
        {
            switch (key)
            {
                case "dtype" when dtype is null:
                    dtype = ReadDtype(name);
                    break;
                case "shape" when shape is null:
                    shape =
                    [
                        .. ReadNumbers($"the shape of {Quote(name)}", int.MaxValue, SafetensorsFile.MaxDimensions)
                            .Select(d => (int)d),
                    ];
                    break;
                case "data_offsets" when offsets is null:
                    var pair = ReadNumbers($"data_offsets of {Quote(name)}", long.MaxValue, 2);
                    offsets =
                        pair.Count == 2
                            ? (pair[0], pair[1])
                            : throw Error($"data_offsets of {Quote(name)} is not [begin, end]");
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Error($"{key} appears twice in {Quote(name)}");
                default:
                    throw Error(
                        $"{Quote(name)} has the unknown key {Quote(key)} (the keys are dtype, shape, data_offsets)"
                    );
            }
        }

        if (dtype is null || shape is null || offsets is null)
        {
            throw Error($"{Quote(name)} lacks one of dtype, shape, data_offsets");
        }

        var (begin, end) = offsets.Value;
        if (begin > end || end > dataLength)
        {
            throw Error(
                $"data_offsets [{Text(begin)}, {Text(end)}] of {Quote(name)} do not lie in the {Text(dataLength)} bytes of data"
            );
        }

        if (ByteCount(dtype.Value, shape) != end - begin)
        {
            throw Error(
                $"{Quote(name)} is {dtype.Value.HeaderName()} {SafetensorsTensor.ShapeText(shape)}, which does not take the {Text(end - begin)} bytes of its data_offsets"
            );
        }

        return new SafetensorsEntry(name, dtype.Value, shape, begin, end);
    }

    private SafetensorsDtype ReadDtype(string name)
    {
        Expect(JsonTokenType.String, $"dtype of {Quote(name)}", "a string");
        var text = ReadString();
        return SafetensorsDtypes.TryParse(text, out var dtype)
            ? dtype
            : throw Error($"{Quote(name)} has the unknown dtype {Quote(text)} (known: {SafetensorsDtypes.AllNames})");
    }

    private List<long> ReadNumbers(string what, long largest, int most)
    {
        Expect(JsonTokenType.StartArray, what, "an array of whole numbers");
        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (
                json.TokenType != JsonTokenType.Number
                || !json.TryGetInt64(out var number)
                || json.ValueSpan[0] == '-'
                || number > largest
            )
            {
                throw Error($"{what} holds something else than whole numbers from 0 to {Text(largest)}");
            }

            if (numbers.Count == most)
            {
                throw Error($"{what} has more than {Text(most)} numbers");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private void CheckCoverage()
    {
        long covered = 0;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != covered)
            {
                var fault = entry.Begin < covered ? "overlaps another tensor" : "leaves a hole";
                throw Error($"{Quote(entry.Name)} {fault} at byte {Text(entry.Begin)} of the data");
            }

            covered = entry.End;
        }

        if (covered != dataLength)
        {
            throw Error($"{Text(dataLength - covered)} bytes at the end belong to no tensor");
        }
    }

    private bool ReadKey(out string key)
    {
        json.Read();
        var isKey = json.TokenType == JsonTokenType.PropertyName;
        key = isKey ? ReadString() : "";
        return isKey;
    }

    private void Expect(JsonTokenType token, string what, string expected)
    {
        json.Read();
        if (json.TokenType != token)
        {
            throw Error($"{what} is not {expected}");
        }
    }

    private string ReadString()
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error(
                $"the text at byte {Text(8 + json.TokenStartIndex)} is not valid UTF-8 or escapes half a character"
            );
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly InputException Error(string fault) => SafetensorsFile.Error(file, fault);
}
