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
    /// The weight λ; null (the default, as in the paper): chosen from the grid for each data set, by the AUC-PRC on
    /// validation cases, ties by their cross-entropy; the method's untuned weight where no class has cases to hold out.
    /// </summary>
    public double? Weight { get; init; }

    /// <summary>Values of λ to choose from; null: the method's own.</summary>
    public IReadOnlyList<double>? WeightGrid { get; init; }

    /// <summary>Share of the updates in which λ rises from 0; 0: λ from the first update on.</summary>
    public double WeightWarmUp { get; init; } = 0.5;

    /// <summary>The student's recipe; its augmentation makes the copies below.</summary>
    public TrainingRecipe Recipe { get; init; } = Recipes.Student;

    /// <summary>
    /// Augmented copies of every training case that student and student alone learn from, beside the case itself: the
    /// teacher is asked about each once.
    /// </summary>
    public int AugmentedCopies { get; init; }

    /// <summary>Bytes of teacher states that may be kept in memory.</summary>
    public long TeacherMemory { get; init; } = 2L << 30;

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
            WeightWarmUp = 0,
            Recipe = Recipes.Authors(trainCaseCount),
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

/// <summary>
/// Distils a teacher into a student, always beside the student trained alone. Independent runs share the
/// threads, one thread each.
/// </summary>
public sealed class Distiller
{
    private readonly RecurrentNetwork teacher;
    private readonly PreparedCases cases;
    private readonly NetworkShape shape;
    private readonly DistillationSettings settings;
    private readonly ulong seed;
    private readonly WorkerTeam team;

    /// <summary>Plans a distillation.</summary>
    /// <param name="teacher">The frozen teacher.</param>
    /// <param name="cases">Prepared training cases; test cases never come here.</param>
    /// <param name="shape">The student's architecture.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="team">The threads that share the work.</param>
    /// <exception cref="InputException">
    /// Student and teacher differ in channels or classes, or the method cannot be used with the student.
    /// </exception>
    public Distiller(
        RecurrentNetwork teacher,
        PreparedCases cases,
        NetworkShape shape,
        DistillationSettings settings,
        ulong seed,
        WorkerTeam team
    )
    {
        if (
            teacher.Shape.InputSize != cases.ChannelCount
            || teacher.Shape.ClassCount != cases.ClassCount
            || shape.InputSize != cases.ChannelCount
            || shape.ClassCount != cases.ClassCount
        )
        {
            throw new InputException(
                $"the teacher has {teacher.Shape.InputSize} channels and {teacher.Shape.ClassCount} classes, the data {cases.ChannelCount} and {cases.ClassCount}; use the data that the teacher was trained on."
            );
        }

        settings.Method.Require(shape);
        this.teacher = teacher;
        this.cases = cases;
        this.shape = shape;
        this.settings = settings;
        this.seed = seed;
        this.team = team;
    }

    /// <summary>Chooses λ if asked to, then trains the student and the student alone.</summary>
    /// <param name="cancellation">Stops the runs.</param>
    /// <param name="progress">Told the share done, 0..1, or null; called from several threads.</param>
    public DistillationResult Run(CancellationToken cancellation, Action<double>? progress = null)
    {
        var (learn, hold) = StratifiedSplit.Split(cases.Labels, settings.Recipe.ValidationFraction, seed);
        var weights = settings.WeightGrid ?? settings.Method.WeightGrid;
        var weight = settings.Weight ?? settings.Method.UntunedWeight;
        var chooses = settings.Weight == null && hold.Length > 0;
        var scores = new List<(double, double)>();
        var runs = (chooses ? weights.Count : 0) + 2;
        var done = new double[runs];
        void Report(int run, TrainingState state)
        {
            done[run] = (double)state.Update / settings.Recipe.Updates;
            progress?.Invoke(done.Sum() / runs);
        }

        if (chooses)
        {
            var (train, validation) = (cases.Select(learn), cases.Select(hold));
            var grid = new ValidationScore?[weights.Count];
            team.Run(
                grid.Length,
                i => grid[i] = Validate(train, validation, weights[i], s => Report(i, s), cancellation)
            );
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

            if (best == null)
            {
                throw new InputException("training diverged under every λ of the grid; lower the learning rate.");
            }
        }

        var results = new TrainingResult[2];
        team.Run(
            2,
            i =>
            {
                using var one = new WorkerTeam(1);
                results[i] = Train(cases, i == 0 ? weight : null, s => Report(runs - 2 + i, s), one, cancellation);
            }
        );
        return new DistillationResult(results[0], results[1], weight, scores);
    }

    /// <summary>Trains the student alone: the same run as the control of <see cref="Run"/>, bit for bit.</summary>
    /// <param name="cancellation">Stops the run.</param>
    /// <param name="progress">Told the share done, 0..1, or null.</param>
    public TrainingResult RunAlone(CancellationToken cancellation, Action<double>? progress = null) =>
        Train(cases, null, s => progress?.Invoke((double)s.Update / settings.Recipe.Updates), team, cancellation);

    /// <summary>Validation score of a student distilled with one λ on the rest of the training cases; null: diverged.</summary>
    private ValidationScore? Validate(
        PreparedCases train,
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
            result = Train(train, weight, report, one, cancellation);
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

    private PreparedCases Pool(PreparedCases originals) =>
        AugmentedPool.Of(originals, settings.Recipe.Augmentation, settings.AugmentedCopies, seed);

    /// <summary>Trains one student: distilled with a weight, or alone without one.</summary>
    private TrainingResult Train(
        PreparedCases originals,
        double? weight,
        Action<TrainingState> report,
        WorkerTeam one,
        CancellationToken cancellation
    ) =>
        new ClassifierTraining
        {
            Cases = originals,
            Grow = Pool,
            Shape = shape,
            Recipe = settings.Recipe with { Augmentation = new() },
            Seed = seed,
            Objective = weight is { } w ? (learnt, student) => Objective(learnt, student, w, one) : null,
            Progress = report,
        }.Run(one, cancellation);

    private DistillationObjective Objective(
        PreparedCases learnt,
        RecurrentNetwork student,
        double weight,
        WorkerTeam one
    )
    {
        var states = new TeacherStates(teacher, learnt, settings.TeacherMemory, one);
        return new(
            states,
            settings.Method.Create(states, student, seed, one),
            weight,
            settings.WeightWarmUp,
            settings.Recipe.LabelSmoothing
        );
    }
}
