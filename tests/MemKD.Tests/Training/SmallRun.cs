using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Tests.Training;

/// <summary>Short runs on a few made-up cases.</summary>
internal static class SmallRun
{
    /// <summary>
    /// Noisy ramps of lengths 7 to 12, upward in class 0, downward in class 1; class 2 (if there is one) is flat. Case i
    /// has class i modulo the number of classes.
    /// </summary>
    public static PreparedCases Ramps(int count, int classes = 2, int channels = 1, double noise = 0.5)
    {
        var random = new SeededRandom(5);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % classes)];
        int[] lengths = [.. Enumerable.Range(0, count).Select(i => 7 + (i * 5 % 6))];
        var values = new List<float>();
        for (var i = 0; i < count; i++)
        {
            for (var c = 0; c < channels; c++)
            {
                for (var t = 0; t < lengths[i]; t++)
                {
                    var ramp = (2.0 * t / (lengths[i] - 1)) - 1;
                    values.Add((float)((ramp * (1 - labels[i] * 2 % 3)) + (noise * random.NextGaussian())));
                }
            }
        }

        return new PreparedCases(channels, lengths, [.. values], labels, classes);
    }

    public static ClassifierTraining Of(TrainingRecipe recipe, PreparedCases? cases = null, ulong seed = 3) =>
        new()
        {
            Cases = cases ?? Ramps(40),
            Shape = new NetworkShape(CellKind.Lstm, cases?.ChannelCount ?? 1, 4, 1, cases?.ClassCount ?? 2),
            Recipe = recipe,
            Seed = seed,
        };

    public static TrainingResult Train(this ClassifierTraining training, int threads = 1)
    {
        using var team = new WorkerTeam(threads);
        return training.Run(team, CancellationToken.None);
    }

    public static int[] Bits(this TrainingResult result) => result.Network.Bits();

    public static int[] Bits(this RecurrentNetwork network) =>
        [.. network.Parameters.Values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
