using System.Globalization;
using MemKD.Engine.Random;
using MemKD.Runtime;

namespace MemKD.Tests.Export;

/// <summary>Students with drawn weights, as large as those of trained ones.</summary>
internal static class MadeStudents
{
    /// <summary>A student of a text such as "lstm 8 1 3 last differences 2-layers": cell, units, channels, classes, pooling, and what else there is.</summary>
    public static StudentModel Of(string text, double largestWeight = 1.2)
    {
        var words = text.Split(' ');
        int Number(int word) => int.Parse(words[word], CultureInfo.InvariantCulture);
        var (units, channels, classes) = (Number(1), Number(2), Number(3));
        var cell = Enum.Parse<Cell>(words[0], ignoreCase: true);
        var hasDifferences = words.Contains("differences");
        var scaling =
            words.Contains("series") ? SampleScaling.Series
            : words.Contains("raw") ? SampleScaling.Raw
            : SampleScaling.TrainChannel;
        var random = new SeededRandom(2027);
        float[] Draw(int count, double largest) =>
            [.. Enumerable.Range(0, count).Select(_ => (float)(largest * ((2 * random.NextDouble()) - 1)))];
        double[] PerChannel(double first) => [.. Enumerable.Range(0, channels).Select(c => first + c)];

        var inputs = hasDifferences ? 2 * channels : channels;
        var rows =
            units
            * cell switch
            {
                Cell.Lstm => 4,
                Cell.Gru => 3,
                _ => 1,
            };
        LayerWeights Layer(int width) =>
            new(Draw(rows * width, largestWeight), Draw(rows * units, largestWeight), Draw(rows, .5), Draw(rows, .5));
        var layers = words.FirstOrDefault(w => w.EndsWith("-layers", StringComparison.Ordinal)) is { } several
            ? int.Parse(several.Split('-')[0], CultureInfo.InvariantCulture)
            : 1;
        return new StudentModel
        {
            Cell = cell,
            ChannelCount = channels,
            HiddenSize = units,
            Layers = [.. Enumerable.Range(0, layers).Select(l => Layer(l == 0 ? inputs : units))],
            Pooling = words[4] == "mean" ? StatePooling.Mean : StatePooling.Last,
            HeadWeights = Draw(classes * units, 2),
            HeadBias = Draw(classes, .5),
            Classes = [.. Enumerable.Range(0, classes).Select(k => $"class \"{k}\" */ ??/ \\ é")],
            Scaling = scaling,
            ChannelMeans = scaling == SampleScaling.TrainChannel ? PerChannel(20) : [],
            ChannelDeviations = scaling == SampleScaling.TrainChannel ? PerChannel(1.5) : [],
            DifferenceScales = hasDifferences ? PerChannel(.3) : null,
            MaxLength = words.Contains("any-length") ? null : 20,
            TrainLength = 20,
        };
    }

    /// <summary>The same student with all weights of one row of its first layer (PyTorch's order) so many times as large.</summary>
    public static StudentModel WithLargeRow(this StudentModel model, int row, float factor)
    {
        var layer = model.Layers[0];
        float[] Scaled(float[] weights, int count) => [.. weights.Select((w, i) => i / count == row ? factor * w : w)];
        return model.Changed(
            layers:
            [
                layer with
                {
                    InputWeights = Scaled(layer.InputWeights, model.InputSize),
                    HiddenWeights = Scaled(layer.HiddenWeights, model.HiddenSize),
                },
                .. model.Layers.Skip(1),
            ]
        );
    }

    /// <summary>The same student with some things changed.</summary>
    public static StudentModel Changed(
        this StudentModel model,
        IReadOnlyList<LayerWeights>? layers = null,
        float[]? headWeights = null,
        float[]? headBias = null,
        double[]? means = null,
        double[]? deviations = null,
        double[]? differenceScales = null,
        int? maxLength = null,
        RawLengths? rawLengths = null
    ) =>
        new()
        {
            Cell = model.Cell,
            ChannelCount = model.ChannelCount,
            HiddenSize = model.HiddenSize,
            Layers = layers ?? model.Layers,
            Pooling = model.Pooling,
            HeadWeights = headWeights ?? model.HeadWeights,
            HeadBias = headBias ?? model.HeadBias,
            Classes = model.Classes,
            Scaling = model.Scaling,
            ChannelMeans = means ?? model.ChannelMeans,
            ChannelDeviations = deviations ?? model.ChannelDeviations,
            DifferenceScales = differenceScales ?? model.DifferenceScales,
            MaxLength = maxLength ?? model.MaxLength,
            TrainLength = model.TrainLength,
            RawLengths = rawLengths ?? model.RawLengths,
        };
}
