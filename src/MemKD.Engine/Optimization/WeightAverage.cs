using MemKD.Engine.Memory;

namespace MemKD.Engine.Optimization;

/// <summary>
/// Exponential average of the weights along a run: a = d·a + (1−d)·θ with d = min(decay, (1+n)/(10+n)) at update n, so
/// that early weights are forgotten (Polyak &amp; Juditsky 1992; the ramp is that of TensorFlow's moving average).
/// </summary>
public sealed class WeightAverage
{
    private readonly double decay;

    /// <summary>Starts at the given weights.</summary>
    public WeightAverage(ParameterSet parameters, double decay)
    {
        this.decay = decay;
        Values = parameters.Clone();
    }

    /// <summary>The averaged weights.</summary>
    public ParameterSet Values { get; }

    /// <summary>Takes in the weights after an update.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="update">Updates done so far.</param>
    public void Add(ParameterSet parameters, int update)
    {
        var d = (float)(1 - Math.Min(decay, (1.0 + update) / (10.0 + update)));
        var a = Values.Values;
        var p = parameters.Values;
        for (var i = 0; i < a.Length; i++)
        {
            a[i] += d * (p[i] - a[i]);
        }
    }
}
