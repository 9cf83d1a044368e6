using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Training;

/// <summary>
/// Training cases and a fixed number of augmented copies of each: a pool small enough that a teacher can be asked about
/// every member once.
/// </summary>
public static class AugmentedPool
{
    /// <summary>The cases in order, then all first copies, then all second copies, ….</summary>
    /// <param name="cases">Prepared cases.</param>
    /// <param name="augmentation">How copies are changed.</param>
    /// <param name="copies">Copies of each case.</param>
    /// <param name="seed">The run's seed; stream "pool".</param>
    public static PreparedCases Of(PreparedCases cases, Augmentation augmentation, int copies, ulong seed)
    {
        if (copies == 0 || augmentation.IsOff)
        {
            return cases;
        }

        var random = new SeededRandom(seed, "pool");
        var indices = new int[cases.Count * (copies + 1)];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = i % cases.Count;
        }

        var all = cases.Select(indices);
        var values = new float[indices.Sum(i => cases.Lengths[i] * cases.ChannelCount)];
        var at = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            var source = cases.Values(indices[i]);
            var target = values.AsSpan(at, source.Length);
            if (i < cases.Count)
            {
                source.CopyTo(target);
            }
            else
            {
                augmentation.Apply(source, cases.ChannelCount, random, target);
            }

            at += source.Length;
        }

        return new PreparedCases(cases.ChannelCount, all.Lengths, values, all.Labels, cases.ClassCount);
    }
}
