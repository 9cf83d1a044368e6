using MemKD.Engine.Random;

namespace MemKD.Comparison.Statistics;

/// <summary>How a <see cref="BayesianSignedRankTest"/> is drawn.</summary>
/// <param name="Rope">Half width of the region of practical equivalence: differences up to this one count as none; at least 0.</param>
/// <param name="PriorHalves">
/// Strength of the prior in halves of an observation, at least 1. The prior is one pseudo-observation of difference 0; the
/// paper's and baycomp's strength ½ is 1 here.
/// </param>
/// <param name="Samples">Draws from the posterior, at least 1; the Monte Carlo error of a probability p is √(p(1 − p)/Samples).</param>
/// <param name="Seed">The same seed gives the same result on every machine.</param>
public sealed record BayesianSignedRankSettings(
    double Rope = 0.01,
    int PriorHalves = 1,
    int Samples = 20_000,
    ulong Seed = 0
);

/// <summary>
/// Bayesian signed-rank test (Benavoli, Mangili, Corani, Zaffalon, Ruggeri, ICML 2014; with a region of practical
/// equivalence: Benavoli, Corani, Demšar, Zaffalon, JMLR 18, 2017). The unknown distribution of the difference
/// between two methods has a Dirichlet process prior. A draw from its posterior gives each observed difference z_i, and
/// the pseudo-observation z_0 = 0, a weight w_i ~ Dirichlet(s, 1, …, 1), and θ of a region is Σ_ij w_i w_j over the pairs
/// whose mean (z_i + z_j)/2 lies in it, a mean on a border counting half. The result is how often each region has the
/// largest θ.
/// </summary>
/// <param name="FirstBetter">Probability that the first method is better by more than the rope.</param>
/// <param name="Equivalent">Probability that they are practically equivalent; 0 without a rope.</param>
/// <param name="SecondBetter">Probability that the second method is better by more than the rope.</param>
public sealed record BayesianSignedRankTest(double FirstBetter, double Equivalent, double SecondBetter)
{
    /// <summary>Regions this close share a draw: equal ones differ by the rounding of their sums.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Draws the posterior of x − y.</summary>
    /// <param name="x">Score of the first method on each set, higher is better, no NaN.</param>
    /// <param name="y">Score of the second method on each set, no NaN.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="ArgumentException">Not as many x as y, none, or settings out of range.</exception>
    public static BayesianSignedRankTest Of(
        ReadOnlySpan<double> x,
        ReadOnlySpan<double> y,
        BayesianSignedRankSettings? settings = null
    )
    {
        settings ??= new BayesianSignedRankSettings();
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.PriorHalves, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Samples, 1, nameof(settings));
        if (x.Length != y.Length || x.IsEmpty || !(settings.Rope >= 0))
        {
            throw new ArgumentException(
                "The test needs at least one pair of values and a rope of at least 0.",
                nameof(y)
            );
        }

        var differences = new double[x.Length + 1]; // the last one is the pseudo-observation 0
        for (var i = 0; i < x.Length; i++)
        {
            differences[i] = x[i] - y[i];
        }

        Array.Sort(differences);
        var prior = Array.IndexOf(differences, 0.0);
        var above = Borders(differences, 2 * settings.Rope);
        var below = Borders(Array.ConvertAll(differences.Reverse().ToArray(), d => -d), 2 * settings.Rope);
        var random = new SeededRandom(settings.Seed, "bayesian signed-rank");
        var weights = new double[differences.Length];
        var reversed = new double[differences.Length];
        var sums = new double[differences.Length + 1];
        var (first, equivalent, second) = (0.0, 0.0, 0.0);
        for (var draw = 0; draw < settings.Samples; draw++)
        {
            Draw(random, prior, settings.PriorHalves, weights);
            weights.CopyTo(reversed, 0);
            Array.Reverse(reversed);
            var right = PairsAbove(weights, above, sums);
            var left = PairsAbove(reversed, below, sums);
            var rope = settings.Rope > 0 ? 1 - left - right : 0;
            if (settings.Rope is 0)
            {
                left = 1 - right;
            }

            var most = Math.Max(left, Math.Max(rope, right)) - Rounding;
            var winners = (left >= most ? 1 : 0) + (rope >= most ? 1 : 0) + (right >= most ? 1 : 0);
            first += right >= most ? 1.0 / winners : 0;
            equivalent += rope >= most ? 1.0 / winners : 0;
            second += left >= most ? 1.0 / winners : 0;
        }

        return new BayesianSignedRankTest(
            first / settings.Samples,
            equivalent / settings.Samples,
            second / settings.Samples
        );
    }

    /// <summary>For each of the sorted values, the first other with sum ≥ threshold, and the first with sum &gt; threshold.</summary>
    private static (int From, int Beyond)[] Borders(double[] sorted, double threshold)
    {
        var borders = new (int From, int Beyond)[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            var value = sorted[i];
            var from = Array.FindIndex(sorted, z => value + z >= threshold);
            var beyond = Array.FindIndex(sorted, z => value + z > threshold);
            borders[i] = (from < 0 ? sorted.Length : from, beyond < 0 ? sorted.Length : beyond);
        }

        return borders;
    }

    /// <summary>Σ w_i w_j over the pairs beyond their border, half of those on it. sums: scratch [n + 1].</summary>
    private static double PairsAbove(double[] weights, (int From, int Beyond)[] borders, double[] sums)
    {
        sums[^1] = 0;
        for (var i = weights.Length - 1; i >= 0; i--)
        {
            sums[i] = sums[i + 1] + weights[i];
        }

        var total = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            var (from, beyond) = borders[i];
            total += weights[i] * (sums[from] + sums[beyond]) / 2;
        }

        return total;
    }

    /// <summary>
    /// Dirichlet(1, …, s, …, 1) as gamma numbers over their sum. Half a sum of m squared normal numbers is gamma with shape
    /// m/2, so that only the generator's own normal numbers are needed, which are the same on every machine.
    /// </summary>
    private static void Draw(SeededRandom random, int prior, int priorHalves, double[] weights)
    {
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = 0;
            for (var half = 0; half < (i == prior ? priorHalves : 2); half++)
            {
                var g = random.NextGaussian();
                weights[i] += g * g;
            }

            sum += weights[i];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= sum;
        }
    }
}
