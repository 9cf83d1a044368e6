using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Layers;

public class NetworkShapeTests
{
    /// <summary>
    /// Counted by hand with PyTorch's two bias vectors: a layer has G·(H·I + H² + 2H) numbers (LSTM G = 4, GRU 3,
    /// RNN 1), the linear layer H·C + C.
    /// </summary>
    [Theory]
    [InlineData(CellKind.Lstm, 100, 3, 2, 203_002)]
    [InlineData(CellKind.Lstm, 100, 3, 4, 203_204)]
    [InlineData(CellKind.Lstm, 100, 3, 6, 203_406)]
    [InlineData(CellKind.Lstm, 100, 3, 10, 203_810)]
    [InlineData(CellKind.Lstm, 100, 3, 37, 206_537)]
    [InlineData(CellKind.Lstm, 8, 1, 2, 370)]
    [InlineData(CellKind.Lstm, 8, 1, 4, 388)]
    [InlineData(CellKind.Lstm, 8, 1, 6, 406)]
    [InlineData(CellKind.Lstm, 8, 1, 10, 442)]
    [InlineData(CellKind.Lstm, 8, 1, 37, 685)]
    [InlineData(CellKind.Lstm, 10, 1, 2, 542)]
    [InlineData(CellKind.Lstm, 10, 1, 37, 927)]
    [InlineData(CellKind.Lstm, 16, 1, 2, 1_250)]
    [InlineData(CellKind.Lstm, 16, 1, 37, 1_845)]
    [InlineData(CellKind.Gru, 100, 3, 2, 152_302)]
    [InlineData(CellKind.Gru, 8, 1, 2, 282)]
    [InlineData(CellKind.Rnn, 8, 1, 2, 106)]
    public void Parameters_are_as_many_as_PyTorch_has(CellKind cell, int hidden, int layers, int classes, int expected)
    {
        var shape = new NetworkShape(cell, 1, hidden, layers, classes);

        Assert.Equal(expected, shape.ParameterCount);
        Assert.Equal(expected, new RecurrentNetwork(shape).Parameters.Length);
    }

    [Fact]
    public void Names_follow_the_order_of_a_PyTorch_state_dict()
    {
        var names = new NetworkShape(CellKind.Gru, 3, 2, 2, 5, Bidirectional: true).Tensors().ToArray();

        Assert.Equal(
            [
                "rnn.weight_ih_l0",
                "rnn.weight_hh_l0",
                "rnn.bias_ih_l0",
                "rnn.bias_hh_l0",
                "rnn.weight_ih_l0_reverse",
                "rnn.weight_hh_l0_reverse",
                "rnn.bias_ih_l0_reverse",
                "rnn.bias_hh_l0_reverse",
            ],
            names[..8].Select(t => t.Name)
        );
        Assert.Equal([6, 4], names[8].Shape);
        Assert.Equal(["fc.weight", "fc.bias"], names[^2..].Select(t => t.Name));
        Assert.Equal([5, 4], names[^2].Shape);
    }

    [Fact]
    public void Multiply_adds_a_step_are_counted_by_hand()
    {
        // Layer 0: 4·8·(1 + 8) = 288; layer 1: 4·8·(8 + 8) = 512.
        Assert.Equal(800, new NetworkShape(CellKind.Lstm, 1, 8, 2, 2).MultiplyAddsPerStep);

        // Two directions: 2·3·4·(2 + 4) = 144; then 2·3·4·(8 + 4) = 288.
        Assert.Equal(432, new NetworkShape(CellKind.Gru, 2, 4, 2, 2, Bidirectional: true).MultiplyAddsPerStep);
    }

    [Fact]
    public void Starting_weights_are_orthogonal_a_gate_with_an_open_forget_gate()
    {
        const int h = 12;
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 3, h, 2, 4));
        network.Initialize(new SeededRandom(1), forgetBias: 1.5f);
        var recurrent = network.Parameters["rnn.weight_hh_l0"];

        for (var gate = 0; gate < 4; gate++)
        {
            var w = Agreement.Doubles(recurrent.Slice(gate * h * h, h * h)).Chunk(h).ToArray();
            for (var i = 0; i < h; i++)
            {
                for (var j = 0; j < h; j++)
                {
                    // 12 products rounded to float32.
                    Assert.Equal(i == j ? 1 : 0, w[i].Zip(w[j], (a, b) => a * b).Sum(), 1e-6);
                }
            }
        }

        var bias = network.Parameters["rnn.bias_ih_l0"].ToArray();
        Assert.All(bias[h..(2 * h)], b => Assert.Equal(1.5f, b));
        Assert.All((float[])[.. bias[..h], .. bias[(2 * h)..]], b => Assert.Equal(0f, b));
        Assert.All(network.Parameters["rnn.bias_hh_l0"].ToArray(), b => Assert.Equal(0f, b));

        // Standard deviation 2/√D for data and 4/√H for states: a uniform number within ±√3 of it.
        Spread(network.Parameters["rnn.weight_ih_l0"], 2 * MathF.Sqrt(3f / 3));
        Spread(network.Parameters["rnn.weight_ih_l1"], 4 * MathF.Sqrt(3f / h));
        Spread(network.Parameters["fc.weight"], 1 / MathF.Sqrt(h));
    }

    [Fact]
    public void The_seed_decides_the_starting_weights()
    {
        var networks = ((ulong[])[1, 1, 2]).Select(seed =>
        {
            var network = new RecurrentNetwork(new NetworkShape(CellKind.Gru, 1, 8, 1, 2));
            network.InitializeLikePyTorch(new SeededRandom(seed));
            return network;
        });
        var weights = networks.Select(n => n.Parameters.Values.ToArray()).ToArray();

        Agreement.SameBits("weights", weights[1], weights[0]);
        Assert.NotEqual(weights[0], weights[2]);
        Spread(weights[0], 1 / MathF.Sqrt(8));
    }

    /// <summary>Within ±bound, and near it.</summary>
    private static void Spread(ReadOnlySpan<float> values, float bound)
    {
        var largest = values.ToArray().Max(MathF.Abs);
        Assert.InRange(largest, 0.7f * bound, bound);
    }
}
