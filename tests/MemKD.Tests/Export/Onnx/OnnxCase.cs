using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Export;
using MemKD.Models;
using MemKD.Series;
using MemKD.Tests.Models;

namespace MemKD.Tests.Export.Onnx;

/// <summary>A kind of model: every combination is exported and run.</summary>
internal sealed record OnnxCase(
    CellKind Cell,
    int Layers,
    bool Bidirectional,
    Pooling Pooling,
    Normalization Normalization,
    bool Differences
)
{
    /// <summary>All 144.</summary>
    public static IReadOnlyList<OnnxCase> All { get; } =
    [
        .. from cell in Enum.GetValues<CellKind>()
        from layers in (int[])[1, 2]
        from bidirectional in (bool[])[false, true]
        from pooling in Enum.GetValues<Pooling>()
        from normalization in (Normalization[])[Normalization.Raw, Normalization.SeriesZ, Normalization.TrainChannelZ]
        from differences in (bool[])[false, true]
        select new OnnxCase(cell, layers, bidirectional, pooling, normalization, differences),
    ];

    /// <summary>The case in a few words.</summary>
    public string Name =>
        $"{Cell} {Layers}{(Bidirectional ? " both" : "")} {Pooling} {Normalization.ToText()}{(Differences ? " differences" : "")}";

    private int Number => All.ToList().IndexOf(this);

    // Not in step with the loops above: every normalisation meets every number of channels.
    private int Mixed => Number + (Number / 6);

    /// <summary>1 to 3; the second is constant, the third far from 0.</summary>
    public int Channels => 1 + (Mixed % 3);

    /// <summary>A model of this kind with random weights.</summary>
    public RecurrentClassifier Model()
    {
        var preparation = Preparation.Fit(
            Series(30, 12, seed: 1),
            new PreparationOptions
            {
                Normalization = Normalization,
                Differences = Differences,
                MaxLength = null,
            }
        );
        var network = new RecurrentNetwork(
            new NetworkShape(
                Cell,
                preparation.InputSize,
                3 + (Mixed % 5),
                Layers,
                2 + (Mixed % 4),
                Bidirectional,
                Pooling
            )
        );
        network.InitializeLikePyTorch(new SeededRandom((ulong)Number));
        network.Pack();
        return new RecurrentClassifier(
            network,
            [.. Enumerable.Range(0, network.Shape.ClassCount).Select(k => $"class \"{k}\" é")],
            preparation,
            new ModelOrigin { Method = "none" }
        );
    }

    /// <summary>Series of lengths 1 to <paramref name="longest"/>; the first has that length.</summary>
    public TimeSeriesDataset Series(int count, int longest, ulong seed)
    {
        var random = new SeededRandom(seed);
        float[] Channel(int channel, int length)
        {
            if (channel == 1)
            {
                return [.. Enumerable.Repeat(0.1f, length)];
            }

            var (offset, size) =
                Normalization == Normalization.Raw ? (0, 1)
                : channel == 2 ? (5000, 2)
                : (20, 3);
            return [.. Enumerable.Range(0, length).Select(_ => (float)(offset + (size * random.NextGaussian())))];
        }

        return new TimeSeriesDataset(
            "Random",
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                    {
                        var length = i == 0 ? longest : 1 + random.NextInt(longest);
                        return new TimeSeriesCase(
                            [.. Enumerable.Range(0, Channels).Select(c => Channel(c, length))],
                            "0"
                        );
                    }),
            ]
        );
    }

    /// <summary>A model in a format.</summary>
    public static ExportedModel Export(RecurrentClassifier model, string format) =>
        ExportFormats.Find(format).Export(new ExportRequest(model, "model"));

    /// <summary>What MemKD's engine says, [case][class].</summary>
    public static float[][] Logits(RecurrentClassifier model, TimeSeriesDataset series) =>
        SmallModels.Logits(model.Network, model.Preparation.Apply(series));
}
