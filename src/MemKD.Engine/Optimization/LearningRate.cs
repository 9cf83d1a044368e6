namespace MemKD.Engine.Optimization;

/// <summary>How the learning rate changes over a run.</summary>
public enum ScheduleKind
{
    /// <summary>Always the base rate.</summary>
    Constant,

    /// <summary>Linear warm-up, then half a cosine down to 0 at the end of the budget (Loshchilov &amp; Hutter 2017).</summary>
    Cosine,

    /// <summary>Halved at each milestone.</summary>
    Milestones,
}

/// <summary>A learning-rate schedule, counted in updates.</summary>
/// <param name="Kind">The form.</param>
/// <param name="Base">The base rate.</param>
/// <param name="Budget">Updates of the whole run.</param>
/// <param name="WarmUp">Updates of linear warm-up from 0 (cosine only).</param>
/// <param name="Milestones">Updates at which the rate is halved (milestones only).</param>
public sealed record LearningRate(
    ScheduleKind Kind,
    double Base,
    int Budget,
    int WarmUp = 0,
    IReadOnlyList<int>? Milestones = null
)
{
    /// <summary>The rate of an update.</summary>
    /// <param name="update">Updates done before this one, from 0.</param>
    public double At(int update) =>
        Kind switch
        {
            ScheduleKind.Cosine when update < WarmUp => Base * (update + 1) / WarmUp,
            ScheduleKind.Cosine => Base
                * 0.5
                * (1 + Math.Cos(Math.PI * Math.Min(1, (double)(update - WarmUp) / Math.Max(1, Budget - WarmUp)))),
            ScheduleKind.Milestones => Base * Math.Pow(0.5, MilestonesPassed(update)),
            _ => Base,
        };

    private int MilestonesPassed(int update)
    {
        var passed = 0;
        for (var i = 0; i < (Milestones?.Count ?? 0); i++)
        {
            passed += update >= Milestones![i] ? 1 : 0;
        }

        return passed;
    }
}
