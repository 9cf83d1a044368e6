using MemKD.Engine;
using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>What a method looks at beside the labels.</summary>
[Flags]
public enum MethodNeeds
{
    /// <summary>Labels only.</summary>
    Labels = 0,

    /// <summary>Logits of teacher and student.</summary>
    Logits = 1,

    /// <summary>Hidden states of teacher and student at every time point.</summary>
    HiddenStates = 2,

    /// <summary>Forward passes of both networks over changed series.</summary>
    ChangedSeries = 4,
}

/// <summary>The pair that a method is made for.</summary>
/// <param name="Teacher">The teacher's states on the cases that are learnt from.</param>
/// <param name="Student">The student's network; its weights change while the method is used.</param>
/// <param name="Parameters">Values of the row's parameters.</param>
/// <param name="Seed">The run's seed, for starting weights of regressors and the like.</param>
/// <param name="Team">The threads of the run.</param>
public sealed record MethodContext(
    TeacherStates Teacher,
    RecurrentNetwork Student,
    MethodValues Parameters,
    ulong Seed,
    WorkerTeam Team
);

/// <summary>A row of <see cref="DistillationMethods.All"/>; declared in the method's own file.</summary>
public sealed record DistillationMethodRow
{
    /// <summary>Id on the command line and in results.</summary>
    public required string Id { get; init; }

    /// <summary>The field's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The publication.</summary>
    public required string Source { get; init; }

    /// <summary>What it looks at beside the labels.</summary>
    public required MethodNeeds Needs { get; init; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<MethodParameter> Parameters { get; init; } = [];

    /// <summary>
    /// Values of λ to choose from on validation cases: five for every method, so that none is searched longer than
    /// another.
    /// </summary>
    public IReadOnlyList<double> WeightGrid { get; init; } = [];

    /// <summary>λ where nothing can be held out to choose it.</summary>
    public double UntunedWeight { get; init; }

    /// <summary>Makes the method for a pair; null: there is nothing beside the labels.</summary>
    public Func<MethodContext, IDistillationMethod>? Create { get; init; }

    /// <summary>Why it cannot be used with a student and its parameters, in one line; null: it can.</summary>
    public Func<NetworkShape, MethodValues, string?> Refusal { get; init; } = (_, _) => null;
}
