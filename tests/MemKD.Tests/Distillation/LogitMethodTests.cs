using MemKD.Distillation;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.CentralDifferences;

namespace MemKD.Tests.Distillation;

/// <summary>kd, dkd, dist and lskd: losses and gradients against the plain equations, their identities and their ends.</summary>
public class LogitMethodTests
{
    // The methods work in double; the logits' gradient is a float32 (6e-8 of itself).
    private const double LossTolerance = 1e-11;
    private const double GradientTolerance = 2e-7;

    [Fact]
    public void Soft_targets_of_one_case_worked_by_hand()
    {
        using var batch = Logits(
            [
                [0, 0],
            ],
            [
                [2 * Math.Log(3), 0],
            ]
        );

        var loss = Evaluate(batch, "kd:temperature=2");

        // p^T = (¾, ¼), p^S = (½, ½): KL = ¾ ln 1.5 + ¼ ln 0.5, times 4; gradient 2·(½ − ¾), 2·(½ − ¼).
        Assert.Equal(4 * ((0.75 * Math.Log(1.5)) + (0.25 * Math.Log(0.5))), loss, 1e-7); // ln 3 is rounded to float32
        Assert.Equal(-0.5, batch.LogitGradient[0][0], 1e-7);
        Assert.Equal(0.5, batch.LogitGradient[0][1], 1e-7);
    }

    [Theory]
    [InlineData(2, 4, 1.0)]
    [InlineData(3, 1, 1.0)]
    [InlineData(5, 18, 3.0)]
    public void Soft_targets_agree_with_finite_differences(int classes, int cases, double temperature) =>
        Agrees(
            $"kd:temperature={temperature}",
            classes,
            cases,
            (s, t, _) => MethodReference.SoftTargets(s, t, temperature)
        );

    [Theory]
    [InlineData(2, 4, 1.0, 8.0, 4.0)]
    [InlineData(3, 1, 0.5, 2.0, 1.0)]
    [InlineData(5, 18, 1.0, 8.0, 3.0)]
    public void Decoupled_distillation_agrees_with_finite_differences(
        int classes,
        int cases,
        double alpha,
        double beta,
        double tau
    ) =>
        Agrees(
            $"dkd:alpha={alpha},beta={beta},temperature={tau}",
            classes,
            cases,
            (s, t, y) => MethodReference.Decoupled(s, t, y, alpha, beta, tau)
        );

    [Theory]
    [InlineData(2, 4, 0.0, 1.0, 4.0)]
    [InlineData(3, 3, 0.5, 2.0, 1.0)]
    [InlineData(5, 18, 1.0, 1.0, 3.0)]
    public void Distillation_from_a_stronger_teacher_agrees_with_finite_differences(
        int classes,
        int cases,
        double inter,
        double intra,
        double tau
    ) =>
        Agrees(
            $"dist:inter={inter},intra={intra},temperature={tau}",
            classes,
            cases,
            (s, t, _) => MethodReference.StrongerTeacher(s, t, inter, intra, tau)
        );

    [Theory]
    [InlineData(3, 1, 2.0)]
    [InlineData(5, 18, 0.7)]
    public void Logit_standardization_agrees_with_finite_differences(int classes, int cases, double tau) =>
        Agrees($"lskd:temperature={tau}", classes, cases, (s, t, _) => MethodReference.LogitStandardization(s, t, tau));

    [Fact]
    public void Soft_targets_are_the_two_decoupled_parts_weighted_by_the_teachers_doubt()
    {
        // KD = TCKD + (1 − p^T_g)·NCKD, case by case (Zhao et al. 2022, Eq. 7).
        var (student, teacher) = Draw(4, 1);
        using var batch = Logits(student, teacher);
        batch.Labels = [2];
        var doubt = 1 - MethodReference.Softmax(batch.TeacherLogits[0], 3)[2];

        var kd = Evaluate(batch, "kd:temperature=3");
        var expected = batch.LogitGradient[0];
        var dkd = Evaluate(batch, FormattableString.Invariant($"dkd:alpha=1,beta={doubt},temperature=3"));

        Assert.Equal(kd, dkd, LossTolerance);
        Assert.InRange(Difference([batch.LogitGradient[0]], [expected]), 0, GradientTolerance);
    }

