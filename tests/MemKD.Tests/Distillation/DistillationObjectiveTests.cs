using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Tests.Distillation;

public sealed class DistillationObjectiveTests : IDisposable
{
    private const double Loss = 0.25;
    private static readonly int[] Labels = [1, 0, 2];
    private readonly WorkerTeam team = new(1);
    private readonly RecurrentNetwork student = new(new NetworkShape(CellKind.Gru, 1, 4, 1, 3));
    private readonly TeacherStates teacher;
    private readonly NetworkWorkspace workspace;

    public DistillationObjectiveTests()
    {
        student.Initialize(new SeededRandom(1));
        teacher = new TeacherStates(
            student,
            new PreparedCases(1, [4, 4, 4], new float[12], Labels, 3),
            long.MaxValue,
            team
        );
        workspace = new NetworkWorkspace(student, 3, 4, team);
        var batch = new SequenceBatch(3, 1, 4);
        batch.Begin(3, 4);
        batch.Set(0, [1f, -2f, 3f, 1f]);
        workspace.Forward(batch, training: true);
        workspace.LogitGradient.Fill(9); // left over from the update before
    }

    [Theory]
    [InlineData(0, 0.2, 0, 0)]
    [InlineData(0.05, 0.2, 0, 2.5)]
    [InlineData(0.2, 0.2, 0, 10)]
    [InlineData(0.9, 0.2, 0, 10)]
    [InlineData(0, 0, 0, 10)]
    [InlineData(0.2, 0.2, 0.8, 10)]
    [InlineData(0.6, 0.2, 0.8, 5)]
    [InlineData(1, 0.2, 0.8, 0)]
    [InlineData(0.5, 0, 0.25, 10)]
    [InlineData(0.875, 0, 0.25, 5)]
    [InlineData(0.5, 1, 1, 2.5)]
    public void Lambda_rises_and_falls_linearly_over_its_shares_of_the_budget(
        double progress,
        double rise,
        double fall,
        double expected
    )
    {
        var method = new FixedLoss();
        var objective = new DistillationObjective(
            teacher,
            method,
            10,
            new WeightSchedule(rise, fall),
            labelSmoothing: 0.1,
            labelWeight: 0.5
        );

        var terms = Evaluate(objective, progress);

        Assert.Equal(expected, method.Weight, 1e-12);
        Assert.Equal(Loss, terms.Distillation);
        Assert.Equal((0.5 * terms.CrossEntropy) + (expected * Loss), terms.Total, 1e-12);
    }

    [Fact]
    public void The_logits_get_the_weighted_gradient_of_the_labels_and_that_of_the_method()
    {
        var expected = new float[9];
        var loss = CrossEntropy.Evaluate(workspace.Logits, Labels, 0.1, 0.5, expected);

        var objective = new DistillationObjective(
            teacher,
            new FixedLoss(),
            10,
            WeightSchedule.Constant,
            labelSmoothing: 0.1,
            labelWeight: 0.5
        );
        var terms = Evaluate(objective, 1);

        Assert.Equal(loss, terms.CrossEntropy);
        Assert.Equal(expected.Select(g => g + 10f), workspace.LogitGradient.ToArray());
    }

    [Fact]
    public void A_method_in_stages_sets_both_weights()
    {
        var method = new FixedLoss { StageFactors = (0, 3) };
        var objective = new DistillationObjective(teacher, method, 10, WeightSchedule.Constant, labelSmoothing: 0);

        var terms = Evaluate(objective, 0.25);

        Assert.Equal(0.25, method.AskedAt);
        Assert.Equal(30, method.Weight);
        Assert.Equal(30 * Loss, terms.Total, 1e-12);
        Assert.All(workspace.LogitGradient.ToArray(), g => Assert.Equal(30f, g));
    }

    public void Dispose() => team.Dispose();

    private LossTerms Evaluate(DistillationObjective objective, double progress) =>
        objective.Evaluate(
            new ObjectiveBatch
            {
                Workspace = workspace,
                Cases = [0, 1, 2],
                Labels = Labels,
                Progress = progress,
                Random = new SeededRandom(1),
                Gradient = student.Parameters.ZerosLike(),
            }
        );

    /// <summary>A method with a known loss and a gradient of 1 at every logit.</summary>
    private sealed class FixedLoss : IDistillationMethod
    {
        public double Weight { get; private set; }

        public (double Label, double Method) StageFactors { get; init; } = (1, 1);

        public double AskedAt { get; private set; }

        public (double Label, double Method) Stage(double progress)
        {
            AskedAt = progress;
            return StageFactors;
        }

        public double Evaluate(in DistillationBatch batch)
        {
            Weight = batch.Weight;
            foreach (ref var g in batch.LogitGradient)
            {
                g += (float)batch.Weight;
            }

            return Loss;
        }
    }
}
