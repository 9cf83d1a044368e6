using System.Numerics;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>Means of hidden states over each case's time points, and their way back, 16 cases side by side.</summary>
internal static class LaneMeans
{
    private const int Lanes = 16;

    /// <summary>Means of a batch, summed in double.</summary>
    /// <param name="hidden">The states.</param>
    /// <param name="means">Destination [case, unit].</param>
    internal static void Read(HiddenStates hidden, Span<double> means)
    {
        Span<float> lengths = stackalloc float[Lanes];
        var limits = MemoryMarshal.Cast<float, Vector<float>>(lengths);
        Span<double> sums = stackalloc double[Vector<float>.Count];
        for (var panel = 0; panel < hidden.PanelCount; panel++)
        {
            LoadLengths(hidden, panel, lengths);
            for (var at = 0; at < hidden.Size * limits.Length; at++)
            {
                var (unit, v) = Math.DivRem(at, limits.Length);
                Vector<double> low = Vector<double>.Zero,
                    high = Vector<double>.Zero;
                for (var t = 0; t < hidden.Length; t++)
                {
                    var inside = Vector.GreaterThan(limits[v], new Vector<float>(t));
                    var state = MemoryMarshal.Cast<float, Vector<float>>(hidden.At(panel, t))[at];
                    Vector.Widen(Vector.ConditionalSelect(inside, state, Vector<float>.Zero), out var l, out var h);
                    low += l;
                    high += h;
                }

                low.CopyTo(sums);
                high.CopyTo(sums[Vector<double>.Count..]);
                for (var k = 0; k < sums.Length; k++)
                {
                    var lane = (v * sums.Length) + k;
                    if (lengths[lane] > 0)
                    {
                        means[(((panel * Lanes) + lane) * hidden.Size) + unit] = sums[k] / lengths[lane];
                    }
                }
            }
        }
    }

    /// <summary>Adds weight times a gradient with respect to the means to that of the states.</summary>
    /// <param name="dMeans">[case, unit].</param>
    /// <param name="weight">The factor.</param>
    /// <param name="gradient">Destination.</param>
    internal static void AddBack(ReadOnlySpan<double> dMeans, double weight, HiddenStates gradient)
    {
        Span<float> lengths = stackalloc float[Lanes];
        Span<float> slopes = stackalloc float[Lanes];
        var limits = MemoryMarshal.Cast<float, Vector<float>>(lengths);
        var slope = MemoryMarshal.Cast<float, Vector<float>>(slopes);
        for (var panel = 0; panel < gradient.PanelCount; panel++)
        {
            LoadLengths(gradient, panel, lengths);
            for (var unit = 0; unit < gradient.Size; unit++)
            {
                for (var lane = 0; lane < Lanes; lane++)
                {
                    slopes[lane] =
                        lengths[lane] > 0
                            ? (float)(
                                weight / lengths[lane] * dMeans[(((panel * Lanes) + lane) * gradient.Size) + unit]
                            )
                            : 0;
                }

                for (var t = 0; t < gradient.Length; t++)
                {
                    var to = MemoryMarshal.Cast<float, Vector<float>>(gradient.At(panel, t).Slice(unit * Lanes, Lanes));
                    for (var v = 0; v < to.Length; v++)
                    {
                        var inside = Vector.GreaterThan(limits[v], new Vector<float>(t));
                        to[v] += Vector.ConditionalSelect(inside, slope[v], Vector<float>.Zero);
                    }
                }
            }
        }
    }

    /// <summary>Time points of the cases of a panel; 0 in lanes beyond the last case.</summary>
    private static void LoadLengths(HiddenStates hidden, int panel, Span<float> lengths)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            var index = (panel * Lanes) + lane;
            lengths[lane] = index < hidden.CaseCount ? hidden.LengthOf(index) : 0;
        }
    }
}
