using System.Text.Json;
using MemKD.Distillation;
using MemKD.Distillation.Methods;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.StateMethodReference;

namespace MemKD.Tests.Distillation;

/// <summary>Methods on states against PyTorch: vectors of oracle/pytorch_methods_states.py, in float64.</summary>
public class StateMethodPyTorchTests
{
    private const double Tolerance = 5e-6; // float32 against float64, a few tens of terms
    private static readonly JsonElement Vectors = JsonDocument
        .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "pytorch_methods_states.json")))
        .RootElement;

    [Fact]
    public void Fitnet()
    {
        using var batch = Batch([0, 1, 2]);
        var method = batch.Create("fitnet");
        var vector = Vectors.GetProperty("fitnet");
        Set(method, 0, "regressor.weight", vector.GetProperty("weight"));

        Agrees(batch, method, vector, ("weight", 0, "regressor.weight"));
    }

    [Fact]
    public void Vid()
    {
        using var batch = Batch([0, 1, 2]);
        var method = batch.Create("vid:points=0");
        var vector = Vectors.GetProperty("vid");
        (string, int, string)[] names =
        [
            ("weight0", 0, "regressor.0.weight"),
            ("weight1", 0, "regressor.2.weight"),
            ("weight2", 0, "regressor.4.weight"),
            ("alpha", 0, "log_scale"),
        ];
        foreach (var (theirs, set, ours) in names)
        {
            Set(method, set, ours, vector.GetProperty(theirs));
        }

        Agrees(batch, method, vector, names);
    }

    [Fact]
    public void Crd_over_two_batches()
    {
        var vector = Vectors.GetProperty("crd");
        var labels = vector.GetProperty("labels").EnumerateArray().Select(l => l.GetInt32()).ToArray();
        (string, int, string)[] names =
        [
            ("studentWeight", 0, "weight"),
            ("studentBias", 0, "bias"),
            ("teacherWeight", 1, "weight"),
            ("teacherBias", 1, "bias"),
        ];
        using var first = Batch([0, 1, 2], labels);
        var method = (ContrastiveRepresentation)first.Create("crd:dimension=6,temperature=0.25");
        foreach (var (theirs, set, ours) in names)
        {
            Set(method, set, ours, vector.GetProperty(theirs));
        }

        var banks = vector.GetProperty("banks");
        Fill(method.StudentBank, Numbers(banks[0]));
        Fill(method.TeacherBank, Numbers(banks[1]));
        foreach (var expected in vector.GetProperty("batches").EnumerateArray())
        {
            int[] order = [.. expected.GetProperty("cases").EnumerateArray().Select(c => c.GetInt32())];
            using var batch = Batch(order, labels);
            Agrees(batch, method, expected, names);
            var after = expected.GetProperty("banksAfter");
            Assert.InRange(Difference(Doubles(method.StudentBank), Numbers(after[0])), 0, Tolerance);
            Assert.InRange(Difference(Doubles(method.TeacherBank), Numbers(after[1])), 0, Tolerance);
        }
    }

    [Fact]
    public void Soft_dtw_and_its_divergence()
    {
        // The teacher's first three units are meant: they are put where the method looks for its three.
        int[] channels = [.. Enumerable.Range(0, 4)];
        new SeededRandom(3, "dt2w").Shuffle(channels);
        foreach (var expected in Vectors.GetProperty("dt2w").EnumerateArray())
        {
            using var batch = Batch([0, 1, 2]);
            batch.TeacherStates =
            [
                .. batch.TeacherStates.Select(c =>
                    c.Select(h => Enumerable.Range(0, 4).Select(u => h[Array.IndexOf(channels, u)]).ToArray()).ToArray()
                ),
            ];
            var form = expected.GetProperty("divergence").GetBoolean() ? "divergence" : "plain";
            var gamma = expected.GetProperty("gamma").GetDouble();

            Agrees(batch, batch.Create(FormattableString.Invariant($"dt2w:gamma={gamma},form={form}")), expected);
        }
    }

    [Fact]
    public void Temporal_saliency_from_logits()
    {
        var vector = Vectors.GetProperty("tsd");
        var (plain, changed) = (Floats(vector.GetProperty("plain")), Floats(vector.GetProperty("changed")));
        var teacher = vector.GetProperty("teacher");
        var (teacherPlain, teacherChanged) = (Floats(teacher[0]), Floats(teacher[1]));
        foreach (var expected in vector.GetProperty("runs").EnumerateArray())
        {
            var temperature = expected.GetProperty("temperature").GetDouble();
            var ours = new TemporalSaliency.Saliency(3, temperature);
            var theirs = new TemporalSaliency.Saliency(3, temperature);
            ours.Begin(6);
            theirs.Begin(6);
            for (var number = 0; number < 6; number++)
            {
                var i = number / 2;
                ours.Set(number, plain.AsSpan(i * 3, 3), changed.AsSpan(number * 3, 3));
                theirs.Set(number, teacherPlain.AsSpan(i * 3, 3), teacherChanged.AsSpan(number * 3, 3));
            }

            var loss = ours.Compare(theirs);
            var (dPlain, dChanged) = (new float[9], new float[18]);
            for (var number = 0; number < 6; number++)
            {
                ours.AddGradient(number, 2, dPlain.AsSpan(number / 2 * 3, 3), dChanged.AsSpan(number * 3, 3));
            }

            Assert.Equal(expected.GetProperty("loss").GetDouble(), loss, 1e-9); // double on both sides
            var gradient = expected.GetProperty("gradient");
            Assert.InRange(Difference(Halves(dPlain), Numbers(gradient.GetProperty("plain"))), 0, Tolerance);
            Assert.InRange(Difference(Halves(dChanged), Numbers(gradient.GetProperty("changed"))), 0, Tolerance);
        }
    }

    /// <summary>The vectors' states; cases beyond the third have none and are only entries of a bank.</summary>
    private static PairBatch Batch(int[] order, int[]? labels = null)
    {
        int[] lengths = [.. Vectors.GetProperty("lengths").EnumerateArray().Select(l => l.GetInt32())];
        var (students, teachers) = (States("student", "studentUnits"), States("teacher", "teacherUnits"));
        var shape = new PairShape([.. lengths, .. Enumerable.Repeat(2, (labels?.Length ?? 3) - 3)])
        {
            Student = 3,
            Teacher = 4,
            Classes = 3,
            Order = order,
            Labels = labels,
        };
        return new PairBatch(shape)
        {
            StudentStates = [.. order.Select(i => students[i])],
            TeacherStates = [.. order.Select(i => teachers[i])],
        };
    }

    private static double[][][] States(string name, string units)
    {
        var rows = Numbers(Vectors.GetProperty(name)).Chunk(Vectors.GetProperty(units).GetInt32()).ToArray();
        var result = new List<double[][]>();
        foreach (var length in Vectors.GetProperty("lengths").EnumerateArray().Select(l => l.GetInt32()))
        {
            result.Add(rows[..length]);
            rows = rows[length..];
        }

        return [.. result];
    }

    private static void Agrees(
        PairBatch batch,
        IDistillationMethod method,
        JsonElement expected,
        params (string Theirs, int Set, string Ours)[] parameters
    )
    {
        var loss = batch.Evaluate(method);

        Assert.Equal(1, loss / expected.GetProperty("loss").GetDouble(), Tolerance);
        var gradient = expected.GetProperty("gradient");
        var states = batch.StateGradient;
        double[][][] byCase = [.. Enumerable.Range(0, 3).Select(i => states[Array.IndexOf(batch.Order, i)])];
        Assert.InRange(Difference(Flat(byCase), Numbers(gradient.GetProperty("student"))), 0, Tolerance);
        foreach (var (theirs, set, ours) in parameters)
        {
            var own = Doubles(method.Auxiliary[set].Gradient[ours]);
            Assert.InRange(Difference(own, Numbers(gradient.GetProperty(theirs))), 0, Tolerance);
        }
    }

    private static void Set(IDistillationMethod method, int set, string name, JsonElement values) =>
        Fill(method.Auxiliary[set].Values[name], Numbers(values));

    private static void Fill(Span<float> destination, double[] values)
    {
        Assert.Equal(destination.Length, values.Length);
        for (var k = 0; k < values.Length; k++)
        {
            destination[k] = (float)values[k];
        }
    }

    private static IEnumerable<double> Halves(float[] values) => values.Select(v => (double)v / 2);

    private static double[] Numbers(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetDouble())];

    private static float[] Floats(JsonElement element) => [.. Numbers(element).Select(v => (float)v)];
}
