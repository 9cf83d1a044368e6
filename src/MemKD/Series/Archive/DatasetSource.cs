using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace MemKD.Series;

/// <summary>Where a data set can come from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DatasetOrigin>))]
public enum DatasetOrigin
{
    /// <summary>Files on this machine.</summary>
    [JsonStringEnumMemberName("local")]
    Local,

    /// <summary>A built-in generator.</summary>
    [JsonStringEnumMemberName("built-in")]
    BuiltIn,

    /// <summary>Not here, but <c>memkd data get</c> can fetch it.</summary>
    [JsonStringEnumMemberName("downloadable")]
    Downloadable,
}

/// <summary>Which data a result was made with; goes into every result.</summary>
/// <param name="Name">The data set's name.</param>
/// <param name="Origin">Files or a generator.</param>
/// <param name="Location">The folder of the files, or the generator and its seed.</param>
/// <param name="Format">The file format, for example <c>tsv.gz</c>; <c>generated</c> for a generator.</param>
/// <param name="Resample">0 for the archive's split.</param>
/// <param name="Sha256">
/// Hash of the content before resampling: labels and float32 values of TRAIN, then TEST. The same
/// data in another file format have the same hash.
/// </param>
public sealed record DatasetSource(
    string Name,
    DatasetOrigin Origin,
    string Location,
    string Format,
    int Resample,
    string Sha256
)
{
    /// <summary>
    /// SHA-256, in hexadecimal, of both parts: for each the number of cases and of channels, then case by case the
    /// label (byte count, UTF-8) and each channel (length, float32 values, every NaN alike). All little-endian,
    /// numbers of 32 bits.
    /// </summary>
    public static string ContentHash(TrainTestSplit split)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, split.Train);
        Append(hash, split.Test);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same of one part alone: what a model was trained on.</summary>
    public static string ContentHash(TimeSeriesDataset part)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, part);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, TimeSeriesDataset data)
    {
        Append(hash, data.Cases.Count);
        Append(hash, data.ChannelCount);
        foreach (var one in data.Cases)
        {
            var label = Encoding.UTF8.GetBytes(one.Label);
            Append(hash, label.Length);
            hash.AppendData(label);
            foreach (var channel in one.Channels)
            {
                var bytes = new byte[4 * channel.Length];
                for (var t = 0; t < channel.Length; t++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(
                        bytes.AsSpan(4 * t),
                        float.IsNaN(channel[t]) ? float.NaN : channel[t]
                    );
                }

                Append(hash, channel.Length);
                hash.AppendData(bytes);
            }
        }
    }

    private static void Append(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
