using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MemKD.Runtime.Safetensors;

/// <summary>
/// Writes the canonical form: compact JSON, <c>__metadata__</c> first, keys in the order given, spaces up to a multiple
/// of 8 bytes. The data of wider element types come first, so that every tensor is aligned to its element size.
/// </summary>
internal static class SafetensorsWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Write(string path, SafetensorsTensor[] tensors, KeyValuePair<string, string>[] metadata) =>
        WholeFile.Write(path, stream => Write(stream, tensors, metadata));

    public static void Write(Stream stream, SafetensorsTensor[] tensors, KeyValuePair<string, string>[] metadata)
    {
        var layout = tensors.OrderByDescending(t => t.Dtype.ElementBytes()).ToArray();
        var header = Header(tensors, metadata, layout);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in layout)
        {
            stream.Write(tensor.Bytes.Span);
        }
    }

    private static byte[] Header(
        SafetensorsTensor[] tensors,
        KeyValuePair<string, string>[] metadata,
        SafetensorsTensor[] layout
    )
    {
        CheckLimits(tensors, metadata);
        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        long position = 0;
        foreach (var tensor in layout)
        {
            begins.Add(tensor.Name, position);
            position += tensor.Bytes.Length;
        }

        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            if (metadata.Length > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            foreach (var tensor in tensors)
            {
                WriteEntry(json, tensor, begins[tensor.Name]);
            }

            json.WriteEndObject();
        }

        var padded = (buffer.WrittenCount + 7) / 8 * 8;
        buffer.GetSpan(8)[..(padded - buffer.WrittenCount)].Fill((byte)' ');
        buffer.Advance(padded - buffer.WrittenCount);
        if (padded > SafetensorsFile.MaxHeaderBytes || 8 + padded + position > SafetensorsFile.MaxFileBytes)
        {
            throw new ArgumentException(
                "The header or the file would be longer than the format or the reader allows.",
                nameof(tensors)
            );
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsTensor tensor, long begin)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Dtype.HeaderName());
        json.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + tensor.Bytes.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void CheckLimits(SafetensorsTensor[] tensors, KeyValuePair<string, string>[] metadata)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "__metadata__" };
        foreach (var tensor in tensors)
        {
            RequireText(tensor.Name);
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"The name '{tensor.Name}' is reserved or given twice.", nameof(tensors));
            }
        }

        foreach (var (key, value) in metadata)
        {
            RequireText(key);
            RequireText(value);
        }

        if (metadata.DistinctBy(m => m.Key, StringComparer.Ordinal).Count() != metadata.Length)
        {
            throw new ArgumentException("A metadata key is given twice.", nameof(metadata));
        }

        if (
            tensors.Length > SafetensorsFile.MaxTensors
            || metadata.Length > SafetensorsFile.MaxMetadata
            || tensors.Any(t => t.Shape.Count > SafetensorsFile.MaxDimensions)
        )
        {
            throw new ArgumentException(
                "More tensors, metadata entries or dimensions than the reader allows.",
                nameof(tensors)
            );
        }
    }

    /// <summary>Throws for half a surrogate pair, which the JSON writer would silently replace.</summary>
    private static void RequireText(string text) => StrictUtf8.GetByteCount(text);
}
