using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;
using MemKD.Tests.Training;
using MemKD.Training;

namespace MemKD.Tests.Distillation;

public class DistillerTests
{
    private static readonly PreparedCases Cases = SmallRun.Ramps(40, classes: 3, noise: 0.3);
    private static readonly NetworkShape Student = new(CellKind.Lstm, 1, 4, 1, 3, Pooling: Pooling.Mean);
    private static readonly RecurrentNetwork Teacher = new ClassifierTraining
    {
        Cases = Cases,
        Shape = new NetworkShape(CellKind.Gru, 1, 6, 2, 3, Bidirectional: true, Pooling.Mean),
        Recipe = new TrainingRecipe { Updates = 60, LearningRate = 0.02 },
        Seed = 1,
    }
        .Train()
        .Network;

    private static readonly DistillationSettings Settings = new()
    {
        Weight = 5,
        Recipe = new TrainingRecipe
        {
            Updates = 40,
            BatchSize = 12,
            LearningRate = 0.02,
        },
    };

    [Fact]
    public void Another_method_brings_its_own_weight_unless_it_is_to_be_chosen()
    {
        var kd = MethodChoice.Parse("kd");

        Assert.Equal(0.9, new DistillationSettings().WithMethod(kd).Weight);
        Assert.Equal("kd", new DistillationSettings().WithMethod(kd).Method.Text);
        Assert.Null(DistillationSettings.Authors(30).WithMethod(kd).Weight);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void The_control_is_the_student_alone_bit_for_bit(int copies)
    {
        var settings = Settings with
        {
            AugmentedCopies = copies,
            Recipe = Settings.Recipe with
            {
                Dropout = 0.1,
                Augmentation = new Augmentation { Jitter = 0.1 },
            },
        };
        var result = Run(settings);
        using var team = new WorkerTeam(2);
        var alone = Plan(settings, team).RunAlone(CancellationToken.None);

        Assert.Equal(alone.Bits(), result.Alone.Bits());
        Assert.NotEqual(alone.Bits(), result.Student.Bits());
        Assert.All(result.Alone.Losses, l => Assert.Equal(0, l.Distillation));
        Assert.All(result.Student.Losses, l => Assert.True(l.Distillation > 0));
    }

    [Fact]
    public void One_student_of_a_comparison_is_that_of_the_pair_bit_for_bit()
    {
        var settings = Settings with { Weight = null };
        var pair = Run(settings);
        using var team = new WorkerTeam(2);
        var (chosen, share) = (double.NaN, 0.0);
        var one = Plan(settings, team).RunStudent(CancellationToken.None, s => share = s, w => chosen = w);
        var alone = new Distiller(
            null,
            Cases,
            Student,
            settings with
            {
                Method = MethodChoice.Parse("none"),
            },
            4,
            team
        ).RunStudent(CancellationToken.None);

        Assert.Equal(pair.Student.Bits(), one.Student.Bits());
        Assert.Equal(pair.Alone.Bits(), alone.Student.Bits());
        Assert.Equal(pair.WeightScores, one.WeightScores);
        Assert.Equal((pair.Weight, 1.0), (chosen, share));
    }

    [Fact]
    public void Without_a_teacher_the_control_is_an_ordinary_run()
    {
        var run = new ClassifierTraining
        {
            Cases = Cases,
            Shape = Student,
            Recipe = Settings.Recipe,
            Seed = 4,
        };

        Assert.Equal(run.Train().Bits(), Run(Settings).Alone.Bits());
    }

    [Fact]
    public void A_weight_of_0_gives_the_student_alone()
    {
        var result = Run(Settings with { Weight = 0 });

        Assert.Equal(result.Alone.Bits(), result.Student.Bits());
    }

    [Fact]
    public void The_student_is_the_same_at_any_number_of_threads_and_whether_states_are_kept_or_computed_again()
    {
        var expected = Run(Settings).Student.Bits();

        Assert.Equal(expected, Run(Settings, threads: 2).Student.Bits());
        Assert.Equal(expected, Run(Settings, threads: 3).Student.Bits());
        Assert.Equal(expected, Run(Settings with { TeacherMemory = 0 }).Student.Bits());
        Assert.NotEqual(expected, Run(Settings, seed: 5).Student.Bits());
    }

    [Fact]
    public void A_weight_under_which_nothing_is_learnt_or_training_diverges_is_not_chosen()
    {
        // With a clipped gradient and no scale of its own for each weight, 1e7 leaves the linear layer where it starts.
        var settings = Settings with
        {
            Weight = null,
            WeightGrid = [1e300, 1e7, 0.1],
            WeightSchedule = WeightSchedule.Constant,
            Recipe = Settings.Recipe with { Updates = 300, Optimizer = OptimizerKind.Sgd, LearningRate = 0.1 },
        };
        var shares = new List<double>();
        var result = Run(settings, progress: shares.Add);

        Assert.Equal(0.1, result.Weight);
        Assert.Equal([1e300, 1e7, 0.1], result.WeightScores.Select(s => s.Weight));
        Assert.Equal(double.NaN, result.WeightScores[0].AucPrc);
        Assert.InRange(result.WeightScores[2].AucPrc, 0.6, 1);
        Assert.All(shares, s => Assert.InRange(s, 0, 1));
        Assert.Equal(Run(settings with { Weight = 0.1 }).Student.Bits(), result.Student.Bits());
    }

    [Fact]
    public void The_score_of_a_weight_is_that_of_held_out_cases_after_learning_from_the_others()
    {
        var (learn, hold) = StratifiedSplit.Split(Cases.Labels, Settings.Recipe.ValidationFraction, seed: 4);
        var few = Settings with { Recipe = Settings.Recipe with { Updates = 4 } };
        var scores = Run(few with { Weight = null, WeightGrid = [0.1, 20, 1000] }).WeightScores;
        using var team = new WorkerTeam(1);
        foreach (var (weight, score) in scores)
        {
            var settings = few with { Weight = weight };
            var student = new Distiller(Teacher, Cases.Select(learn), Student, settings, 4, team)
                .Run(CancellationToken.None)
                .Student.Network;
            var validation = Cases.Select(hold);
            var probabilities = new Inference(student, team).Probabilities(validation);

            Assert.Equal(RankingMetrics.AucPrc(validation.Labels, probabilities, 3).Mean, score);
        }

        Assert.Equal(3, scores.Count);
        Assert.All(scores, s => Assert.True(s.AucPrc < 1));
    }

    [Fact]
    public void With_too_few_cases_to_choose_the_weight_is_the_method_s_own_and_that_no_weight_works_is_said()
    {
        using var team = new WorkerTeam(2);
        var settings = Settings with { Weight = null };
        var few = new Distiller(Teacher, Cases.Select([0, 1, 2]), Student, settings, 4, team);
        var untuned = few.Run(CancellationToken.None);
        Assert.Equal(settings.Method.UntunedWeight, untuned.Weight);
        Assert.Empty(untuned.WeightScores);

        var absurd = settings with { WeightGrid = [1e300, 1e305], WeightSchedule = WeightSchedule.Constant };
        var refusal = Assert.Throws<InputException>(() => Run(absurd));
        Assert.Contains("diverged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_score_alike_are_decided_by_the_first_of_the_grid()
    {
        // Two names of one number: everything is equal.
        var settings = Settings with
        {
            Weight = null,
            WeightGrid = [0.0, -0.0],
        };

        Assert.False(double.IsNegative(Run(settings).Weight));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void A_teacher_or_student_of_other_channels_or_classes_is_refused(int channels, int classes)
    {
        using var team = new WorkerTeam(1);
        var other = new NetworkShape(CellKind.Lstm, channels, 2, 1, classes);

        Assert.Throws<InputException>(() =>
            new Distiller(new RecurrentNetwork(other), Cases, Student, Settings, 1, team)
        );
        Assert.Throws<InputException>(() => new Distiller(Teacher, Cases, other, Settings, 1, team));
    }

    [Fact]
    public void What_a_method_trains_beside_the_student_moves_and_is_thrown_away()
    {
        var scale = new ScaleObjective();
        ClassifierTraining Run(IObjective? objective) =>
            new()
            {
                Cases = Cases,
                Shape = Student,
                Recipe = Settings.Recipe with { Updates = 400 },
                Seed = 4,
                Task = objective == null ? null : learnt => new LearningTask(Cases.Select(learnt), _ => objective),
            };
        var trained = Run(scale).Train();

        // The loss (s − 3)² is the objective's alone: s goes to 3, and the network learns as without it.
        Assert.Equal(3, scale.Auxiliary[0].Values.Values[0], 0.5);
        Assert.Equal(Run(null).Train().Bits(), trained.Bits());
    }

    [Fact]
    public void A_distillation_can_be_stopped()
    {
        using var cancellation = new CancellationTokenSource();
        using var team = new WorkerTeam(2);

        Assert.ThrowsAny<OperationCanceledException>(() =>
            Plan(Settings, team)
                .Run(
                    cancellation.Token,
                    share =>
                    {
                        if (share > 0.2)
                        {
                            cancellation.Cancel();
                        }
                    }
                )
        );
    }

    private static Distiller Plan(DistillationSettings settings, WorkerTeam team, ulong seed = 4) =>
        new(Teacher, Cases, Student, settings, seed, team);

    private static DistillationResult Run(
        DistillationSettings settings,
        int threads = 1,
        ulong seed = 4,
        Action<double>? progress = null
    )
    {
        using var team = new WorkerTeam(threads);
        return Plan(settings, team, seed).Run(CancellationToken.None, progress);
    }

    private sealed class ScaleObjective : IObjective
    {
        private readonly LabelObjective labels = new(0);

        public IReadOnlyList<AuxiliaryParameters> Auxiliary { get; } =
        [new(new ParameterSet([("scale", [1])]), new ParameterSet([("scale", [1])]))];

        public LossTerms Evaluate(in ObjectiveBatch batch)
        {
            Auxiliary[0].Gradient.Values[0] += 2 * (Auxiliary[0].Values.Values[0] - 3);
            return labels.Evaluate(batch);
        }
    }
}
