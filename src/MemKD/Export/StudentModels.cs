using MemKD.Models;
using MemKD.Runtime;

namespace MemKD.Export;

/// <summary>A trained classifier as the exporters read it.</summary>
internal static class StudentModels
{
    /// <summary>The same weights and preparation.</summary>
    /// <exception cref="InputException">The network reads its series in both directions.</exception>
    public static StudentModel Of(RecurrentClassifier classifier)
    {
        var shape = classifier.Network.Shape;
        if (shape.Bidirectional)
        {
            throw new InputException(
                "the network reads its series in both directions, which a stream cannot; export a student made by `memkd distill`."
            );
        }

        var parameters = classifier.Network.Parameters;
        var preparation = classifier.Preparation;
        float[] Tensor(string name) => parameters[name].ToArray();
        return new StudentModel
        {
            Cell = Enum.Parse<Cell>(shape.Cell.ToString()),
            ChannelCount = preparation.ChannelCount,
            HiddenSize = shape.HiddenSize,
            Layers =
            [
                .. Enumerable
                    .Range(0, shape.LayerCount)
                    .Select(l => new LayerWeights(
                        Tensor($"rnn.weight_ih_l{l}"),
                        Tensor($"rnn.weight_hh_l{l}"),
                        Tensor($"rnn.bias_ih_l{l}"),
                        Tensor($"rnn.bias_hh_l{l}")
                    )),
            ],
            Pooling = Enum.Parse<StatePooling>(shape.Pooling.ToString()),
            HeadWeights = Tensor("fc.weight"),
            HeadBias = Tensor("fc.bias"),
            Classes = classifier.Classes,
            Scaling = preparation.Normalization.ToString() switch
            {
                "Raw" => SampleScaling.Raw,
                "SeriesZ" => SampleScaling.Series,
                _ => SampleScaling.TrainChannel,
            },
            ChannelMeans = preparation.ChannelMeans,
            ChannelDeviations = preparation.ChannelDeviations,
            DifferenceScales = preparation.Differences?.Scales,
            MaxLength = preparation.MaxLength,
            TrainLength = preparation.MaxLengthOfTrain,
        };
    }
}
