using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Training;

/// <summary>
/// Training cases and a fixed number of augmented copies of each: a pool small enough that a teacher can be asked about
/// every member once.
/// </summary>
public static class AugmentedPool
{
    private const int UnseenCopies = 2000;

    /// <summary>The places of some cases and of all their copies in a pool, in its order.</summary>
    /// <param name="indices">Case numbers.</param>
    /// <param name="caseCount">Cases behind the pool.</param>
    /// <param name="poolCount">Members of the pool.</param>
    public static int[] Members(int[] indices, int caseCount, int poolCount) =>
        [.. Enumerable.Range(0, poolCount / caseCount).SelectMany(copy => indices.Select(i => (copy * caseCount) + i))];

    /// <summary>The cases in order, then all first copies, then all second copies, ….</summary>
    /// <param name="cases">Prepared cases.</param>
    /// <param name="augmentation">How copies are changed.</param>
    /// <param name="copies">Copies of each case.</param>
    /// <param name="seed">The run's seed; stream "pool".</param>
    /// <exception cref="InputException">More values than one array holds.</exception>
    public static PreparedCases Of(PreparedCases cases, Augmentation augmentation, int copies, ulong seed)
    {
        return copies == 0 || augmentation.IsOff
            ? cases
            : Make(cases, augmentation, copies, new SeededRandom(seed, "pool"));
    }

    /// <summary>
    /// Copies alone, at least one of each case and about <see cref="UnseenCopies"/> in all: like new cases, they lie beside those that a model
    /// learnt, so what is measured on them flatters it less. No run draws from their stream.
    /// </summary>
    /// <param name="cases">Prepared cases.</param>
    /// <exception cref="InputException">More values than one array holds.</exception>
    public static PreparedCases Unseen(PreparedCases cases)
    {
        var copies = Math.Max(1, (int)Math.Ceiling((double)UnseenCopies / cases.Count));
        var pool = Make(cases, Augmentation.Mild, copies, new SeededRandom(0, "unseen"));
        return pool.Select([.. Enumerable.Range(cases.Count, copies * cases.Count)]);
    }

    private static PreparedCases Make(PreparedCases cases, Augmentation augmentation, int copies, SeededRandom random)
    {
        var total = (long)cases.Lengths.Sum(l => (long)l) * cases.ChannelCount * (copies + 1);
        if (total > Array.MaxLength)
        {
            throw new InputException(
                $"{copies} copies of {cases.Count} cases are {total} values, more than one array holds; ask for fewer copies."
            );
        }

        var count = cases.Count * (copies + 1);
        var lengths = new int[count];
        var labels = new int[count];
        var values = new float[total];
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var original = i % cases.Count;
            lengths[i] = cases.Lengths[original];
            labels[i] = cases.Labels[original];
            var source = cases.Values(original);
            var target = values.AsSpan(at, source.Length);
            if (i < cases.Count)
            {
                source.CopyTo(target);
            }
            else
            {
                augmentation.Apply(cases, original, random, target);
            }

            at += source.Length;
        }

        return new PreparedCases(cases.ChannelCount, lengths, values, labels, cases.ClassCount, cases.Differences);
    }
}
