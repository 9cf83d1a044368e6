using MemKD.Distillation.Methods;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Distillation;

/// <summary>How a student is distilled.</summary>
public sealed record DistillationSettings
{
    /// <summary>The method and its parameters.</summary>
    public MethodChoice Method { get; init; } = MethodChoice.Parse(MemoryDiscrepancy.Row.Id);

    /// <summary>
    /// The weight λ, the same for all data sets; the default is MemKD's, <see cref="WithMethod"/> brings that of
    /// another method. Null, as in the paper: chosen from the grid for each data set, by the AUC-PRC
    /// on validation cases, ties by their cross-entropy; the method's untuned weight where no class has cases to hold out.
    /// </summary>
    public double? Weight { get; init; } = MemoryDiscrepancy.Row.UntunedWeight;

    /// <summary>Values of λ to choose from; null: the method's own.</summary>
    public IReadOnlyList<double>? WeightGrid { get; init; }

    /// <summary>How λ changes over the run: rises over a fifth of the updates, falls to 0 over the rest.</summary>
    public WeightSchedule WeightSchedule { get; init; } = new(Rise: 0.2, Fall: 0.8);

    /// <summary>The student's recipe; its augmentation makes the copies below.</summary>
    public TrainingRecipe Recipe { get; init; } = Recipes.Student;

    /// <summary>
    /// Augmented copies of every training case that student and student alone learn from, beside the case itself: the
    /// teacher is asked about each once. Fewer where the pool would have more than <see cref="LargestPool"/> members.
    /// </summary>
    public int AugmentedCopies { get; init; } = 8;

    /// <summary>
    /// Most members of the pool of cases and copies: large data sets need no copies, and what the teacher says is kept.
    /// </summary>
    public const int LargestPool = 10_000;

    /// <summary>Bytes of teacher states that may be kept in memory.</summary>
    public long TeacherMemory { get; init; } = 2L << 30;

    /// <summary>The same for another method: with its own λ, unless λ is to be chosen.</summary>
    public DistillationSettings WithMethod(MethodChoice method) =>
        this with
        {
            Method = method,
            Weight = Weight is null ? null : method.UntunedWeight,
        };

    /// <summary>
    /// The MemKD authors' protocol (<see cref="Recipes.Authors"/>, their draw of pairs, no guard, λ constant and from
    /// their grid), but λ is chosen on validation cases, where they chose it on test cases.
    /// </summary>
    /// <param name="trainCaseCount">Training cases.</param>
    public static DistillationSettings Authors(int trainCaseCount) =>
        new()
        {
            Method = MethodChoice.Parse($"{MemoryDiscrepancy.Row.Id}:sampling=authors,guard=0"),
            Weight = null,
            WeightSchedule = WeightSchedule.Constant,
            Recipe = Recipes.Authors(trainCaseCount),
            AugmentedCopies = 0,
        };
}

/// <summary>A distilled student, its control, and how they came about.</summary>
/// <param name="Student">The distilled student's run.</param>
/// <param name="Alone">The same student, seed and budget with the labels alone.</param>
/// <param name="Weight">The λ that was used.</param>
/// <param name="WeightScores">λ and its validation AUC-PRC, when λ was chosen.</param>
public sealed record DistillationResult(
    TrainingResult Student,
    TrainingResult Alone,
    double Weight,
    IReadOnlyList<(double Weight, double AucPrc)> WeightScores
);

/// <summary>One student of a comparison: distilled, or alone.</summary>
/// <param name="Student">The student's run.</param>
/// <param name="Weight">The λ that was used; 0 alone.</param>
/// <param name="WeightScores">λ and its validation AUC-PRC, when λ was chosen.</param>
public sealed record StudentRun(
    TrainingResult Student,
    double Weight,
    IReadOnlyList<(double Weight, double AucPrc)> WeightScores
);

/// <summary>
/// Distils a teacher into a student, beside the student trained alone or by itself. Independent runs share the
/// threads, one thread each.
/// </summary>
public sealed class Distiller
{
    private readonly RecurrentNetwork? teacher;
    private readonly PreparedCases cases;
    private readonly NetworkShape shape;
    private readonly DistillationSettings settings;
    private readonly ulong seed;
    private readonly WorkerTeam team;
    private readonly int[] learnt;
    private readonly int[] held;
    private readonly PreparedCases pool;
    private TeacherStates? states;

