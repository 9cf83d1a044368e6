using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Tests.Training;

namespace MemKD.Tests.Distillation;

public sealed class TeacherLayersTests : IDisposable
{
    private readonly WorkerTeam team = new(1);
    private readonly MemKD.Series.PreparedCases cases = SmallRun.Ramps(40);
    private readonly RecurrentNetwork network = new(new NetworkShape(CellKind.Gru, 1, 3, 2, 2, Bidirectional: true));

    public TeacherLayersTests() => network.Initialize(new SeededRandom(3));

    [Fact]
    public void A_lower_layer_is_the_last_of_the_network_without_those_above()
    {
        var lower = new RecurrentNetwork(network.Shape with { LayerCount = 1 });
        foreach (
            var parameter in lower.Parameters.Parameters.Where(p => p.Name.StartsWith("rnn", StringComparison.Ordinal))
        )
        {
            network.Parameters[parameter.Name].CopyTo(lower.Parameters[parameter.Name]);
        }

        lower.Pack();
        var states = new TeacherStates(network, cases, long.MaxValue, team);
        var expected = new TeacherStates(lower, cases, long.MaxValue, team);
        Assert.True(states.Hidden(0, 0).IsEmpty); // not kept until asked for
        var last = states.Hidden(7).ToArray();

        states.KeepAllLayers();

        for (var i = 0; i < cases.Count; i++)
        {
            Assert.Equal(expected.Hidden(i).ToArray(), states.Hidden(i, 0).ToArray());
        }

        Assert.Equal(last, states.Hidden(7).ToArray());
        Assert.Equal(last, states.Hidden(7, 1).ToArray());
    }

    [Fact]
    public void Layers_that_do_not_fit_the_memory_are_computed_again_for_a_batch()
    {
        long bytes = cases.Lengths.Sum() * 6 * sizeof(float);
        var kept = new TeacherStates(network, cases, 2 * bytes, team);
        var again = new TeacherStates(network, cases, (2 * bytes) - 1, team);
        kept.KeepAllLayers();
        Assert.True(again.IsCached); // one layer fits
        again.KeepAllLayers();
        Assert.True(kept.IsCached);
        Assert.False(again.IsCached);

        again.Require([5, 2]);

        foreach (var i in (int[])[5, 2])
        {
            Assert.Equal(kept.Hidden(i, 0).ToArray(), again.Hidden(i, 0).ToArray());
            Assert.Equal(kept.Hidden(i, 1).ToArray(), again.Hidden(i, 1).ToArray());
        }
    }

    public void Dispose() => team.Dispose();
}
