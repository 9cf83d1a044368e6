using System.Globalization;
using MemKD.Runtime.Kernels;

namespace MemKD.Runtime;

/// <content>Reading from a file, and what streams share.</content>
public sealed partial class StudentModel
{
    /// <summary>The file's usual name in a model folder.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>Most parameters of a model that is read: nobody's classifier is larger, and a hostile file must not fill the memory.</summary>
    public const int MaxParameters = 50_000_000;

    /// <summary>Most layers of a model that is read.</summary>
    public const int MaxLayers = 64;

    /// <summary>Most hidden units of a model that is read.</summary>
    public const int MaxHiddenSize = 4096;

    /// <summary>Most classes of a model that is read.</summary>
    public const int MaxClasses = 100_000;

    private StepNetwork? network;

    /// <summary>The weights laid out for streams; made once, at the first use.</summary>
    internal StepNetwork Network =>
        network ?? Interlocked.CompareExchange(ref network, new StepNetwork(this), null) ?? network;

    /// <summary>Reads a model from a file, or from a folder that holds <see cref="FileName"/> (docs/formats/model.md).</summary>
    /// <exception cref="InputException">Not a model of ours, or one that cannot stream: one line that says what is wrong and how to mend it.</exception>
    public static StudentModel Load(string path) =>
        StudentModelReader.Read(
            Safetensors.SafetensorsFile.Read(Directory.Exists(path) ? Path.Combine(path, FileName) : path)
        );

    /// <summary>Reads a model from the stream's position to its end.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="name">The name that messages show.</param>
    /// <exception cref="InputException">As for <see cref="Load(string)"/>.</exception>
    public static StudentModel Load(Stream stream, string name = "model") =>
        StudentModelReader.Read(Safetensors.SafetensorsFile.Read(stream, name));

    /// <summary>A number that stands for everything that answers depend on; computed from all weights each time.</summary>
    internal Fingerprint MakeFingerprint()
    {
        var all = Fingerprint
            .Start.With(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Cell} {ChannelCount} {HiddenSize} {Layers.Count} {Pooling} {Scaling} {MaxLength}"
                )
            )
            .With(ChannelMeans)
            .With(ChannelDeviations)
            .With(DifferenceScales);
        foreach (var layer in Layers)
        {
            all = all.With(layer.InputWeights).With(layer.HiddenWeights).With(layer.InputBias).With(layer.HiddenBias);
        }

        return all.With(HeadWeights).With(HeadBias);
    }
}
