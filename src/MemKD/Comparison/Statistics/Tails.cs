using MathNet.Numerics;

namespace MemKD.Comparison.Statistics;

/// <summary>Upper tails P(X ≥ x) of the distributions that the tests refer to.</summary>
internal static class Tails
{
    /// <summary>χ² with the given degrees of freedom, from x.</summary>
    public static double ChiSquare(double x, double degrees) =>
        x <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(degrees / 2, x / 2);

    /// <summary>F with the given degrees of freedom, from x: I_{d₂/(d₂ + d₁x)}(d₂/2, d₁/2).</summary>
    public static double F(double x, double numerator, double denominator) =>
        x <= 0 ? 1
        : double.IsPositiveInfinity(x) ? 0
        : SpecialFunctions.BetaRegularized(
            denominator / 2,
            numerator / 2,
            denominator / (denominator + (numerator * x))
        );

    /// <summary>Standard normal, from z.</summary>
    public static double Normal(double z) => SpecialFunctions.Erfc(z / Math.Sqrt(2)) / 2;

    /// <summary>P(X ≤ most) of a binomial with n fair draws: I_{½}(n − most, most + 1).</summary>
    public static double FairBinomialUpTo(int most, int n) =>
        most >= n ? 1 : SpecialFunctions.BetaRegularized(n - most, most + 1, 0.5);
}
