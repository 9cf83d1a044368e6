using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.CentralDifferences;

namespace MemKD.Tests.Distillation;

/// <summary>rkd, at, sp and pkt: losses and gradients against the plain equations, what changes nothing, and their ends.</summary>
public class RelationalMethodTests
{
    // The methods work in double; the states' gradient is a float32 (6e-8 of itself), a central difference is
    // good to about 1e-7 of the largest number.
    private const double LossTolerance = 1e-10;
    private const double GradientTolerance = 5e-7;

    private static readonly NetworkShape LastStudent = new(CellKind.Rnn, 1, 3, 1, 2);
    private static readonly NetworkShape MeanStudent = new(CellKind.Gru, 1, 3, 1, 2, Pooling: Pooling.Mean);
    private static readonly NetworkShape BothWaysStudent = new(CellKind.Lstm, 1, 2, 1, 2, Bidirectional: true);
    private static readonly NetworkShape LastTeacher = new(CellKind.Lstm, 1, 5, 2, 2, Bidirectional: true);
    private static readonly NetworkShape MeanTeacher = new(CellKind.Gru, 1, 4, 1, 2, true, Pooling.Mean);
    private static readonly int[] Even = [4, 4, 4, 4];
    private static readonly int[] Uneven = [5, 3, 1, 4, 5];
    private static readonly int[] TwoPanels = [2, 2, 1, 2, 2, 2, 1, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2];
    private static readonly string[] Relations = ["rkd", "sp", "pkt"];

    public static TheoryData<string, string> Features =>
        [
            .. Relations.SelectMany(m =>
                new[] { "penultimate", "last", "mean", "sequence" }.Select(f => new TheoryDataRow<string, string>(m, f))
            ),
        ];

    [Theory]
    [MemberData(nameof(Features))]
    public void A_relation_of_cases_agrees_with_finite_differences(string method, string feature)
    {
        Agrees(method, feature, Even, LastStudent, MeanTeacher);
        Agrees(method, feature, Uneven, MeanStudent, LastTeacher);
        Agrees(method, feature, Uneven, BothWaysStudent, LastTeacher);
        Agrees(method, feature, TwoPanels, LastStudent, LastTeacher);
    }

    [Theory]
    [InlineData("rkd:angle=0")]
    [InlineData("rkd:distance=0")]
    [InlineData("rkd:distance=2,angle=0.5")]
    public void Each_term_of_rkd_agrees_with_finite_differences(string method) =>
        Agrees(method, "penultimate", Uneven, LastStudent, MeanTeacher);

    [Fact]
    public void Attention_over_time_agrees_with_finite_differences()
    {
        foreach (var lengths in new[] { Even, Uneven, TwoPanels })
        {
            using var batch = new MethodBatch(lengths, LastStudent, MeanTeacher);
            var (student, teacher) = (batch.Student, batch.Teacher);
            double Reference() => student.Zip(teacher, MethodReference.Attention).Average();

            var loss = Evaluate(batch, "at");

            Assert.Equal(1, loss / Reference(), LossTolerance);
            Assert.InRange(Difference(batch.HiddenGradient, Gradient(student, Reference)), 0, GradientTolerance);
        }
    }

    [Fact]
    public void Attention_of_two_time_points_worked_by_hand()
    {
        using var batch = new MethodBatch([2], LastStudent with { HiddenSize = 1 }, MeanTeacher);
        batch.Student =
        [
            [
                [0],
                [2],
            ],
        ]; // A = (0, 4), Â = (0, 1)
        batch.Teacher =
        [
            [
                [0, 2, 0, 0, 0, 0, 0, 0],
                [0, 0, 2, 0, 0, 0, 0, 0],
            ],
        ]; // A = (½, ½), Â = (1, 1)/√2

        // mean of ½ and (1 − 1/√2)²; all of Â is at the second point, where its length cannot change: no gradient.
        Assert.Equal((0.5 + Math.Pow(1 - Math.Sqrt(0.5), 2)) / 2, Evaluate(batch, "at"), 1e-15);
        Assert.All(batch.HiddenGradient[0], h => Assert.Equal(0, h[0], 1e-15));
    }

