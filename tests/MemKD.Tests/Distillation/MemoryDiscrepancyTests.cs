using MemKD.Distillation.Methods;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.DiscrepancyReference;

namespace MemKD.Tests.Distillation;

/// <summary>MemKD's loss and gradient against the plain equations and their finite differences.</summary>
public class MemoryDiscrepancyTests
{
    // Float32 throughout: r has a few roundings of 6e-8, and r_S − r_T cancels to about a tenth of r.
    private const double LossTolerance = 2e-6;
    private const double SmallLoss = 1e-2; // below it u²/2 loses digits to the cancellation in u
    private const double GradientTolerance = 5e-6;
    private const double Step = 1e-5;
    private static readonly MemoryDiscrepancy.Options ShortTermOnly = new() { LongTermWeight = 0 };
    private static readonly MemoryDiscrepancy.Options OneRandomPair = new() { ShortTermWeight = 0, PairCount = 1 };

    [Fact]
    public void Ratios_of_the_teacher_that_are_kept_are_those_that_were_computed()
    {
        using var batch = new DiscrepancyBatch([7, 4, 9, 2]);
        var method = new MemoryDiscrepancy(new() { PairCount = 60 });
        var (loss, gradient) = batch.Evaluate(method, new SeededRandom(5));
        var (again, sameGradient) = batch.Evaluate(method, new SeededRandom(5));

        Assert.Equal(loss, again);
        Assert.Equal(
            gradient.SelectMany(c => c).SelectMany(h => h),
            sameGradient.SelectMany(c => c).SelectMany(h => h)
        );
    }

    [Fact]
    public void Two_states_give_the_ratio_worked_by_hand()
    {
        using var batch = new DiscrepancyBatch([2], studentUnits: 2, teacherUnits: 2);
        batch.Student =
        [
            [
                [3, 4],
                [3, 7],
            ],
        ]; // change 3, size 5: r = 0.6
        batch.Teacher =
        [
            [
                [0, 2],
                [0, 4],
            ],
        ]; // change 2, size 2: r = 1

        var (loss, gradient) = batch.Evaluate(new MemoryDiscrepancy(ShortTermOnly), new SeededRandom(1));

        // u = −0.4: loss 0.08; ∂r/∂h(2) = (0, 3)/(3·5); ∂r/∂h(1) = −(0, 0.2) − 3·(3, 4)/125.
        Assert.Equal(0.08, loss, 1e-7);
        double[][][] expected =
        [
            [
                [0.4 * 9 / 125, 0.4 * (0.2 + (12.0 / 125))],
                [0, -0.4 * 0.2],
            ],
        ];
        Assert.InRange(Difference(gradient, expected), 0, GradientTolerance);
    }

    [Theory]
    [InlineData(new[] { 6, 6, 6 })]
    [InlineData(new[] { 7, 2, 1, 4 })]
    [InlineData(new[] { 5, 3, 5, 4, 5, 5, 2, 5, 5, 5, 5, 1, 5, 5, 5, 5, 4, 5 })] // two panels
    public void The_short_term_loss_and_its_gradient_agree_with_finite_differences(int[] lengths)
    {
        using var batch = new DiscrepancyBatch(lengths);

        Agrees(batch, ShortTermOnly, ShortTerm(lengths.Max()), Step);
    }

    [Theory]
    [InlineData(new[] { 6, 6, 6 })]
    [InlineData(new[] { 7, 2, 1, 4 })]
    public void The_long_term_loss_of_every_pair_agrees_with_finite_differences(int[] lengths)
    {
        using var batch = new DiscrepancyBatch(lengths);
        var pairs = new PairProbe(batch);
        var random = new SeededRandom(3);
        for (var draw = 0; draw < 60; draw++)
        {
            var same = SeededRandom.FromState(random.GetState());
            Agrees(batch, OneRandomPair, [pairs.Draw(OneRandomPair, random)!.Value], Step, same);
        }
    }

