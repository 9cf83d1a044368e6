using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Series;

namespace MemKD.Models;

/// <summary>
/// A trained classifier with all that its use needs: the network, the class labels in order, and the preparation that
/// its training data fitted.
/// </summary>
/// <param name="Network">The network.</param>
/// <param name="Classes">Class labels; index = class number.</param>
/// <param name="Preparation">How raw series become network input.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record RecurrentClassifier(
    RecurrentNetwork Network,
    IReadOnlyList<string> Classes,
    Preparation Preparation,
    ModelOrigin Origin
)
{
    /// <summary>Trainable parameters.</summary>
    public int ParameterCount => Network.Parameters.Length;

    /// <summary>Bytes of the float32 weights.</summary>
    public int Bytes => ParameterCount * sizeof(float);

    /// <summary>SHA-256 of the weights, hexadecimal.</summary>
    public string WeightHash =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Network.Parameters.Values)));

    /// <summary>Soft-max probabilities of raw series, [case, class].</summary>
    /// <param name="cases">Series as read; labels are not looked at.</param>
    /// <param name="team">The threads that share the work.</param>
    /// <exception cref="InputException">The series have another number of channels than the model.</exception>
    public float[] Probabilities(TimeSeriesDataset cases, WorkerTeam team)
    {
        if (cases.ChannelCount != Preparation.ChannelCount)
        {
            throw new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{cases.Name}: the series have {cases.ChannelCount} channels, the model was trained on {Preparation.ChannelCount}; use series with the same channels."
                )
            );
        }

        return new Inference(Network, team).Probabilities(Preparation.Apply(cases));
    }
}