    [Fact]
    public void Relations_of_a_few_cases_worked_by_hand()
    {
        using var batch = new MethodBatch([1, 1, 1], LastStudent with { HiddenSize = 2 }, LastTeacher);
        static double[][][] States(int width, params double[][] rows) =>
            [.. rows.Select(r => new[] { r.Concat(new double[width - r.Length]).ToArray() })];
        batch.Student = States(2, [0, 0], [3, 0], [0, 4]); // sides 3, 4, 5: mean 4, right angle at the first
        batch.Teacher = States(10, [0, 0], [1, 0], [2, 0]); // sides 1, 2, 1 on a line: mean 4/3

        // Distances over their mean: ¾, 1, 5/4 against ¾, 3/2, ¾.
        Assert.Equal(2 * ((0.5 * 0.5 / 2) + (0.5 * 0.5 / 2)) / 9, Evaluate(batch, "rkd:distance=1,angle=0"), 1e-15);
        // Angles' cosines at the three cases: 0, 3/5, 4/5 against 1, −1, 1.
        Assert.Equal(2 * (0.5 + 1.1 + (0.2 * 0.2 / 2)) / 27, Evaluate(batch, "rkd:distance=0,angle=1"), 1e-15);

        batch.Student = States(2, [1, 0], [0, 1], [0, 1]); // Ĝ: (1, 0, 0), (0, 1, 1)/√2 twice
        batch.Teacher = States(10, [1, 0], [1, 0], [1, 0]); // Ĝ: (1, 1, 1)/√3 three times
        var (third, half) = (1 / Math.Sqrt(3), 1 / Math.Sqrt(2));
        var first = Math.Pow(1 - third, 2) + (2 * third * third);
        var other = (third * third) + (2 * Math.Pow(half - third, 2));
        Assert.Equal((first + (2 * other)) / 9, Evaluate(batch, "sp"), 1e-15);

        // Neighbours of the first: ½, ¼, ¼; of the others: 1/5, 2/5, 2/5; the teacher's: 1/3 each. 1e-6: the guards.
        var chances = (double[])[0.5, 0.25, 0.25, 0.2, 0.4, 0.4, 0.2, 0.4, 0.4];
        Assert.Equal(chances.Sum(p => -Math.Log(3 * p) / 3) / 9, Evaluate(batch, "pkt"), 1e-6);
    }

    [Theory]
    [InlineData("rkd")]
    [InlineData("sp")]
    [InlineData("pkt")]
    [InlineData("at")]
    [InlineData("rkd:feature=sequence")]
    [InlineData("sp:feature=sequence")]
    [InlineData("pkt:feature=mean")]
    public void A_student_with_the_teachers_states_has_no_loss_and_no_gradient(string method)
    {
        using var batch = new MethodBatch(Uneven, null, LastTeacher);

        Assert.Equal(0, Evaluate(batch, method), 1e-14);
        Assert.All(Numbers(batch), g => Assert.InRange(Math.Abs(g), 0, 1e-10)); // rkd's weights are 25 and 50
    }

    [Theory]
    [InlineData("rkd")]
    [InlineData("sp")]
    [InlineData("pkt")]
    [InlineData("at")]
    public void The_size_of_a_networks_states_does_not_matter(string method)
    {
        using var batch = new MethodBatch(Uneven, LastStudent, LastTeacher);
        var expected = Evaluate(batch, method);
        batch.Student = Map(batch.Student, x => 4 * x);
        batch.Teacher = Map(batch.Teacher, x => x / 2);

        // pkt's guard 1e-7 is not scaled.
        Assert.Equal(1, Evaluate(batch, method) / expected, 1e-5);
    }

    [Fact]
    public void Only_rkd_does_not_care_where_the_origin_is()
    {
        using var batch = new MethodBatch(Even, LastStudent, LastTeacher);
        var expected = Relations.Select(m => Evaluate(batch, m)).ToArray();
        batch.Student = Map(batch.Student, x => x + 1);

        // Adding 1 rounds a state to float32: 6e-8, of differences of about 0.1.
        Assert.Equal(1, Evaluate(batch, "rkd") / expected[0], 1e-5);
        Assert.NotEqual(1, Evaluate(batch, "sp") / expected[1], 0.01);
        Assert.NotEqual(1, Evaluate(batch, "pkt") / expected[2], 0.01);
    }

    [Theory]
    [InlineData("rkd")]
    [InlineData("rkd:feature=sequence")]
    [InlineData("sp")]
    [InlineData("pkt")]
    public void A_batch_of_one_case_has_no_relations(string method)
    {
        using var batch = new MethodBatch([5], LastStudent, LastTeacher);

        Assert.Equal(0, Evaluate(batch, method), 1e-15);
        Assert.All(Numbers(batch), g => Assert.Equal(0, g, 1e-15));
    }

    [Fact]
    public void One_time_point_has_no_attention_to_share()
    {
        using var batch = new MethodBatch([1, 1], LastStudent, LastTeacher);

        Assert.Equal(0, Evaluate(batch, "at"), 1e-15);
        Assert.All(Numbers(batch), g => Assert.Equal(0, g, 1e-15));
    }