    [Fact]
    public void With_two_classes_decoupled_distillation_is_alpha_times_soft_targets_whatever_beta_is()
    {
        var (student, teacher) = Draw(2, 5);
        using var batch = Logits(student, teacher);

        var kd = Evaluate(batch, "kd:temperature=3");
        double[][] expected = [.. batch.LogitGradient.Select(z => z.Select(g => 0.5 * g).ToArray())];
        var dkd = Evaluate(batch, "dkd:alpha=0.5,beta=100,temperature=3");

        Assert.Equal(0.5 * kd, dkd, LossTolerance);
        Assert.InRange(Difference(batch.LogitGradient, expected), 0, GradientTolerance);
    }

    [Fact]
    public void With_two_classes_only_the_cases_of_a_class_teach_in_dist()
    {
        var (student, teacher) = Draw(2, 5);
        using var batch = Logits(student, teacher);

        Evaluate(batch, "dist:intra=0");
        Assert.All(batch.LogitGradient.SelectMany(z => z), g => Assert.InRange(Math.Abs(g), 0, 1e-12));
        Evaluate(batch, "dist:inter=0");
        Assert.Contains(batch.LogitGradient.SelectMany(z => z), g => Math.Abs(g) > 0.01);
    }

    [Fact]
    public void Logit_standardization_is_refused_for_two_classes_with_the_reason()
    {
        var choice = MethodChoice.Parse("memkd+lskd:weight=2");
        choice.Require(new NetworkShape(CellKind.Lstm, 1, 8, 1, 3));

        var refusal = Assert.Throws<InputException>(() => choice.Require(new NetworkShape(CellKind.Lstm, 1, 8, 1, 2)));

        Assert.StartsWith("lskd: with two classes ", refusal.Message, StringComparison.Ordinal);
        Assert.Null(Row("kd").Refusal(new NetworkShape(CellKind.Lstm, 1, 8, 1, 2), null!));
    }

    [Theory]
    [InlineData("kd")]
    [InlineData("dkd")]
    [InlineData("dist")]
    [InlineData("lskd")]
    public void A_student_with_the_teachers_logits_has_no_loss_and_no_gradient(string method)
    {
        var (logits, _) = Draw(3, 6);
        using var batch = Logits(logits, logits);

        Assert.Equal(0, Evaluate(batch, method), 1e-14);
        Assert.All(batch.LogitGradient.SelectMany(z => z), g => Assert.InRange(Math.Abs(g), 0, 1e-14));
    }

    [Theory]
    [InlineData("kd")]
    [InlineData("dkd")]
    [InlineData("dist")]
    [InlineData("lskd")]
    public void Only_the_gradient_has_the_weight_and_it_is_added(string method)
    {
        var (student, teacher) = Draw(3, 6);
        using var batch = Logits(student, teacher);
        var loss = Evaluate(batch, method);
        var plain = batch.LogitGradient;

        Assert.Equal(loss, batch.Evaluate(batch.Method(method), new SeededRandom(1), weight: 3, start: 1));
        double[][] expected = [.. plain.Select(z => z.Select(g => 1 + (3 * g)).ToArray())];
        Assert.InRange(Difference(batch.LogitGradient, expected), 0, GradientTolerance);
    }

