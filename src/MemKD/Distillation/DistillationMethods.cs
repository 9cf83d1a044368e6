using MemKD.Distillation.Methods;

namespace MemKD.Distillation;

/// <summary>The table of distillation methods: one row a method, declared in the method's file.</summary>
public static class DistillationMethods
{
    /// <summary>Id of the student alone.</summary>
    public const string None = "none";

    /// <summary>All methods, the student alone first.</summary>
    public static IReadOnlyList<DistillationMethodRow> All { get; } =
    [
        new()
        {
            Id = None,
            Name = "Student alone",
            Source = "the control of every comparison",
            Needs = MethodNeeds.Labels,
        },
        MemoryDiscrepancy.Row,
        SoftTargets.Row,
        DecoupledDistillation.Row,
        StrongerTeacher.Row,
        LogitStandardization.Row,
        RelationalDistillation.Row,
        AttentionTransfer.Row,
        SimilarityPreserving.Row,
        ProbabilisticTransfer.Row,
        FitNets.Row,
        VariationalInformation.Row,
        ContrastiveRepresentation.Row,
        ShapeAlignment.Row,
        TemporalSaliency.Row,
    ];
}
