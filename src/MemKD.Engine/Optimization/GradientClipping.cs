using MemKD.Engine.Memory;

namespace MemKD.Engine.Optimization;

/// <summary>Clipping by the global norm (Pascanu et al. 2013).</summary>
public static class GradientClipping
{
    /// <summary>Scales the gradient so that its Euclidean norm is at most <paramref name="maxNorm"/>.</summary>
    /// <param name="gradient">The gradient, changed in place.</param>
    /// <param name="maxNorm">The largest norm allowed.</param>
    /// <returns>The norm before; NaN or infinity tells a diverged run.</returns>
    public static double ToNorm(ParameterSet gradient, double maxNorm)
    {
        var sum = 0.0;
        foreach (var g in gradient.Values)
        {
            sum += (double)g * g;
        }

        var norm = Math.Sqrt(sum);
        if (norm > maxNorm && double.IsFinite(norm))
        {
            var factor = (float)(maxNorm / norm);
            foreach (ref var g in gradient.Values)
            {
                g *= factor;
            }
        }

        return norm;
    }
}