    [Fact]
    public void Many_pairs_are_the_mean_of_single_ones()
    {
        using var batch = new DiscrepancyBatch([9, 9]);
        var single = new MemoryDiscrepancy(OneRandomPair);
        var random = new SeededRandom(5);
        var expected = Enumerable.Range(0, 100).Average(_ => batch.EvaluateOnly(single, random));

        var all = new MemoryDiscrepancy(OneRandomPair with { PairCount = 100 });

        Assert.Equal(1, batch.EvaluateOnly(all, new SeededRandom(5)) / expected, LossTolerance);
    }

    [Fact]
    public void Both_terms_have_their_weights_and_lambda_scales_only_the_gradient()
    {
        using var batch = new DiscrepancyBatch([8, 8]);
        MemoryDiscrepancy.Options options = new() { ShortTermWeight = 0.5, LongTermWeight = 2 };
        var (shortLoss, shortGradient) = batch.Evaluate(new(options with { LongTermWeight = 0 }), new SeededRandom(1));
        var (longLoss, longGradient) = batch.Evaluate(new(options with { ShortTermWeight = 0 }), new SeededRandom(1));

        var (loss, gradient) = batch.Evaluate(new(options), new SeededRandom(1), weight: 3, start: 1);

        Assert.Equal(shortLoss + longLoss, loss, 1e-9);
        var plain = batch.EvaluateOnly(new(ShortTermOnly), new SeededRandom(1));
        Assert.Equal(0.5 * plain, shortLoss, 1e-9);
        for (var t = 0; t < 8; t++)
        {
            for (var u = 0; u < 3; u++)
            {
                // Added to the 1 that was there: absolute rounding of numbers about 1.
                var expected = 1 + (3 * (shortGradient[0][t][u] + longGradient[0][t][u]));
                Assert.Equal(expected, gradient[0][t][u], 1e-6);
            }
        }
    }

    [Fact]
    public void Where_the_guard_is_in_force_the_denominator_is_constant()
    {
        using var batch = new DiscrepancyBatch([6, 6, 6]);
        var sizes = batch.Student.SelectMany(c => c.Select(Norm)).Order().ToArray();
        var epsilon = (sizes[8] + sizes[9]) / 2; // half of the states below, half above, none within the step
        Assert.True(sizes[9] - sizes[8] > 10 * Step);

        Agrees(batch, ShortTermOnly with { Epsilon = epsilon }, ShortTerm(6), Step);
    }

    [Fact]
    public void A_state_of_almost_no_size_gives_a_large_finite_gradient()
    {
        using var batch = new DiscrepancyBatch([6]);
        var student = batch.Student;
        student[0][2] = [1e-8, -2e-8, 0];
        batch.Student = student;

        // Differences far below ε = 1e-6, so that the guard stays in force.
        Agrees(batch, ShortTermOnly, ShortTerm(6), step: 1e-7);
    }

    [Fact]
    public void No_change_of_the_state_has_no_direction()
    {
        using var batch = new DiscrepancyBatch([6, 6]);
        var student = batch.Student;
        student[1][3] = student[1][2];
        batch.Student = student;

        // The norm has a kink here: a central difference is off by about its step.
        Agrees(batch, ShortTermOnly, ShortTerm(6), step: 1e-7);
    }

    [Fact]
    public void One_percent_too_much_in_the_gradient_is_found()
    {
        using var batch = new DiscrepancyBatch([6, 6, 6]);
        var (_, gradient) = batch.Evaluate(new(ShortTermOnly), new SeededRandom(1));
        var expected = Gradient(batch.Student, batch.Teacher, ShortTerm(6), 1e-6, Step);
        gradient[1][2] = [.. gradient[1][2].Select(g => g * 1.01)];

        Assert.True(Difference(gradient, expected) > 10 * GradientTolerance);
    }

