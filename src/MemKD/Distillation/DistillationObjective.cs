using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Engine.Random;
using MemKD.Training;

namespace MemKD.Distillation;

/// <summary>
/// L = λ_task·CE + λ·L_method (Udayangani et al. 2025, Eq. 7), λ rising linearly from 0 over a share of the budget: a
/// large λ from the first update can hold a student at a constant output (docs/methods/memkd.md).
/// </summary>
public sealed class DistillationObjective : IObjective
{
    private readonly TeacherStates teacher;
    private readonly IDistillationMethod method;
    private readonly double labelWeight;
    private readonly double distillationWeight;
    private readonly double warmUp;
    private readonly double labelSmoothing;

    /// <summary>Joins the labels and a method.</summary>
    /// <param name="teacher">The teacher's states on the training cases.</param>
    /// <param name="method">The method.</param>
    /// <param name="distillationWeight">λ.</param>
    /// <param name="warmUp">Share of the budget in which λ rises from 0.</param>
    /// <param name="labelSmoothing">ε of the label smoothing.</param>
    /// <param name="labelWeight">λ_task.</param>
    public DistillationObjective(
        TeacherStates teacher,
        IDistillationMethod method,
        double distillationWeight,
        double warmUp,
        double labelSmoothing,
        double labelWeight = 1
    )
    {
        this.teacher = teacher;
        this.method = method;
        this.distillationWeight = distillationWeight;
        this.warmUp = warmUp;
        this.labelSmoothing = labelSmoothing;
        this.labelWeight = labelWeight;
    }

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
        var crossEntropy = CrossEntropy.Evaluate(
            workspace.Logits,
            labels,
            labelSmoothing,
            labelWeight,
            workspace.LogitGradient
        );
        var weight = distillationWeight * (warmUp > 0 ? Math.Min(1, progress / warmUp) : 1);
        var distillation = method.Evaluate(
            new DistillationBatch
            {
                Cases = cases,
                Labels = labels,
                Teacher = teacher,
                Hidden = workspace.Hidden,
                Logits = workspace.Logits,
                HiddenGradient = workspace.HiddenGradient,
                LogitGradient = workspace.LogitGradient,
                Random = random,
                Weight = weight,
            }
        );
        return new LossTerms(crossEntropy, distillation, (labelWeight * crossEntropy) + (weight * distillation));
    }
}