    /// <summary>Plans a distillation.</summary>
    /// <param name="teacher">The frozen teacher; null where only the student alone is trained.</param>
    /// <param name="cases">Prepared training cases; test cases never come here.</param>
    /// <param name="shape">The student's architecture.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="team">The threads that share the work.</param>
    /// <exception cref="InputException">
    /// Student and teacher differ in channels or classes, or the method cannot be used with the student.
    /// </exception>
    public Distiller(
        RecurrentNetwork? teacher,
        PreparedCases cases,
        NetworkShape shape,
        DistillationSettings settings,
        ulong seed,
        WorkerTeam team
    )
    {
        var known = teacher?.Shape ?? shape;
        if (
            known.InputSize != cases.ChannelCount
            || known.ClassCount != cases.ClassCount
            || shape.InputSize != cases.ChannelCount
            || shape.ClassCount != cases.ClassCount
        )
        {
            throw new InputException(
                $"the teacher has {known.InputSize} channels and {known.ClassCount} classes, the data {cases.ChannelCount} and {cases.ClassCount}; use the data that the teacher was trained on."
            );
        }

        settings.Method.Require(shape);
        this.teacher = teacher;
        this.cases = cases;
        this.shape = shape;
        this.settings = settings;
        this.seed = seed;
        this.team = team;
        var copies = Math.Clamp(
            (DistillationSettings.LargestPool / Math.Max(1, cases.Count)) - 1,
            0,
            settings.AugmentedCopies
        );
        pool = AugmentedPool.Of(cases, settings.Recipe.Augmentation, copies, seed);
        (learnt, held) = StratifiedSplit.Split(cases.Labels, settings.Recipe.ValidationFraction, seed);
    }

    /// <summary>Chooses λ if asked to, then trains the student and the student alone.</summary>
    /// <param name="cancellation">Stops the runs.</param>
    /// <param name="progress">Told the share done, 0..1, or null; called from several threads.</param>
    public DistillationResult Run(CancellationToken cancellation, Action<double>? progress = null)
    {
        AskTeacher();
        var report = Reports(2, progress);
        var (weight, scores) = ChooseWeight(report, cancellation);
        var results = new TrainingResult[2];
        team.Run(
            2,
            i =>
            {
                using var one = new WorkerTeam(1);
                results[i] = Train(All, i == 0 ? weight : null, s => report(scores.Count + i, s), one, cancellation);
            }
        );
        return new DistillationResult(results[0], results[1], weight, scores);
    }

    /// <summary>
    /// Trains the student of a comparison and nothing else: λ chosen if asked to, then distilled; or alone. The weights are
    /// those of <see cref="Run"/>, bit for bit.
    /// </summary>
    /// <param name="cancellation">Stops the runs.</param>
    /// <param name="progress">Told the share done, 0..1, or null; called from several threads.</param>
    /// <param name="chosen">Told λ when it is settled, before the student is trained; or null.</param>
    public StudentRun RunStudent(
        CancellationToken cancellation,
        Action<double>? progress = null,
        Action<double>? chosen = null
    )
    {
        if (settings.Method.IsAlone)
        {
            return new StudentRun(RunAlone(cancellation, progress), 0, []);
        }

        AskTeacher();
        var report = Reports(1, progress);
        var (weight, scores) = ChooseWeight(report, cancellation);
        chosen?.Invoke(weight);
        return new StudentRun(Train(All, weight, s => report(scores.Count, s), team, cancellation), weight, scores);
    }

    /// <summary>Trains the student alone: the same run as the control of <see cref="Run"/>, bit for bit.</summary>
    /// <param name="cancellation">Stops the run.</param>
    /// <param name="progress">Told the share done, 0..1, or null.</param>
    public TrainingResult RunAlone(CancellationToken cancellation, Action<double>? progress = null) =>
        Train(All, null, s => progress?.Invoke((double)s.Update / settings.Recipe.Updates), team, cancellation);

