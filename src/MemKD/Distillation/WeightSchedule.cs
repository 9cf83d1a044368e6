namespace MemKD.Distillation;

/// <summary>
/// How λ changes over a run, as a factor: it rises linearly from 0, for a large λ from the first update on can hold a
/// student at a constant output (docs/methods/memkd.md), and falls linearly to 0, for where the teacher is wrong or a
/// student too small to follow it, the labels have the last word (docs/training.md).
/// </summary>
/// <param name="Rise">Share of the updates in which it rises, 0..1; 0: whole from the first update on.</param>
/// <param name="Fall">Share of the updates, at the end, in which it falls, 0..1; 0: whole to the last.</param>
public readonly record struct WeightSchedule(double Rise, double Fall)
{
    /// <summary>λ as it is, from the first update to the last.</summary>
    public static WeightSchedule Constant { get; } = new(0, 0);

    /// <summary>The factor of λ.</summary>
    /// <param name="progress">Share of the updates that are done, 0..1.</param>
    public double At(double progress) =>
        (Rise > 0 ? Math.Min(1, progress / Rise) : 1) * (Fall > 0 ? Math.Min(1, (1 - progress) / Fall) : 1);
}
