using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Engine.Random;

namespace MemKD.Training;

/// <summary>Cross-entropy with the labels alone: teachers, and the student alone.</summary>
/// <param name="LabelSmoothing">ε of the label smoothing.</param>
public sealed record LabelObjective(double LabelSmoothing) : IObjective
{
    /// <inheritdoc/>
    public LossTerms Evaluate(
        NetworkWorkspace workspace,
        ReadOnlySpan<int> cases,
        ReadOnlySpan<int> labels,
        double progress,
        SeededRandom random
    )
    {
        workspace.LogitGradient.Clear();
        var loss = CrossEntropy.Evaluate(workspace.Logits, labels, LabelSmoothing, 1, workspace.LogitGradient);
        return new LossTerms(loss, 0, loss);
    }
}
