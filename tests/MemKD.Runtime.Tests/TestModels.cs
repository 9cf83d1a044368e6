using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Models;
using MemKD.Runtime;
using MemKD.Series;

namespace MemKD.Runtime.Tests;

/// <summary>Classifiers with lively random weights, fitted to random walks, and their students.</summary>
internal static class TestModels
{
    /// <summary>
    /// Weights of deviation 0.6, of the states 1/√H: states leave the linear range, no unit is stuck, and rounding does not grow
    /// from step to step as it would in a chaotic network.
    /// </summary>
    public static RecurrentClassifier Classifier(
        NetworkShape shape,
        Normalization normalization = Normalization.TrainChannelZ,
        bool differences = false,
        int? maxLength = null,
        ulong seed = 1
    )
    {
        var channels = differences ? shape.InputSize / 2 : shape.InputSize;
        var network = new RecurrentNetwork(shape);
        var random = new SeededRandom(seed, "weights");
        foreach (var (name, _) in shape.Tensors())
        {
            var size = name.Contains("weight_hh", StringComparison.Ordinal) ? 1 / Math.Sqrt(shape.HiddenSize) : 0.6;
            foreach (ref var weight in network.Parameters[name])
            {
                weight = (float)(size * random.NextGaussian());
            }
        }

        network.Pack();
        return new RecurrentClassifier(
            network,
            [.. Enumerable.Range(0, shape.ClassCount).Select(k => $"c{k}")],
            Preparation.Fit(
                Walks(channels, 12, 40),
                new PreparationOptions
                {
                    Normalization = normalization,
                    Differences = differences,
                    MaxLength = maxLength,
                }
            ),
            new ModelOrigin { Dataset = "walks", Method = "none" }
        );
    }

    public static StudentModel Student(
        NetworkShape shape,
        Normalization normalization = Normalization.TrainChannelZ,
        bool differences = false,
        int? maxLength = null,
        ulong seed = 1
    ) => Classifier(shape, normalization, differences, maxLength, seed).ToStudent();

    /// <summary>Random walks that are neither centred nor of deviation 1.</summary>
    public static TimeSeriesDataset Walks(int channels, int count, int length, ulong seed = 7) =>
        new(
            "walks",
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new TimeSeriesCase(
                        [
                            .. Enumerable
                                .Range(0, channels)
                                .Select(c => Walk(length, (seed * 1000) + (ulong)((i * channels) + c))),
                        ],
                        i % 2 == 0 ? "c0" : "c1"
                    )),
            ]
        );

    public static float[] Walk(int length, ulong seed)
    {
        var random = new SeededRandom(seed, "walk");
        var value = 3.0;
        var walk = new float[length];
        for (var t = 0; t < length; t++)
        {
            value += 0.7 * random.NextGaussian();
            walk[t] = (float)value;
        }

        return walk;
    }

    /// <summary>Time point t of a case.</summary>
    public static float[] Sample(TimeSeriesCase one, int t) =>
        [.. one.Channels.Select(c => t < c.Length ? c[t] : float.NaN)];

    /// <summary>Probabilities that training's forward pass gives each case, [case][class].</summary>
    public static float[][] Expected(RecurrentClassifier classifier, TimeSeriesDataset cases)
    {
        using var team = new Engine.WorkerTeam(1);
        return [.. classifier.Probabilities(cases, team).Chunk(classifier.Classes.Count)];
    }

    /// <summary>Largest absolute difference; NaN counts as infinite.</summary>
    public static double Largest(IEnumerable<float> actual, IEnumerable<double> expected) =>
        actual.Zip(expected, (a, e) => double.IsNaN(a - e) ? double.PositiveInfinity : Math.Abs(a - e)).Max();
}
