using MemKD.Distillation;
using MemKD.Distillation.Methods;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.StateMethodReference;

namespace MemKD.Tests.Distillation;

/// <summary>FitNets, VID, CRD and DT2W against their plain equations in double and central differences of them.</summary>
public class StateMethodTests
{
    // Float32 throughout, sums of at most a few hundred terms.
    private const double Tolerance = 1e-5;
    private static readonly int[][] Batches =
    [
        [6, 6, 6],
        [7, 2, 1, 4],
        [5, 3, 5, 4, 5, 5, 2, 5, 5, 5, 5, 1, 5, 5, 5, 5, 4, 5], // two panels
    ];

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(2, 2)] // a teacher smaller than its student
    public void Fitnet_agrees_with_finite_differences(int lengths, int teacherUnits)
    {
        using var batch = new PairBatch(new PairShape(Batches[lengths]) { Teacher = teacherUnits });
        var method = batch.Create("fitnet:stages=one");
        Spread(method);
        var (student, teacher) = (batch.StudentStates, batch.TeacherStates);
        var weight = Values(method, 0, "regressor.weight");

        var loss = batch.Evaluate(method, weight: 2);

        double Reference() => FitNets(student, teacher, weight);
        Agree(Reference(), loss);
        Agree(Slopes(() => 2 * Reference(), student), batch.StateGradient);
        Agree(Slopes(() => 2 * Reference(), weight), Gradient(method, 0, "regressor.weight"));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(2, 2)]
    public void Vid_agrees_with_finite_differences(int lengths, int teacherUnits)
    {
        using var batch = new PairBatch(new PairShape(Batches[lengths]) { Teacher = teacherUnits });
        var method = batch.Create("vid:points=0");
        var (student, teacher) = (batch.StudentStates, batch.TeacherStates);
        string[] names = ["regressor.0.weight", "regressor.2.weight", "regressor.4.weight"];
        double[][] weights = [.. names.Select(n => Values(method, 0, n))];
        var alpha = Values(method, 0, "log_scale");
        Assert.All(alpha, a => Assert.Equal(5, Math.Log(1 + Math.Exp(a)) + 1e-5, 1e-6)); // the variance starts at 5

        var loss = batch.Evaluate(method, weight: 2);

        double Reference() => Vid(student, teacher, weights, alpha);
        Agree(Reference(), loss);
        Agree(Slopes(() => 2 * Reference(), student), batch.StateGradient);
        Agree(Slopes(() => 2 * Reference(), alpha), Gradient(method, 0, "log_scale"));
        for (var l = 0; l < 3; l++)
        {
            Agree(Slopes(() => 2 * Reference(), weights[l]), Gradient(method, 0, names[l]));
        }
    }

    [Fact]
    public void Vid_with_drawn_points_has_the_mean_of_all_points_and_one_point_in_each_stretch()
    {
        using var batch = new PairBatch(new PairShape(9, 2));
        var all = batch.Evaluate(batch.Create("vid:points=0"));
        var method = batch.Create("vid:points=3");
        var random = new SeededRandom(4);
        var losses = new double[400];
        for (var n = 0; n < losses.Length; n++)
        {
            losses[n] = batch.Evaluate(method, random);
            var touched = batch.StateGradient[0].Select(h => h.Any(g => g != 0)).Chunk(3).ToArray();
            Assert.All(touched, stretch => Assert.Single(stretch, hit => hit));
            Assert.All(batch.StateGradient[1], h => Assert.Contains(h, g => g != 0)); // shorter than 3: all its points
        }

        // Five standard errors of the mean; the draws do differ.
        var error = Math.Sqrt(losses.Sum(l => (l - losses.Average()) * (l - losses.Average())) / 399 / 400);
        Assert.InRange(losses.Average(), all - (5 * error), all + (5 * error));
        Assert.True(error > 1e-6);
    }

    [Theory]
    [InlineData("crd:dimension=6,temperature=0.5", 0, false)]
    [InlineData("crd:dimension=17,temperature=0.5,feature=mean", 1, false)]
    [InlineData("crd:dimension=6,temperature=0.5", 2, true)]
    public void Crd_agrees_with_finite_differences(string text, int lengths, bool bidirectional)
    {
        var shape = new PairShape(Batches[lengths]) { Classes = 3, Bidirectional = bidirectional };
        using var batch = new PairBatch(shape);
        var method = (ContrastiveRepresentation)batch.Create(text);
        var mean = text.Contains("mean", StringComparison.Ordinal);
        var count = batch.Order.Length;
        double[][] banks = [Doubles(method.StudentBank), Doubles(method.TeacherBank)];
        double[][][] states = batch.StudentStates;
        double[][] teacherFeatures =
        [
            .. batch.TeacherStates.Select(c => Feature(c, mean, bidirectional ? shape.Teacher : int.MaxValue)),
        ];
        int[][] entries =
        [
            .. batch.Order.Select(i =>
                (int[])[i, .. batch.Order.Where(n => n % 3 != i % 3).OrderBy(n => n % 3).ThenBy(n => n)]
            ),
        ];
        double[][] weights = [Values(method, 0, "weight"), Values(method, 1, "weight")];
        double[][] biases = [Values(method, 0, "bias"), Values(method, 1, "bias")];
        double[][] Vectors(int side) =>
            [
                .. batch.Order.Select(i =>
                    Embed(
                        weights[side],
                        biases[side],
                        side == 0 ? Feature(states[i], mean, int.MaxValue) : teacherFeatures[i]
                    )
                ),
            ];
        double[] normalizers = [.. (int[])[0, 1]];
        for (var side = 0; side < 2; side++)
        {
            normalizers[side] = Normalizer(Vectors(side), banks[1 - side], entries, 0.5, count);
        }

        var loss = batch.Evaluate(method, weight: 2);

        double Reference() =>
            Enumerable
                .Range(0, 2)
                .Sum(side => Contrast(Vectors(side), banks[1 - side], entries, 0.5, normalizers[side], count));
        Agree(Reference(), loss);
        Agree(Slopes(() => 2 * Reference(), states), batch.StateGradient);
        for (var side = 0; side < 2; side++)
        {
            Agree(Slopes(() => 2 * Reference(), weights[side]), Gradient(method, side, "weight"));
            Agree(Slopes(() => 2 * Reference(), biases[side]), Gradient(method, side, "bias"));
        }

        // The banks moved half way to the embeddings and have length 1.
        var moved = Doubles(method.StudentBank)[..Vectors(0)[0].Length];
        double[] expected = [.. banks[0].Zip(Vectors(0)[0], (m, v) => (m + v) / 2)];
        var norm = Math.Sqrt(expected.Sum(x => x * x));
        Agree([.. expected.Select(x => x / norm)], moved);
    }

    [Fact]
    public void Crd_draws_negatives_of_other_classes_when_there_are_more_than_it_may_take()
    {
        // Cases of class 0 have a bank entry along their embedding's own axis only if they were drawn wrongly.
        using var batch = new PairBatch(new PairShape(4, 4, 4, 4, 4, 4) { Labels = [0, 0, 0, 1, 1, 1], Order = [0] });
        var method = (ContrastiveRepresentation)batch.Create("crd:dimension=4,negatives=2,momentum=1");
        method.TeacherBank.Clear();
        for (var i = 1; i < 3; i++)
        {
            method.TeacherBank.Slice(i * 4, 4).Fill(float.NaN); // the other cases of class 0
        }

        for (var draw = 0; draw < 50; draw++)
        {
            Assert.True(double.IsFinite(batch.Evaluate(method, new SeededRandom((ulong)draw))));
        }
    }

    [Theory]
    [InlineData("dt2w", 1, 0)]
    [InlineData("dt2w", 1, 1)]
    [InlineData("dt2w:gamma=0.1", 0.1, 2)]
    [InlineData("dt2w:gamma=2,form=divergence", 2, 1)]
    [InlineData("dt2w:gamma=0.5,form=divergence", 0.5, 2)]
    public void Dt2w_agrees_with_finite_differences(string text, double gamma, int lengths)
    {
        // As many units as the student: with the teacher's states a permutation, the units are found by their order.
        using var batch = new PairBatch(new PairShape(Batches[lengths]) { Teacher = 5, Student = 2 });
        var method = batch.Create(text);
        int[] channels = [.. Enumerable.Range(0, 5)];
        new SeededRandom(3, "dt2w").Shuffle(channels);
        var student = batch.StudentStates;
        var teacher = Units(batch.TeacherStates, channels[..2]);

        var loss = batch.Evaluate(method, weight: 2);

        double Reference() => Alignment(student, teacher, gamma, text.Contains("divergence", StringComparison.Ordinal));
        Agree(Reference(), loss);
        Agree(Slopes(() => 2 * Reference(), student), batch.StateGradient);
    }

    [Fact]
    public void Dt2w_redraws_units_for_every_batch_and_repeats_them_where_the_teacher_has_too_few()
    {
        using var batch = new PairBatch(new PairShape(4, 3) { Teacher = 2, Student = 3 });
        var student = batch.StudentStates;
        var seen = new HashSet<int>();
        var method = batch.Create("dt2w:channels=redrawn");
        var random = new SeededRandom(8);
        for (var draw = 0; draw < 20; draw++)
        {
            var loss = batch.Evaluate(method, random);
            double[] possible =
            [
                Alignment(student, Units(batch.TeacherStates, [0, 1, 0]), 1, false),
                Alignment(student, Units(batch.TeacherStates, [1, 0, 1]), 1, false),
            ];
            var found = Array.FindIndex(possible, p => Math.Abs(p - loss) < Tolerance * Math.Abs(p));
            Assert.NotEqual(-1, found);
            seen.Add(found);
        }

        Assert.Equal(2, seen.Count);
    }

    [Theory]
    [InlineData("plain", 0)]
    [InlineData("divergence", 2)]
    public void Dt2w_with_a_projection_agrees_with_finite_differences(string form, int lengths)
    {
        using var batch = new PairBatch(new PairShape(Batches[lengths]));
        var method = batch.Create($"dt2w:channels=projection,form={form}");
        var weight = Values(method, 0, "projection.weight");
        var (student, teacher) = (batch.StudentStates, batch.TeacherStates);

        var loss = batch.Evaluate(method, weight: 2);

        double Reference() =>
            Alignment(
                [.. student.Select(c => c.Select(h => Map(weight, h)).ToArray())],
                teacher,
                1,
                form == "divergence"
            );
        Agree(Reference(), loss);
        Agree(Slopes(() => 2 * Reference(), student), batch.StateGradient);
        Agree(Slopes(() => 2 * Reference(), weight), Gradient(method, 0, "projection.weight"));
    }

    [Fact]
    public void Soft_dtw_of_long_series_is_taken_in_blocks()
    {
        // 700² cells are two blocks of rows; the second case ends inside the first.
        using var batch = new PairBatch(new PairShape(700, 200) { Student = 1, Teacher = 1 });
        var (student, teacher) = (batch.StudentStates, batch.TeacherStates);

        var loss = batch.Evaluate(batch.Create("dt2w"));

        // R is near −1000, where a float32 has steps of 6e-5.
        var expected = Alignment(student, teacher, 1, false);
        Assert.InRange(loss / expected, 1 - 1e-4, 1 + 1e-4);
        var gradient = batch.StateGradient;
        foreach (var (i, t) in ((int, int)[])[(0, 0), (0, 373), (0, 374), (0, 375), (0, 699), (1, 0), (1, 199)])
        {
            var slope = Slopes(() => Alignment(student, teacher, 1, false), student[i][t], 1e-4)[0];
            Assert.InRange(gradient[i][t][0], slope - 1e-3, slope + 1e-3); // slopes are of order 0.1 to 1
        }
    }

    [Fact]
    public void The_divergence_of_equal_sequences_is_0_and_of_others_positive()
    {
        using var batch = new PairBatch(new PairShape(9, 5) { Student = 2, Teacher = 2 });
        var method = batch.Create("dt2w:form=divergence");
        Assert.True(batch.Evaluate(method) > 0);
        int[] channels = [0, 1];
        new SeededRandom(3, "dt2w").Shuffle(channels);
        batch.StudentStates = Units(batch.TeacherStates, channels);

        Assert.InRange(batch.Evaluate(method), -1e-4, 1e-4); // a difference of numbers near −10 in float32
        Assert.All(Flat(batch.StateGradient), g => Assert.InRange(g, -1e-5, 1e-5));
    }

    [Fact]
    public void One_percent_too_much_in_a_gradient_is_found()
    {
        using var batch = new PairBatch(new PairShape(6, 6, 6));
        var method = batch.Create("fitnet");
        Spread(method);
        batch.Evaluate(method);
        var expected = batch.StateGradient;
        var wrong = batch.StateGradient;
        var largest = Flat(expected).Max(Math.Abs);
        var h = wrong.SelectMany(c => c).First(x => x.Any(g => Math.Abs(g).Equals(largest)));
        for (var u = 0; u < h.Length; u++)
        {
            h[u] *= 1.01;
        }

        Assert.True(Difference(wrong, expected) > 100 * Tolerance);
    }

    [Fact]
    public void Fitnet_in_two_stages_learns_from_hints_first_and_labels_then()
    {
        using var batch = new PairBatch(new PairShape(4));
        var two = batch.Create("fitnet:hints=0.25");

        Assert.Equal((0, 1), two.Stage(0));
        Assert.Equal((0, 1), two.Stage(0.2499));
        Assert.Equal((1, 0), two.Stage(0.25));
        Assert.Equal((1, 1), batch.Create("fitnet:stages=one").Stage(0.1));
    }

    [Fact]
    public void Regressors_start_within_their_bounds()
    {
        using var batch = new PairBatch(new PairShape(4) { Student = 16, Teacher = 30 });

        var fitnet = Values(batch.Create("fitnet"), 0, "regressor.weight");
        Assert.InRange(fitnet.Max(), 0.0045, 0.005);
        Assert.InRange(fitnet.Min(), -0.005, -0.0045);
        var vid = Values(batch.Create("vid"), 0, "regressor.0.weight");
        Assert.InRange(vid.Max(), 0.2, 0.25);
        Assert.NotEqual(fitnet, Values(batch.Create("fitnet", seed: 4), 0, "regressor.weight"));
        Assert.Equal(fitnet, Values(batch.Create("fitnet"), 0, "regressor.weight"));
    }

    private static double[][][] Units(double[][][] states, int[] units) =>
        [.. states.Select(c => c.Select(h => units.Select(u => h[u]).ToArray()).ToArray())];

    /// <summary>The last state (of a backward direction the first), or the mean.</summary>
    private static double[] Feature(double[][] states, bool mean, int forward) =>
        [
            .. Enumerable
                .Range(0, states[0].Length)
                .Select(u => mean ? states.Average(h => h[u]) : (u < forward ? states[^1] : states[0])[u]),
        ];

    /// <summary>A start of ±0.005 would hide what depends on the size of the weights.</summary>
    private static void Spread(IDistillationMethod method)
    {
        foreach (ref var w in method.Auxiliary[0].Values.Values)
        {
            w *= 100;
        }
    }

    private static double[] Values(IDistillationMethod method, int set, string name) =>
        Doubles(method.Auxiliary[set].Values[name]);

    private static double[] Gradient(IDistillationMethod method, int set, string name) =>
        Doubles(method.Auxiliary[set].Gradient[name]);

    private static void Agree(double expected, double actual) =>
        Assert.InRange(Math.Abs(actual - expected), 0, Tolerance * Math.Max(Math.Abs(expected), 1));

    private static void Agree(double[] expected, double[] actual) =>
        Assert.InRange(Difference(actual, expected), 0, Tolerance);

    private static void Agree(double[][][] expected, double[][][] actual) =>
        Assert.InRange(Difference(actual, expected), 0, Tolerance);
}
