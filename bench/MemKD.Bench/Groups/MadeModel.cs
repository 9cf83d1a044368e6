using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Bench.Groups;

/// <summary>Untrained models of one channel and five classes that take samples as they are.</summary>
internal static class MadeModel
{
    /// <summary>Classes K.</summary>
    public const int Classes = 5;

    private const int Timepoints = 150;

    /// <summary>An LSTM whose last state is classified.</summary>
    public static RecurrentClassifier Lstm(int units, int layers)
    {
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, units, layers, Classes));
        network.InitializeLikePyTorch(new SeededRandom(7));
        string[] classes = ["a", "b", "c", "d", "e"];
        var cases = classes.Select(c => new TimeSeriesCase([Signal(Timepoints)], c));
        var preparation = Preparation.Fit(
            new TimeSeriesDataset("noise", [.. cases]),
            new PreparationOptions
            {
                Normalization = Normalization.Raw,
                Differences = false,
                MaxLength = null,
            }
        );
        return new RecurrentClassifier(network, classes, preparation, new ModelOrigin());
    }

    /// <summary>Noise.</summary>
    public static float[] Signal(int length)
    {
        var random = new SeededRandom(8);
        return [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
    }
}
