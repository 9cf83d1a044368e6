using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>A built-in data set that is computed, not read.</summary>
public sealed class SeriesGenerator
{
    private readonly Func<string, int, TrainTestSplit> make;

    internal SeriesGenerator(string name, string description, string source, Func<string, int, TrainTestSplit> make)
    {
        Name = name;
        Description = description;
        Source = source;
        this.make = make;
    }

    /// <summary>The set's name; that of the archive's set where there is one.</summary>
    public string Name { get; }

    /// <summary>One line: cases, length, classes, what they show.</summary>
    public string Description { get; }

    /// <summary>The publication that defines it.</summary>
    public string Source { get; }

    /// <summary>Draws TRAIN and TEST. The same seed gives the same values.</summary>
    public TrainTestSplit Generate(int seed = 0) => make(Name, seed);

    /// <summary>Draws balanced parts whose cases are independent; case i has class i modulo the number of classes.</summary>
    internal static TrainTestSplit Draw(
        string name,
        int seed,
        string[] classes,
        int trainCount,
        int testCount,
        Func<SeededRandom, int, double[]> series
    )
    {
        TimeSeriesDataset Part(string part, int count)
        {
            var random = new SeededRandom((ulong)seed, $"{name}/{part}");
            var cases = Enumerable
                .Range(0, count)
                .Select(i => i % classes.Length)
                .Select(k => new TimeSeriesCase([ArchiveScale(series(random, k))], classes[k]));
            return new TimeSeriesDataset(name, [.. cases], classes);
        }

        return new TrainTestSplit(Part("TRAIN", trainCount), Part("TEST", testCount));
    }

    /// <summary>Uniform on [from, to).</summary>
    internal static double Uniform(SeededRandom random, double from, double to) =>
        from + ((to - from) * random.NextDouble());

    /// <summary>A whole number from … to, both included.</summary>
    internal static int Whole(SeededRandom random, int from, int to) => from + random.NextInt(to - from + 1);

    /// <summary>
    /// Mean 0 and sample standard deviation 1 (divisor n − 1), as the archive's files; six decimals, so that
    /// a sine that differs in its last bit between machines makes no other value.
    /// </summary>
    private static float[] ArchiveScale(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return [.. values.Select(v => (float)Math.Round((v - mean) / deviation, 6))];
    }
}
