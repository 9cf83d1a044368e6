using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// CBF (Saito, PhD thesis, Yale University, 1994): for t = 1 … 128, standard normal noise, and between the times
/// a and b a plateau (class 1, cylinder), a ramp up (2, bell) or a ramp down (3, funnel) of height 6 + η;
/// a is a whole number from 16 … 32, b − a from 32 … 96, η standard normal.
/// </summary>
internal static class CylinderBellFunnel
{
    private const int Length = 128;

    public static SeriesGenerator Generator { get; } =
        new(
            "CBF",
            "30 train, 900 test, length 128, 3 classes: a plateau, a ramp up or a ramp down in noise",
            "N. Saito, Local feature extraction and its applications using a library of bases, PhD thesis, Yale University, 1994",
            (name, seed) => SeriesGenerator.Draw(name, seed, ["1", "2", "3"], 30, 900, Series)
        );

    private static double[] Series(SeededRandom random, int kind)
    {
        var from = SeriesGenerator.Whole(random, 16, 32);
        var width = SeriesGenerator.Whole(random, 32, 96);
        var height = 6 + random.NextGaussian();
        var values = new double[Length];
        for (var i = 0; i < Length; i++)
        {
            var position = (double)(i + 1 - from) / width;
            var shape = kind switch
            {
                0 => 1,
                1 => position,
                _ => 1 - position,
            };
            values[i] = (position is >= 0 and <= 1 ? height * shape : 0) + random.NextGaussian();
        }

        return values;
    }
}
