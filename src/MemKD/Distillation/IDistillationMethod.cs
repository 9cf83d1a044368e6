using MemKD.Engine.Memory;

namespace MemKD.Distillation;

/// <summary>A loss that pulls a student towards its teacher.</summary>
public interface IDistillationMethod
{
    /// <summary>The loss without its weight; adds <see cref="DistillationBatch.Weight"/> times its gradient.</summary>
    double Evaluate(in DistillationBatch batch);

    /// <summary>Parameters that the method trains beside the student and that are thrown away after the run.</summary>
    IReadOnlyList<AuxiliaryParameters> Auxiliary => [];

    /// <summary>
    /// Factors on the weights of labels and method at a share of the budget, 0..1: (1, 1) unless the method works in
    /// stages.
    /// </summary>
    (double Label, double Method) Stage(double progress) => (1, 1);
}
