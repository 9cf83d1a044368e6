using System.Buffers.Binary;
using System.Globalization;

namespace MemKD.Cli.Streams;

/// <summary>Samples as float32, little-endian, the channels of a time point side by side, nothing between.</summary>
/// <param name="input">The bytes.</param>
/// <param name="name">The input's name for messages.</param>
/// <param name="incomplete">Told of bytes at the end that are no whole sample.</param>
internal sealed class FloatSamples(InputBuffer input, string name, Action<string> incomplete) : ISampleSource
{
    /// <inheritdoc/>
    public bool Next(Span<float> sample)
    {
        var size = sample.Length * sizeof(float);
        while (input.Unused.Length < size)
        {
            if (!input.Fill())
            {
                if (!input.Unused.IsEmpty)
                {
                    incomplete(
                        $"{name}: ends {input.Unused.Length.ToString(CultureInfo.InvariantCulture)} bytes into a sample; give float32, one value a channel."
                    );
                }

                return false;
            }
        }

        var bytes = input.Unused;
        for (var c = 0; c < sample.Length; c++)
        {
            sample[c] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(c * sizeof(float))..]);
        }

        input.Use(size);
        return true;
    }
}