    private IReadOnlyList<double> Grid => settings.WeightGrid ?? settings.Method.WeightGrid;

    private bool ChoosesWeight => settings.Weight == null && held.Length > 0;

    /// <summary>Makes one share of many runs: those of the grid, where λ is chosen, and some more.</summary>
    private Action<int, TrainingState> Reports(int more, Action<double>? progress)
    {
        var done = new double[(ChoosesWeight ? Grid.Count : 0) + more];
        return (run, state) =>
        {
            done[run] = (double)state.Update / settings.Recipe.Updates;
            progress?.Invoke(done.Sum() / done.Length);
        };
    }

    /// <summary>λ as given, or chosen on validation cases; with the scores that it was chosen by.</summary>
    private (double Weight, List<(double, double)> Scores) ChooseWeight(
        Action<int, TrainingState> report,
        CancellationToken cancellation
    )
    {
        var weight = settings.Weight ?? settings.Method.UntunedWeight;
        var scores = new List<(double, double)>();
        if (!ChoosesWeight)
        {
            return (weight, scores);
        }

        var validation = cases.Select(held);
        var weights = Grid;
        var grid = new ValidationScore?[weights.Count];
        team.Run(grid.Length, i => grid[i] = Validate(validation, weights[i], s => report(i, s), cancellation));
        ValidationScore? best = null;
        for (var i = 0; i < grid.Length; i++)
        {
            scores.Add((weights[i], grid[i]?.AucPrc ?? double.NaN));
            if (grid[i]?.IsBetterThan(best, Selection.ValidationAucPrc) == true)
            {
                best = grid[i];
                weight = weights[i];
            }
        }

        return best == null
            ? throw new InputException("training diverged under every λ of the grid; lower the learning rate.")
            : (weight, scores);
    }

    /// <summary>Validation score of a student distilled with one λ on the rest of the training cases; null: diverged.</summary>
    private ValidationScore? Validate(
        PreparedCases validation,
        double weight,
        Action<TrainingState> report,
        CancellationToken cancellation
    )
    {
        using var one = new WorkerTeam(1);
        TrainingResult result;
        try
        {
            result = Train(learnt, weight, report, one, cancellation);
        }
        catch (InputException)
        {
            return null; // training diverged under this λ: it cannot be chosen, and the search goes on
        }

        var probabilities = new Inference(result.Network, one).Probabilities(validation);
        return new ValidationScore(
            result.Updates,
            RankingMetrics.AucPrc(validation.Labels, probabilities, validation.ClassCount).Mean,
            ProbabilityMetrics.NegativeLogLikelihood(validation.Labels, probabilities, validation.ClassCount)
        );
    }

    private int[] All => [.. Enumerable.Range(0, cases.Count)];

    /// <summary>The teacher sees every case and copy once; all runs share what it says.</summary>
    private void AskTeacher() => states ??= new TeacherStates(teacher!, pool, settings.TeacherMemory, team);

    /// <summary>Trains one student on some cases: distilled with a weight, or alone without one.</summary>
    private TrainingResult Train(
        int[] chosen,
        double? weight,
        Action<TrainingState> report,
        WorkerTeam one,
        CancellationToken cancellation
    ) =>
        new ClassifierTraining
        {
            Cases = chosen.Length == cases.Count ? cases : cases.Select(chosen),
            Task = learn =>
            {
                var members = AugmentedPool.Members([.. learn.Select(i => chosen[i])], cases.Count, pool.Count);
                var some = members.Length == pool.Count ? pool : pool.Select(members);
                return new LearningTask(
                    some,
                    weight is { } w ? student => Objective(states!.Select(members, some, one), student, w, one) : null
                );
            },
            Shape = shape,
            Recipe = settings.Recipe with { Augmentation = new() },
            Seed = seed,
            Progress = report,
        }.Run(one, cancellation);

    private DistillationObjective Objective(
        TeacherStates seen,
        RecurrentNetwork student,
        double weight,
        WorkerTeam one
    ) =>
        new(
            seen,
            settings.Method.Create(seen, student, seed, one),
            weight,
            settings.WeightSchedule,
            settings.Recipe.LabelSmoothing
        );
}