    [Fact]
    public void Constant_states_have_no_ratio_and_receive_no_gradient()
    {
        using var batch = new DiscrepancyBatch([6]);
        batch.Student =
        [
            [.. Enumerable.Repeat((double[])[0.5, -0.25, 1], 6)],
        ];

        var (loss, gradient) = batch.Evaluate(new(ShortTermOnly), new SeededRandom(1));

        Assert.Equal(Loss(batch.Student, batch.Teacher, ShortTerm(6), 1e-6), loss, 1e-7);
        Assert.All(gradient.SelectMany(c => c).SelectMany(h => h), g => Assert.Equal(0, g));
        batch.Teacher =
        [
            [.. Enumerable.Repeat((double[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 6)],
        ];
        Assert.Equal(0, batch.EvaluateOnly(new(new()), new SeededRandom(1)));
    }

    [Fact]
    public void A_student_that_is_its_teacher_has_no_loss()
    {
        using var batch = new DiscrepancyBatch([12, 7, 12], teacherUnits: 11, sameNetwork: true);

        var (loss, gradient) = batch.Evaluate(new(new()), new SeededRandom(1));

        // The two ratios are summed in a different order: u is a rounding, the loss its square.
        Assert.InRange(loss, 0, 1e-11);
        Assert.All(gradient.SelectMany(c => c).SelectMany(h => h), g => Assert.InRange(g, -1e-5, 1e-5));
    }

    [Fact]
    public void Scale_and_rotation_of_the_states_change_nothing()
    {
        using var batch = new DiscrepancyBatch([9, 9], studentUnits: 3);
        var expected = batch.EvaluateOnly(new(new()), new SeededRandom(1));
        var (sin, cos) = Math.SinCos(0.7);
        batch.Student =
        [
            .. batch.Student.Select(c =>
                c.Select(h =>
                        (double[])[4 * ((cos * h[0]) - (sin * h[2])), -4 * h[1], 4 * ((sin * h[0]) + (cos * h[2]))]
                    )
                    .ToArray()
            ),
        ];
        batch.Teacher =
        [
            .. batch.Teacher.Select(c => c.Select(h => h.Reverse().Select(x => -0.3 * x).ToArray()).ToArray()),
        ];

        Assert.Equal(1, batch.EvaluateOnly(new(new()), new SeededRandom(1)) / expected, LossTolerance);
    }

    [Fact]
    public void The_gradient_has_no_part_along_the_states()
    {
        // What scaling all states of a case cannot change: Σ_t ⟨∂L/∂h(t), h(t)⟩ = 0 (Euler).
        using var batch = new DiscrepancyBatch([9, 9, 5]);
        var (_, gradient) = batch.Evaluate(new(new()), new SeededRandom(1));
        var student = batch.Student;

        for (var i = 0; i < 3; i++)
        {
            var along = student[i].Zip(gradient[i], (h, g) => h.Zip(g, (x, y) => x * y).Sum()).ToArray();
            Assert.InRange(Math.Abs(along.Sum()) / along.Sum(Math.Abs), 0, 1e-5);
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_the_first_evaluation()
    {
        using var batch = new DiscrepancyBatch([9, 9, 5]);
        var method = new MemoryDiscrepancy(new());
        var random = new SeededRandom(1);
        batch.EvaluateOnly(method, random);
        batch.EvaluateOnly(method, random);
        var before = GC.GetAllocatedBytesForCurrentThread();

        batch.EvaluateOnly(method, random);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Agrees(
        DiscrepancyBatch batch,
        MemoryDiscrepancy.Options options,
        (int, int)[] pairs,
        double step,
        SeededRandom? random = null
    )
    {
        var (student, teacher) = (batch.Student, batch.Teacher);
        var expected = Loss(student, teacher, pairs, options.Epsilon);

        var (loss, gradient) = batch.Evaluate(new(options), random ?? new SeededRandom(1));

        Assert.InRange(Math.Abs(loss - expected), 0, LossTolerance * Math.Max(expected, SmallLoss));
        var numeric = Gradient(student, teacher, pairs, options.Epsilon, step);
        Assert.InRange(Difference(gradient, numeric), 0, GradientTolerance);
    }
}
