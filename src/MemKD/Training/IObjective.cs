using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Training;

/// <summary>The parts of a loss, for the log.</summary>
/// <param name="CrossEntropy">Cross-entropy with the labels.</param>
/// <param name="Distillation">The distillation term without its weight; 0 when there is none.</param>
/// <param name="Total">What was minimised.</param>
public readonly record struct LossTerms(double CrossEntropy, double Distillation, double Total);

/// <summary>One update, seen by an objective.</summary>
public readonly ref struct ObjectiveBatch
{
    /// <summary>The network's activations after the forward pass, and the gradients the backward pass starts from.</summary>
    public required NetworkWorkspace Workspace { get; init; }

    /// <summary>Case numbers of the batch, into the training cases.</summary>
    public required ReadOnlySpan<int> Cases { get; init; }

    /// <summary>Class number of each case of the batch.</summary>
    public required ReadOnlySpan<int> Labels { get; init; }

    /// <summary>Share of the budget done, 0..1, for weights that change along the run.</summary>
    public required double Progress { get; init; }

    /// <summary>The run's generator for draws that belong to the objective.</summary>
    public required SeededRandom Random { get; init; }

    /// <summary>Gradient of the network's parameters; an objective that runs the network itself ADDS to it.</summary>
    public required ParameterSet Gradient { get; init; }
}

/// <summary>What a run minimises.</summary>
public interface IObjective
{
    /// <summary>
    /// Evaluates the loss after a forward pass: writes <see cref="NetworkWorkspace.LogitGradient"/> and may add to
    /// <see cref="NetworkWorkspace.HiddenGradient"/> and to the gradient of <see cref="Auxiliary"/>.
    /// </summary>
    LossTerms Evaluate(in ObjectiveBatch batch);

    /// <summary>Parameters of the objective that are trained with the network and thrown away after the run.</summary>
    IReadOnlyList<AuxiliaryParameters> Auxiliary => [];
}