    /// <summary>exp(1000) overflows, and a class of probability exp(−1000) is 0 in double: only logarithms survive.</summary>
    [Theory]
    [InlineData("kd:temperature=0.5")]
    [InlineData("dkd:temperature=0.5")]
    [InlineData("dist:temperature=0.5")]
    [InlineData("lskd:temperature=0.5")]
    public void Certainty_far_beyond_the_range_of_exp_stays_finite(string method)
    {
        using var batch = Logits(
            [
                [900, -900, 3],
                [0, 0, 0],
                [-900, 900, 900],
            ],
            [
                [-900, 900, 1],
                [900, 0, 1],
                [5, 5, 5],
            ]
        );

        Assert.InRange(Evaluate(batch, method), 0, 1e6);
        Assert.All(batch.LogitGradient.SelectMany(z => z), g => Assert.InRange(Math.Abs(g), 0, 100));
    }

    [Fact]
    public void Logits_without_any_difference_have_no_direction_to_learn()
    {
        // Standardized logits and correlations of a constant have no derivative.
        using var batch = Logits(
            [
                [1, 1, 1],
                [1, 1, 1],
            ],
            [
                [3, 1, 0],
                [0, 1, 4],
            ]
        );

        Assert.InRange(Evaluate(batch, "lskd"), 0.01, 10);
        Assert.All(batch.LogitGradient.SelectMany(z => z), g => Assert.Equal(0, g));
        Assert.Equal(2 * 16, Evaluate(batch, "dist"), LossTolerance); // both correlations 0, τ² = 16
        Assert.All(batch.LogitGradient.SelectMany(z => z), g => Assert.Equal(0, g));
    }

    [Fact]
    public void One_percent_too_much_in_the_gradient_is_found()
    {
        var (student, teacher) = Draw(3, 6);
        using var batch = Logits(student, teacher);
        (student, teacher) = (batch.StudentLogits, batch.TeacherLogits);
        var expected = Gradient(student, () => MethodReference.SoftTargets(student, teacher, 4));
        batch.Evaluate(batch.Method("kd"), new SeededRandom(1), weight: 1.01);

        Assert.InRange(Difference(batch.LogitGradient, expected), 0.009, 0.011);
    }

    private static void Agrees(
        string method,
        int classes,
        int cases,
        Func<double[][], double[][], int[], double> reference
    )
    {
        var (student, teacher) = Draw(classes, cases);
        using var batch = Logits(student, teacher);
        batch.Labels = [.. Enumerable.Range(0, cases).Select(i => (i * i) % classes)];
        (student, teacher) = (batch.StudentLogits, batch.TeacherLogits);

        var loss = Evaluate(batch, method);

        Assert.Equal(1, loss / reference(student, teacher, batch.Labels), LossTolerance);
        var expected = Gradient(student, () => reference(student, teacher, batch.Labels));
        Assert.InRange(Difference(batch.LogitGradient, expected), 0, GradientTolerance);
        Assert.All(batch.HiddenGradient.SelectMany(c => c).SelectMany(h => h), g => Assert.Equal(0, g));
    }

    private static double Evaluate(MethodBatch batch, string method) =>
        batch.Evaluate(batch.Method(method), new SeededRandom(1));

    private static DistillationMethodRow Row(string id) => DistillationMethods.All.Single(r => r.Id == id);

    private static (double[][] Student, double[][] Teacher) Draw(int classes, int cases)
    {
        var random = new SeededRandom(11);
        double[][] Logits(double spread) =>
            [
                .. Enumerable
                    .Range(0, cases)
                    .Select(_ => Enumerable.Range(0, classes).Select(_ => spread * random.NextGaussian()).ToArray()),
            ];
        return (Logits(1), Logits(2));
    }

    private static MethodBatch Logits(double[][] student, double[][] teacher)
    {
        var classes = student[0].Length;
        return new MethodBatch(
            [.. student.Select(_ => 2)],
            new NetworkShape(CellKind.Rnn, 1, 2, 1, classes),
            new NetworkShape(CellKind.Gru, 1, 3, 1, classes)
        )
        {
            StudentLogits = student,
            TeacherLogits = teacher,
        };
    }
}
