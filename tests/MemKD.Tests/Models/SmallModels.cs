using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Models;
using MemKD.Runtime.Safetensors;
using MemKD.Series;

namespace MemKD.Tests.Models;

/// <summary>Models with random weights, the series they read, and their files with a change here and there.</summary>
internal static class SmallModels
{
    public static RecurrentClassifier Classifier(NetworkShape shape, ulong seed = 1)
    {
        var network = new RecurrentNetwork(shape);
        network.InitializeLikePyTorch(new SeededRandom(seed));
        network.Pack();
        return new RecurrentClassifier(
            network,
            [.. Enumerable.Range(0, shape.ClassCount).Select(k => $"class \"{k}\" é")],
            Preparation.Fit(Series(shape.InputSize), new PreparationOptions { MaxLength = 9, Differences = false }),
            new ModelOrigin
            {
                Dataset = "Small",
                Method = "teacher",
                Seed = ulong.MaxValue,
            }
        );
    }

    /// <summary>Cases of lengths 1 to 11.</summary>
    public static TimeSeriesDataset Series(int channels, int count = 21)
    {
        var random = new SeededRandom(99);
        float[] Channel(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
        return new TimeSeriesDataset(
            "Small",
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new TimeSeriesCase(
                        [.. Enumerable.Range(0, channels).Select(_ => Channel(1 + (i % 11)))],
                        "0"
                    )),
            ]
        );
    }

    /// <summary>Logits [case][class].</summary>
    public static float[][] Logits(RecurrentNetwork network, PreparedCases cases)
    {
        using var team = new WorkerTeam(1);
        var classes = network.Shape.ClassCount;
        var logits = new List<float[]>();
        new Inference(network, team).Visit(
            cases,
            (ws, _, count) => logits.AddRange(ws.Logits[..(count * classes)].ToArray().Chunk(classes))
        );
        return [.. logits];
    }

    /// <summary>Writes a model's file with other metadata (null: left out) and other tensors.</summary>
    public static void WriteChanged(
        string path,
        RecurrentClassifier model,
        Func<string, string, string?>? metadata = null,
        Func<SafetensorsTensor, SafetensorsTensor?>? tensor = null
    )
    {
        ModelFile.Write(path, model);
        var file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(
            path,
            file.Tensors.Select(t => tensor is null ? t : tensor(t)).OfType<SafetensorsTensor>(),
            file.Metadata.Select(m =>
                    KeyValuePair.Create(m.Key, metadata is null ? m.Value : metadata(m.Key, m.Value)!)
                )
                .Where(m => m.Value is not null)
        );
    }

    public static int[] Bits(ReadOnlySpan<float> values) =>
        [.. values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
