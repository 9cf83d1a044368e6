using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Layers;

/// <summary>
/// Dropout between layers. That the gradient passes the same mask is checked against the reference (EngineCases.Small).
/// </summary>
public class DropoutTests
{
    [Fact]
    public void The_seed_decides_the_mask_and_evaluation_has_none()
    {
        var first = Logits(0.5f, seed: 1);

        Agreement.SameBits("same seed", Logits(0.5f, seed: 1), first);
        Assert.NotEqual(first, Logits(0.5f, seed: 2));
        Agreement.SameBits("rate 0", Logits(0f, seed: 1), Logits(0f, seed: 2));
        Assert.NotEqual(first, Logits(0f, seed: 1));
    }

    [Fact]
    public void The_last_layer_and_a_single_layer_are_not_dropped()
    {
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, 8, 1, 2));
        network.Initialize(new SeededRandom(1));

        Agreement.SameBits("one layer", Run(network, 0.9f, 1), Run(network, 0f, 1));
    }

    [Fact]
    public void A_unit_is_dropped_with_the_stated_rate_and_kept_ones_are_scaled_up_to_the_same_mean()
    {
        // Second layer: an RNN unit that adds up the units below. Weights so small that tanh is linear: every output is
        // its mask times a known number.
        const float rate = 0.3f;
        const int cases = 160;
        var shape = new NetworkShape(CellKind.Rnn, 1, 100, 2, 1);
        var network = new RecurrentNetwork(shape);
        network.Parameters["rnn.bias_ih_l0"].Fill(1e-3f);
        for (var u = 0; u < 100; u++)
        {
            network.Parameters["rnn.weight_ih_l1"][(u * 100) + u] = 1;
        }

        network.Pack();
        using var team = new WorkerTeam(1);
        var workspace = new NetworkWorkspace(network, cases, 1, team);
        var batch = new SequenceBatch(cases, 1, 1);
        batch.Begin(cases, 1);
        workspace.Forward(batch, training: true, rate, new SeededRandom(4));
        var factors = Enumerable
            .Range(0, cases)
            .SelectMany(i => EngineCase.HiddenOf(workspace, i))
            .Select(h => Math.Round(h / 1e-3, 4))
            .ToArray();

        // 16 000 draws: the share has a standard deviation of sqrt(0.3·0.7/16000) = 0.0036; four of them are allowed.
        var keep = Math.Round(1 / (1 - (double)rate), 4);
        Assert.All(factors, f => Assert.True(f == 0 || Math.Abs(f - keep) < 1e-3));
        Assert.InRange(factors.Count(f => f == 0) / (double)factors.Length, rate - 0.0145, rate + 0.0145);
    }

    private static float[] Logits(float rate, ulong seed)
    {
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Gru, 1, 8, 2, 2));
        network.Initialize(new SeededRandom(1));
        return Run(network, rate, seed);
    }

    private static float[] Run(RecurrentNetwork network, float rate, ulong seed)
    {
        using var team = new WorkerTeam(1);
        var workspace = new NetworkWorkspace(network, 3, 4, team);
        var batch = new SequenceBatch(3, 1, 4);
        batch.Begin(3, 4);
        batch.Set(0, [1f, 2f, 3f, 4f]);
        workspace.Forward(batch, training: true, rate, new SeededRandom(seed));
        return workspace.Logits.ToArray();
    }
}
