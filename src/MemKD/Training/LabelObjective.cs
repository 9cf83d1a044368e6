using MemKD.Engine.Losses;

namespace MemKD.Training;

/// <summary>Cross-entropy with the labels alone: teachers, and the student alone.</summary>
/// <param name="LabelSmoothing">ε of the label smoothing.</param>
public sealed record LabelObjective(double LabelSmoothing) : IObjective
{
    /// <inheritdoc/>
    public LossTerms Evaluate(in ObjectiveBatch batch)
    {
        var gradient = batch.Workspace.LogitGradient;
        gradient.Clear();
        var loss = CrossEntropy.Evaluate(batch.Workspace.Logits, batch.Labels, LabelSmoothing, 1, gradient);
        return new LossTerms(loss, 0, loss);
    }
}
