using MemKD.Engine.Memory;

namespace MemKD.Engine.Optimization;

/// <summary>A rule that moves parameters against their gradient.</summary>
public abstract class Optimizer
{
    /// <summary>Moves <paramref name="parameters"/> one update.</summary>
    /// <param name="parameters">The parameters, changed in place.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="learningRate">This update's learning rate.</param>
    public abstract void Step(ParameterSet parameters, ParameterSet gradient, double learningRate);

    /// <summary>State to save and restore: named blocks of floats, each as long as the parameters.</summary>
    public abstract IReadOnlyList<(string Name, ParameterSet Values)> State { get; }

    /// <summary>Updates done so far; part of the saved state.</summary>
    public int UpdateCount { get; set; }
}
