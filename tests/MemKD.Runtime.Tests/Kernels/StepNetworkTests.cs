using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Kernels;

namespace MemKD.Runtime.Tests.Kernels;

/// <summary>The step against the equations in double, and against training's forward pass.</summary>
public class StepNetworkTests
{
    private const int Length = 60;

    // Float rounding of about 6e-8 a sum, fed back over 60 steps.
    private const double Tolerance = 1e-5;

    public static TheoryData<CellKind, int, int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<CellKind, int, int, int>();
            foreach (var cell in Enum.GetValues<CellKind>())
            {
                // Around the widths of vectors (4, 8, 16), odd and even, one layer and several, one input and more.
                foreach (var hidden in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33])
                {
                    shapes.Add(cell, 1, hidden, 1);
                    shapes.Add(cell, 3, hidden, 2);
                }

                shapes.Add(cell, 2, 6, 4);
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Hidden_states_and_logits_are_those_of_the_equations(CellKind cell, int inputs, int hidden, int layers)
    {
        foreach (var pooling in Enum.GetValues<Pooling>())
        {
            var model = TestModels.Student(new NetworkShape(cell, inputs, hidden, layers, 3, false, pooling));
            var sequence = Inputs(inputs);
            var expected = ReferenceNetwork.Run<double>(model, sequence);

            var (logits, states) = Run(model, sequence);

            for (var t = 0; t < Length; t++)
            {
                Assert.InRange(TestModels.Largest(states[t], expected.Hidden[t]), 0, Tolerance);
            }

            // Three classes, each a sum over the units.
            Assert.InRange(TestModels.Largest(logits, expected.Logits), 0, Tolerance * Math.Sqrt(hidden));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Logits_are_those_of_training(CellKind cell, int inputs, int hidden, int layers)
    {
        var classifier = TestModels.Classifier(
            new NetworkShape(cell, inputs, hidden, layers, 3, false, Pooling.Mean),
            Series.Normalization.Raw
        );
        var cases = TestModels.Walks(inputs, 1, Length);
        using var team = new Engine.WorkerTeam(1);
        var expected = Array.Empty<double>();
        new Inference(classifier.Network, team).Visit(
            classifier.Preparation.Apply(cases),
            (workspace, _, _) => expected = [.. workspace.Logits[..3].ToArray().Select(z => (double)z)]
        );

        var sequence = Enumerable.Range(0, Length).Select(t => TestModels.Sample(cases.Cases[0], t));
        var (logits, _) = Run(classifier.ToStudent(), [.. sequence]);

        Assert.InRange(TestModels.Largest(logits, expected), 0, Tolerance * Math.Sqrt(hidden));
    }

    [Theory]
    [InlineData(CellKind.Lstm)]
    [InlineData(CellKind.Gru)]
    [InlineData(CellKind.Rnn)]
    public void A_weight_that_is_wrong_by_a_hundredth_is_seen(CellKind cell)
    {
        var model = TestModels.Student(new NetworkShape(cell, 1, 9, 1, 2));
        var sequence = Inputs(1);
        var expected = ReferenceNetwork.Run<double>(model, sequence).Hidden[^1];
        for (var gate = 0; gate < model.GateCount; gate++)
        {
            var wrong = TestModels.Student(new NetworkShape(cell, 1, 9, 1, 2));
            var weights = wrong.Layers[0].HiddenWeights;
            var largest = Enumerable.Range(gate * 81, 81).MaxBy(i => Math.Abs(weights[i]));
            weights[largest] *= 1.01f;
            Assert.True(TestModels.Largest(Run(wrong, sequence).Hidden[^1], expected) > 2 * Tolerance, $"gate {gate}");
        }
    }

    [Fact]
    public void A_mean_over_65_536_states_halves_its_sum_and_count()
    {
        var model = TestModels.Student(new NetworkShape(CellKind.Lstm, 1, 3, 1, 2, false, Pooling.Mean));
        var state = new NetworkState(model.Network);
        var (sums, count) = (new double[3], 0);
        for (var t = 0; t < 140_000; t++)
        {
            model.Network.Step(state, [MathF.Sin(t * 0.01f)]);
            for (var u = 0; u < 3; u++)
            {
                sums[u] += state.Hidden(0)[u];
            }

            if (++count == 65_536)
            {
                count = 32_768;
                sums = [.. sums.Select(s => s / 2)];
            }
        }

        Assert.Equal(count, state.MeanCount);
        Assert.Equal(sums, state.Sums[..3].ToArray());
        var logits = new float[2];
        model.Network.Logits(state, logits);
        for (var k = 0; k < 2; k++)
        {
            var dot = Enumerable.Range(0, 3).Sum(u => model.HeadWeights[(k * 3) + u] * sums[u] / count);
            Assert.Equal(model.HeadBias[k] + dot, logits[k], 1e-6);
        }
    }

    [Fact]
    public void Arrays_that_do_not_fit_are_refused()
    {
        var good = TestModels.Student(new NetworkShape(CellKind.Gru, 1, 3, 1, 2));
        var bad = new StudentModel
        {
            Cell = good.Cell,
            ChannelCount = 2,
            HiddenSize = 3,
            Layers = good.Layers,
            Pooling = good.Pooling,
            HeadWeights = good.HeadWeights,
            HeadBias = good.HeadBias,
            Classes = good.Classes,
            Scaling = SampleScaling.Raw,
        };

        Assert.Throws<ArgumentException>(() => new StepNetwork(bad));
    }

    private static float[][] Inputs(int count) =>
        [
            .. Enumerable
                .Range(0, Length)
                .Select(t =>
                    (float[])[.. Enumerable.Range(0, count).Select(d => 2 * MathF.Sin((0.3f * t) + (1.7f * d) + 1))]
                ),
        ];

    private static (float[] Logits, float[][] Hidden) Run(StudentModel model, float[][] sequence)
    {
        var state = new NetworkState(model.Network);
        var states = new List<float[]>();
        foreach (var input in sequence)
        {
            model.Network.Step(state, input);
            states.Add(state.Hidden(model.Layers.Count - 1)[..model.HiddenSize].ToArray());
        }

        var logits = new float[model.Classes.Count];
        model.Network.Logits(state, logits);
        return (logits, [.. states]);
    }
}
