using MemKD.Engine.Layers;
using MemKD.Engine.Layers.Reference;
using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Layers;

/// <summary>The slow reference against central differences in double.</summary>
public class ReferenceNetworkTests
{
    // Central differences of order 4: error about (step²)² ≈ 1e-12 from the formula and 1e-16/step ≈ 1e-13 from rounding,
    // relative to a loss of order 10 and gradients of order 1. No kinks: tanh, sigmoid and the loss are smooth.
    private const double Step = 1e-3;
    private const double Tolerance = 1e-9;

    private static readonly EngineCase OneLayer = new(CellKind.Lstm, 3, 1, 2, 3, 6);

    public static TheoryData<EngineCase> Cases => [.. EngineCases.Small];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_agrees_with_central_differences(EngineCase c)
    {
        var numbers = new CaseLoss(c);

        Agreement.Within(Tolerance, numbers.ElementDifference(numbers.Gradient(Plain(c))));
        Agreement.Within(Tolerance, numbers.ProjectionDifference(numbers.Gradient(Plain(c))));
    }

    [Fact]
    public void One_percent_too_much_in_one_gate_is_found_by_both_checks()
    {
        var numbers = new CaseLoss(OneLayer);
        var planted = numbers.Gradient(new PlantedNetwork(OneLayer));

        // 1 % of one gate of four: far above 1e-9, and it must not be a rounding effect either.
        Assert.True(numbers.ElementDifference(planted).Relative > 1e-4);
        Assert.True(numbers.ProjectionDifference(planted).Relative > 1e-4);
    }

    [Fact]
    public void One_step_of_an_LSTM_with_one_unit_gives_the_numbers_worked_by_hand()
    {
        // All recurrent input is 0 at the first step: a = w·x + b. i = f = o = sigmoid(0) = ½, g = tanh(1),
        // c = ½·tanh(1), h = ½·tanh(c); logit = 2h + 1.
        var shape = new NetworkShape(CellKind.Lstm, 1, 1, 1, 1);
        var parameters = ReferenceNetwork<double>.Zeros(shape);
        parameters["rnn.weight_ih_l0"][2] = 0.5;
        parameters["rnn.bias_ih_l0"][2] = -0.75;
        parameters["rnn.bias_hh_l0"][2] = 0.25;
        parameters["fc.weight"][0] = 2;
        parameters["fc.bias"][0] = 1;

        var trace = new ReferenceNetwork<double>(shape, parameters).Forward([
            [3.0],
        ]);

        var expected = 0.5 * Math.Tanh(0.5 * Math.Tanh(1));
        Assert.Equal(expected, trace.Hidden[0][0], 1e-15);
        Assert.Equal((2 * expected) + 1, trace.Logits[0], 1e-15);
    }

    private static ReferenceNetwork<double> Plain(EngineCase c) => new(c.Shape, c.Parameters());

    /// <summary>An LSTM whose forget gate has a gradient 1 % too large.</summary>
    private sealed class PlantedNetwork(EngineCase c) : ReferenceNetwork<double>(c.Shape, c.Parameters())
    {
        private readonly NetworkShape shape = c.Shape;
        private readonly Dictionary<string, double[]> parameters = c.Parameters();

        private protected override ReferenceLayer<double> Layer(int layer, int direction) =>
            new PlantedLayer(shape, layer, direction, parameters);
    }

    private sealed class PlantedLayer(
        NetworkShape shape,
        int layer,
        int direction,
        Dictionary<string, double[]> parameters
    ) : ReferenceLayer<double>(shape, layer, direction, parameters)
    {
        private protected override double[] CellBackward(
            ReferenceSteps<double> steps,
            int time,
            double[] dHidden,
            double[] dCell,
            double[] carry
        )
        {
            var gates = base.CellBackward(steps, time, dHidden, dCell, carry);
            for (var u = 0; u < dHidden.Length; u++)
            {
                gates[dHidden.Length + u] *= 1.01;
            }

            return gates;
        }
    }

    /// <summary>The case's projected loss as a function of the parameters, and its derivatives by differences.</summary>
    private sealed class CaseLoss(EngineCase c)
    {
        private const int ElementsPerTensor = 4;
        private readonly double[][][]? masks = c.Masks();

        public Dictionary<string, double[]> Gradient(ReferenceNetwork<double> network)
        {
            var gradient = ReferenceNetwork<double>.Zeros(c.Shape);
            for (var i = 0; i < c.Batch; i++)
            {
                var (p, q) = Projections(i);
                network.Backward(network.Forward(c.Rows(c.Values(i), i), masks?[i]), p, q, gradient);
            }

            return gradient;
        }

        /// <summary>A few single parameters of every tensor.</summary>
        public Difference ElementDifference(Dictionary<string, double[]> gradient)
        {
            var random = new SeededRandom(3);
            var parameters = c.Parameters();
            var tensors = new List<(string, double[], double[])>();
            foreach (var (name, values) in parameters)
            {
                var chosen = Enumerable
                    .Range(0, ElementsPerTensor)
                    .Select(_ => random.NextInt(values.Length))
                    .ToArray();
                var numeric = chosen.Select(k =>
                {
                    var start = values[k];
                    var slope = Slope(parameters, x => values[k] = start + x);
                    values[k] = start;
                    return slope;
                });
                tensors.Add((name, [.. chosen.Select(k => gradient[name][k])], [.. numeric]));
            }

            return Agreement.Worst(tensors);
        }

        /// <summary>All parameters at once, along a random direction.</summary>
        public Difference ProjectionDifference(Dictionary<string, double[]> gradient)
        {
            var random = new SeededRandom(4);
            var start = c.Parameters();
            var moved = c.Parameters();
            var direction = start.ToDictionary(
                p => p.Key,
                p => p.Value.Select(_ => random.NextGaussian() * 0.3).ToArray(),
                StringComparer.Ordinal
            );
            var numeric = Slope(
                moved,
                x =>
                {
                    foreach (var (name, values) in moved)
                    {
                        for (var k = 0; k < values.Length; k++)
                        {
                            values[k] = start[name][k] + (x * direction[name][k]);
                        }
                    }
                }
            );
            var analytic = direction.Sum(d => d.Value.Zip(gradient[d.Key], (a, b) => a * b).Sum());
            return Agreement.Worst("projection", [analytic], [numeric]);
        }

        private double Slope(Dictionary<string, double[]> parameters, Action<double> move)
        {
            double At(double x)
            {
                move(x);
                return Loss(parameters);
            }

            return ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
        }

        private double Loss(Dictionary<string, double[]> parameters)
        {
            var network = new ReferenceNetwork<double>(c.Shape, parameters);
            var loss = 0.0;
            for (var i = 0; i < c.Batch; i++)
            {
                var (p, q) = Projections(i);
                var trace = network.Forward(c.Rows(c.Values(i), i), masks?[i]);
                loss += trace.Logits.Zip(p, (a, b) => a * b).Sum();
                loss += trace.Hidden.Zip(q, (h, row) => h.Zip(row, (a, b) => a * b).Sum()).Sum();
            }

            return loss;
        }

        private (double[] Logits, double[][] Hidden) Projections(int index) =>
            (
                Agreement.Doubles(EngineCase.LogitProjection(index)),
                [.. Agreement.Doubles(c.HiddenProjection(index)).Chunk(c.Shape.OutputSize)]
            );
    }
}
