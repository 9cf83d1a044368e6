using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// TwoPatterns (Geurts 2002): two steps at random times in standard normal noise. A step of length l is −5 in its
/// first half and +5 in its second (up), or the reverse (down), without noise. Their order makes the class, in the
/// archive's numbering: 1 down, down; 2 up, down; 3 down, up; 4 up, up. Lengths (16 … 32) and times are drawn so as to
/// agree with the archive's series: the first step starts anywhere in what both steps leave free, the second anywhere
/// in what is left behind it, and the last time point is always noise.
/// </summary>
internal static class TwoPatterns
{
    private const int Length = 128;

    /// <summary>Sign of the first half of each step, by class.</summary>
    private static readonly (int First, int Second)[] Signs = [(1, 1), (-1, 1), (1, -1), (-1, -1)];

    public static SeriesGenerator Generator { get; } =
        new(
            "TwoPatterns",
            "1000 train, 4000 test, length 128, 4 classes: up or down, then up or down, at random times in noise",
            "P. Geurts, Contributions to decision tree induction: bias/variance tradeoff and time series classification, PhD thesis, University of Liège, 2002",
            (name, seed) => SeriesGenerator.Draw(name, seed, ["1", "2", "3", "4"], 1000, 4000, Series)
        );

    private static double[] Series(SeededRandom random, int kind)
    {
        var length1 = SeriesGenerator.Whole(random, 16, 32);
        var length2 = SeriesGenerator.Whole(random, 16, 32);
        var start1 = SeriesGenerator.Whole(random, 0, Length - 1 - length1 - length2);
        var start2 = SeriesGenerator.Whole(random, start1 + length1, Length - 1 - length2);
        var values = new double[Length];
        for (var t = 0; t < Length; t++)
        {
            values[t] = random.NextGaussian();
        }

        Step(values.AsSpan(start1, length1), Signs[kind].First);
        Step(values.AsSpan(start2, length2), Signs[kind].Second);
        return values;
    }

    private static void Step(Span<double> values, int sign)
    {
        var half = (values.Length + 1) / 2;
        values[..half].Fill(5 * sign);
        values[half..].Fill(-5 * sign);
    }
}
