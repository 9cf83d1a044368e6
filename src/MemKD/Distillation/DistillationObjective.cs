using MemKD.Engine.Losses;
using MemKD.Engine.Memory;
using MemKD.Training;

namespace MemKD.Distillation;

/// <summary>
/// L = λ_task·CE + λ·L_method (Udayangani et al. 2025, Eq. 7), λ times a factor that changes over the run.
/// </summary>
public sealed class DistillationObjective : IObjective
{
    private readonly TeacherStates teacher;
    private readonly IDistillationMethod method;
    private readonly double labelWeight;
    private readonly double distillationWeight;
    private readonly WeightSchedule schedule;
    private readonly double labelSmoothing;

    /// <summary>Joins the labels and a method.</summary>
    /// <param name="teacher">The teacher's states on the training cases.</param>
    /// <param name="method">The method.</param>
    /// <param name="distillationWeight">λ.</param>
    /// <param name="schedule">How λ changes over the run.</param>
    /// <param name="labelSmoothing">ε of the label smoothing.</param>
    /// <param name="labelWeight">λ_task.</param>
    public DistillationObjective(
        TeacherStates teacher,
        IDistillationMethod method,
        double distillationWeight,
        WeightSchedule schedule,
        double labelSmoothing,
        double labelWeight = 1
    )
    {
        this.teacher = teacher;
        this.method = method;
        this.distillationWeight = distillationWeight;
        this.schedule = schedule;
        this.labelSmoothing = labelSmoothing;
        this.labelWeight = labelWeight;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AuxiliaryParameters> Auxiliary => method.Auxiliary;

    /// <inheritdoc/>
    public LossTerms Evaluate(in ObjectiveBatch batch)
    {
        var workspace = batch.Workspace;
        var stage = method.Stage(batch.Progress);
        var label = labelWeight * stage.Label;
        workspace.LogitGradient.Clear();
        var crossEntropy = CrossEntropy.Evaluate(
            workspace.Logits,
            batch.Labels,
            labelSmoothing,
            label,
            workspace.LogitGradient
        );
        var weight = distillationWeight * stage.Method * schedule.At(batch.Progress);
        var distillation = method.Evaluate(
            new DistillationBatch
            {
                Cases = batch.Cases,
                Labels = batch.Labels,
                Teacher = teacher,
                Hidden = workspace.Hidden,
                Logits = workspace.Logits,
                HiddenGradient = workspace.HiddenGradient,
                LogitGradient = workspace.LogitGradient,
                StudentGradient = batch.Gradient,
                Random = batch.Random,
                Progress = batch.Progress,
                Weight = weight,
            }
        );
        return new LossTerms(crossEntropy, distillation, (label * crossEntropy) + (weight * distillation));
    }
}
