using MemKD.Distillation;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.StateMethodReference;

namespace MemKD.Tests.Distillation;

/// <summary>What holds for every method that looks at states or at changed series, whatever its equations.</summary>
public class StateMethodContractTests
{
    public static readonly TheoryData<string> Methods =
    [
        "memkd:layers=all",
        "memkd:z=3,reach=0.5",
        "fitnet",
        "fitnet:stages=one",
        "vid",
        "vid:points=0",
        "crd",
        "crd:negatives=2,feature=mean,dimension=5",
        "dt2w",
        "dt2w:channels=redrawn",
        "dt2w:channels=projection,form=divergence",
        "tsd",
        "tsd:pool=0,perturbations=2",
    ];

    private static readonly PairShape[] Shapes =
    [
        new(1),
        new(7),
        new(1, 1, 1),
        new(6, 6, 6) { Labels = [1, 1, 1] }, // no other class
        new(5, 9, 1, 4) { Student = 7, Teacher = 2 },
        new(5, 9, 1, 4)
        {
            Bidirectional = true,
            TeacherLayers = 2,
            Channels = 3,
            Classes = 4,
        },
        new(5, 9, 1, 4) { Order = [2, 2, 0] }, // a case twice
        new([.. Enumerable.Range(0, 20).Select(i => 3 + (i * 5 % 9))]) { Classes = 3 },
    ];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_batch_has_a_finite_loss_and_gradient(string method)
    {
        foreach (var shape in Shapes)
        {
            using var batch = new PairBatch(shape);
            var made = batch.Create(method);
            var random = new SeededRandom(1);
            for (var update = 0; update < 3; update++)
            {
                Assert.True(double.IsFinite(batch.Evaluate(made, random)));
                Assert.All(Flat(batch.StateGradient), g => Assert.True(double.IsFinite(g)));
                Assert.All(batch.Workspace.LogitGradient.ToArray(), g => Assert.True(float.IsFinite(g)));
                Assert.All(batch.Gradient.Values.ToArray(), g => Assert.True(float.IsFinite(g)));
                foreach (var own in made.Auxiliary)
                {
                    Assert.All(own.Gradient.Values.ToArray(), g => Assert.True(float.IsFinite(g)));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_gradient_is_added_with_the_weight_and_the_loss_is_without_it(string method)
    {
        using var batch = new PairBatch(new PairShape(6, 9, 4, 8) { Classes = 3, TeacherLayers = 2 });
        var loss = batch.Evaluate(batch.Create(method), weight: 1);
        var (states, logits) = (batch.StateGradient, Doubles(batch.Workspace.LogitGradient));
        var parameters = Doubles(batch.Gradient.Values);

        Assert.Equal(loss, batch.Evaluate(batch.Create(method), weight: 3, start: 1), 1e-12);

        // Added to 1: absolute rounding of numbers of this size.
        double[] expected = [.. Flat(states).Concat(logits).Select(g => 1 + (3 * g))];
        Assert.InRange(
            Difference(Flat(batch.StateGradient).Concat(Doubles(batch.Workspace.LogitGradient)), expected),
            0,
            1e-6
        );
        Assert.InRange(Difference(Doubles(batch.Gradient.Values), parameters.Select(g => 3 * g)), 0, 1e-5);
        Assert.NotEqual(0, states.SelectMany(c => c).SelectMany(h => h).Concat(parameters).Max(Math.Abs));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Nothing_is_allocated_after_the_first_evaluations(string method)
    {
        using var batch = new PairBatch(new PairShape(6, 9, 4, 8) { Classes = 3, TeacherLayers = 2 });
        var made = batch.Create(method);
        var random = new SeededRandom(1);
        for (var update = 0; update < 60; update++)
        {
            batch.EvaluateOnly(made, random, 1, 0.1);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        batch.EvaluateOnly(made, random, 1, 0.1);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void What_lies_beyond_a_case_takes_no_part(string method)
    {
        using var batch = new PairBatch(new PairShape(6, 3, 4) { TeacherLayers = 2 });
        var loss = batch.Evaluate(batch.Create(method));
        var gradient = batch.StateGradient;
        for (var t = 0; t < 6; t++)
        {
            var states = batch.Workspace.Hidden.At(0, t);
            for (var lane = 0; lane < 16; lane++)
            {
                for (var u = 0; u < 3 && (lane > 2 || t >= batch.Cases.Lengths[lane]); u++)
                {
                    states[(u * 16) + lane] = 1e6f;
                }
            }
        }

        Assert.Equal(loss, batch.Evaluate(batch.Create(method)));
        Assert.Equal(Flat(gradient), Flat(batch.StateGradient));
    }
}
