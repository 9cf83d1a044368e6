namespace MemKD.Engine.Losses;

/// <summary>Smooth-L1 (Huber with its transition at 1): u²/2 for |u| &lt; 1, else |u| − ½.</summary>
public static class SmoothL1
{
    /// <summary>The value at <paramref name="u"/>.</summary>
    public static double Value(double u) => Math.Abs(u) < 1 ? 0.5 * u * u : Math.Abs(u) - 0.5;

    /// <summary>The derivative at <paramref name="u"/>: u for |u| &lt; 1, else its sign.</summary>
    public static double Derivative(double u) => Math.Clamp(u, -1, 1);
}
