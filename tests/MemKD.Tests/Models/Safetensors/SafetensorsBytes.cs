using System.Buffers.Binary;
using System.Text;
using MemKD.Runtime.Safetensors;

namespace MemKD.Tests.Models.Safetensors;

/// <summary>Files for the tests, put together byte by byte and not by the writer under test.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with this header text and this many zero bytes of data.</summary>
    public static byte[] Build(string header, int dataLength = 0) =>
        Build(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    public static byte[] Build(byte[] header, byte[] data)
    {
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    public static SafetensorsFile Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return SafetensorsFile.Read(stream, "test.safetensors");
    }

    public static byte[] Write(
        IEnumerable<SafetensorsTensor> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null
    )
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata ?? []);
        return stream.ToArray();
    }

    public static string VectorPath(string name) =>
        Path.Combine(AppContext.BaseDirectory, "vectors", "safetensors", name);
}