    [Theory]
    [InlineData("rkd", 0.3)]
    [InlineData("sp", 0.3)]
    [InlineData("pkt", 0.3)]
    [InlineData("at", 0.3)]
    [InlineData("rkd", 0)]
    [InlineData("sp", 0)]
    [InlineData("pkt", 0)]
    [InlineData("at", 0)]
    public void States_that_are_all_the_same_give_numbers(string method, double state)
    {
        using var batch = new MethodBatch(Uneven, LastStudent, LastTeacher);
        var (student, teacher) = (batch.Student, batch.Teacher);

        batch.Student = Map(student, _ => state);
        Assert.InRange(Evaluate(batch, method), 0, 1000);
        Assert.All(Numbers(batch), g => Assert.InRange(Math.Abs(g), 0, 1000));
        batch.Student = student;
        batch.Teacher = Map(teacher, _ => state);
        Assert.InRange(Evaluate(batch, method), 0, 1000);
        Assert.All(Numbers(batch), g => Assert.InRange(Math.Abs(g), 0, 1000));
    }

    [Fact]
    public void Two_equal_cases_have_no_direction_between_them()
    {
        using var batch = new MethodBatch(Even, LastStudent, LastTeacher);
        var student = batch.Student;
        student[2] = student[0];
        batch.Student = student;

        Assert.InRange(Evaluate(batch, "rkd"), 0, 100);
        Assert.All(Numbers(batch), g => Assert.InRange(Math.Abs(g), 0, 1000));
        for (var u = 0; u < 3; u++)
        {
            // They stand in the same relation to all others, but the teacher's two cases do not.
            Assert.NotEqual(batch.HiddenGradient[0][3][u], batch.HiddenGradient[2][3][u]);
        }
    }

    [Theory]
    [InlineData("rkd")]
    [InlineData("sp")]
    [InlineData("pkt")]
    [InlineData("at")]
    public void Only_the_gradient_has_the_weight_and_it_is_added(string method)
    {
        using var batch = new MethodBatch(Even, LastStudent, LastTeacher);
        var loss = Evaluate(batch, method);
        var expected = Map(batch.HiddenGradient, g => 1 + (3 * g));

        Assert.Equal(loss, batch.Evaluate(batch.Method(method), new SeededRandom(1), weight: 3, start: 1));
        Assert.InRange(Difference(batch.HiddenGradient, expected), 0, GradientTolerance);
    }

    [Fact]
    public void One_percent_too_much_in_the_gradient_is_found()
    {
        using var batch = new MethodBatch(Even, LastStudent, LastTeacher);
        var (student, teacher) = (batch.Student, batch.Teacher);
        var expected = Gradient(student, () => Reference("sp", "last", student, teacher, batch));
        batch.Evaluate(batch.Method("sp:feature=last"), new SeededRandom(1), weight: 1.01);

        Assert.InRange(Difference(batch.HiddenGradient, expected), 0.009, 0.011);
    }

    private static void Agrees(
        string method,
        string feature,
        int[] lengths,
        NetworkShape studentShape,
        NetworkShape teacherShape
    )
    {
        using var batch = new MethodBatch(lengths, studentShape, teacherShape);
        var (student, teacher) = (batch.Student, batch.Teacher);
        var text = feature == "penultimate" ? method : $"{method}:feature={feature}";

        var loss = Evaluate(batch, text);

        Assert.Equal(1, loss / Reference(method, feature, student, teacher, batch), LossTolerance);
        var expected = Gradient(student, () => Reference(method, feature, student, teacher, batch));
        Assert.InRange(Difference(batch.HiddenGradient, expected), 0, GradientTolerance);
        Assert.All(batch.LogitGradient.SelectMany(z => z), g => Assert.Equal(0, g));
    }

    private static double Reference(
        string method,
        string feature,
        double[][][] student,
        double[][][] teacher,
        MethodBatch batch
    )
    {
        var s = MethodReference.Features(student, feature, batch.StudentShape);
        var t = MethodReference.Features(teacher, feature, batch.TeacherShape);
        double Rkd(double distance, double angle) =>
            (distance * MethodReference.RelationalDistance(s, t)) + (angle * MethodReference.RelationalAngle(s, t));
        return method switch
        {
            "rkd" => Rkd(25, 50),
            "rkd:angle=0" => Rkd(25, 0),
            "rkd:distance=0" => Rkd(0, 50),
            "rkd:distance=2,angle=0.5" => Rkd(2, 0.5),
            "sp" => MethodReference.Similarity(s, t),
            _ => MethodReference.Probabilistic(s, t),
        };
    }

    private static double Evaluate(MethodBatch batch, string method) =>
        batch.Evaluate(batch.Method(method), new SeededRandom(1));

    private static IEnumerable<double> Numbers(MethodBatch batch) =>
        batch.HiddenGradient.SelectMany(c => c).SelectMany(h => h);

    private static double[][][] Map(double[][][] states, Func<double, double> change) =>
        [.. states.Select(c => c.Select(h => h.Select(change).ToArray()).ToArray())];
}
