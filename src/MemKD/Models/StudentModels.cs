using MemKD.Engine.Layers;
using MemKD.Runtime;
using MemKD.Series;

namespace MemKD.Models;

/// <summary>From a classifier in training's hands to the one that streams and exporters take.</summary>
public static class StudentModels
{
    /// <summary>The same weights and preparation for <see cref="MemKD.Runtime"/>; arrays are copied.</summary>
    /// <exception cref="InputException">The classifier also reads the series backwards.</exception>
    public static StudentModel ToStudent(this RecurrentClassifier classifier)
    {
        var shape = classifier.Network.Shape;
        if (shape.Bidirectional)
        {
            throw new InputException(
                "the model also reads the series backwards, which a stream cannot be; distil a student from it (`memkd distill`)."
            );
        }

        var parameters = classifier.Network.Parameters;
        float[] Copy(string name) => parameters[name].ToArray();
        var preparation = classifier.Preparation;
        return new StudentModel
        {
            Cell = shape.Cell switch
            {
                CellKind.Lstm => Cell.Lstm,
                CellKind.Gru => Cell.Gru,
                _ => Cell.Rnn,
            },
            ChannelCount = preparation.ChannelCount,
            HiddenSize = shape.HiddenSize,
            Layers =
            [
                .. Enumerable
                    .Range(0, shape.LayerCount)
                    .Select(l => new LayerWeights(
                        Copy($"rnn.weight_ih_l{l}"),
                        Copy($"rnn.weight_hh_l{l}"),
                        Copy($"rnn.bias_ih_l{l}"),
                        Copy($"rnn.bias_hh_l{l}")
                    )),
            ],
            Pooling = shape.Pooling == Pooling.Mean ? StatePooling.Mean : StatePooling.Last,
            HeadWeights = Copy("fc.weight"),
            HeadBias = Copy("fc.bias"),
            Classes = [.. classifier.Classes],
            Scaling = preparation.Normalization switch
            {
                Normalization.SeriesZ => SampleScaling.Series,
                Normalization.TrainChannelZ => SampleScaling.TrainChannel,
                _ => SampleScaling.Raw,
            },
            ChannelMeans = [.. preparation.ChannelMeans],
            ChannelDeviations = [.. preparation.ChannelDeviations],
            DifferenceScales = preparation.Differences is { } differences ? [.. differences.Scales] : null,
            MaxLength = preparation.MaxLength,
            TrainLength = preparation.MaxLengthOfTrain,
            RawLengths = preparation.RawLengthsOfTrain,
        };
    }
}
