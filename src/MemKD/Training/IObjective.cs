using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Training;

/// <summary>The parts of a loss, for the log.</summary>
/// <param name="CrossEntropy">Cross-entropy with the labels.</param>
/// <param name="Distillation">The distillation term without its weight; 0 when there is none.</param>
/// <param name="Total">What was minimised.</param>
public readonly record struct LossTerms(double CrossEntropy, double Distillation, double Total);

/// <summary>What a run minimises.</summary>
public interface IObjective
{
    /// <summary>
    /// Evaluates the loss after a forward pass: writes <see cref="NetworkWorkspace.LogitGradient"/> and may add to
    /// <see cref="NetworkWorkspace.HiddenGradient"/>.
    /// </summary>
    /// <param name="workspace">The network's activations.</param>
    /// <param name="cases">Case numbers of the batch, into the training cases.</param>
    /// <param name="labels">Class number of each case of the batch.</param>
    /// <param name="progress">Share of the budget done, 0..1, for weights that warm up.</param>
    /// <param name="random">The run's generator for draws that belong to the objective.</param>
    LossTerms Evaluate(
        NetworkWorkspace workspace,
        ReadOnlySpan<int> cases,
        ReadOnlySpan<int> labels,
        double progress,
        SeededRandom random
    );
}
