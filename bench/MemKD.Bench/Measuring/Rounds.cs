namespace MemKD.Bench.Measuring;

/// <summary>How long and how often is measured.</summary>
/// <param name="Rounds">Rounds of A B C A B C …</param>
/// <param name="WarmUp">Seconds of CPU time of each contestant before the first round.</param>
/// <param name="RunSeconds">Seconds of one run at least, by repetitions.</param>
internal sealed record Effort(int Rounds, double WarmUp, double RunSeconds)
{
    /// <summary>For results.</summary>
    public static Effort Full { get; } = new(9, 1, 0.1);

    /// <summary>To see that everything runs.</summary>
    public static Effort Quick { get; } = new(1, 0, 0.001);
}

/// <summary>What one contestant needed for one repetition, round by round.</summary>
/// <param name="Name">The contestant.</param>
/// <param name="Amount">What a repetition does; see <see cref="IWork.Amount"/>.</param>
/// <param name="Runs">Seconds a repetition, one entry a round.</param>
/// <param name="ByWall">Whether wall time counts (several threads) instead of CPU time (one).</param>
internal sealed record Measurement(string Name, double Amount, IReadOnlyList<Seconds> Runs, bool ByWall)
{
    /// <summary>The seconds that count, round by round.</summary>
    public IReadOnlyList<double> Times { get; } = [.. Runs.Select(r => ByWall ? r.Wall : r.Cpu)];

    /// <summary>Median seconds a repetition.</summary>
    public double Median => Statistics.Median(Times);

    /// <summary>Fewest seconds a repetition: the least disturbed round.</summary>
    public double Least => Times.Min();

    /// <summary>Amount a second, median of the rounds.</summary>
    public double Rate => Amount / Median;

    /// <summary>How many times as long the other took: the median of the ratios inside each round.</summary>
    public double RatioTo(Measurement other) => Statistics.Median(other.Times.Zip(Times, (o, own) => o / own));

    /// <summary>The same of the least disturbed rounds.</summary>
    public double LeastRatioTo(Measurement other) => other.Least / Least;

    /// <summary>Amount a second as a share of the other's: the median of the shares inside each round.</summary>
    public double ShareOf(Measurement peak) => RatioTo(peak) * Amount / peak.Amount;
}

/// <summary>Measures contestants in turn, so that whatever else the machine does meets all of them alike.</summary>
internal static class Rounds
{
    /// <summary>Prepared contestants, A B C A B C …</summary>
    public static Measurement[] Measure(Effort effort, bool byWall, IReadOnlyList<Contestant> contestants)
    {
        var repetitions = contestants.Select(c => Calibrate(c, effort)).ToArray();
        var runs = contestants.Select(_ => new List<Seconds>()).ToArray();
        for (var round = 0; round < effort.Rounds; round++)
        {
            for (var i = 0; i < contestants.Count; i++)
            {
                runs[i].Add(contestants[i].Run(repetitions[i]) / repetitions[i]);
            }
        }

        return [.. contestants.Select((c, i) => new Measurement(c.Name, c.Amount, runs[i], byWall))];
    }

    /// <summary>Warms up, and finds how many repetitions last long enough to be timed.</summary>
    private static int Calibrate(Contestant contestant, Effort effort)
    {
        var repetitions = 1;
        var total = 0.0;
        while (true)
        {
            var (cpu, seconds) = contestant.Run(repetitions);
            total += cpu;
            if (seconds < effort.RunSeconds)
            {
                var needed = 1.3 * effort.RunSeconds / Math.Max(seconds / repetitions, 1e-9);
                repetitions = (int)Math.Clamp(needed, repetitions + 1.0, 100.0 * repetitions);
            }
            else if (total >= effort.WarmUp)
            {
                return repetitions;
            }
        }
    }
}

/// <summary>Of a few numbers.</summary>
internal static class Statistics
{
    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
