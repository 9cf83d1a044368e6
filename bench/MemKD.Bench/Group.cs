using MemKD.Bench.Groups;
using MemKD.Bench.Measuring;

namespace MemKD.Bench;

/// <summary>Things measured together.</summary>
/// <param name="Id">As on the command line.</param>
/// <param name="Title">One line.</param>
/// <param name="Measures">What is measured, in a few sentences.</param>
/// <param name="Run">Measures it.</param>
/// <param name="Kinds">What our worker can be asked to do for it.</param>
internal sealed record Group(
    string Id,
    string Title,
    string Measures,
    Func<Contest, Section> Run,
    IReadOnlyList<WorkKind> Kinds
)
{
    /// <summary>All groups, in the order of the report.</summary>
    public static IReadOnlyList<Group> All { get; } =
    [
        KernelGroup.Group,
        TrainingGroup.Group,
        ThreadGroup.Group,
        DistillationGroup.Group,
        JobGroup.Group,
        ScoreGroup.Group,
        StreamingGroup.Group,
        SequenceGroup.Group,
        ReaderGroup.Group,
        GrowthGroup.Group,
        StartGroup.Group,
    ];
}
