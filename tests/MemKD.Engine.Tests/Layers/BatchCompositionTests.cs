using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Layers;

/// <summary>A case's result does not depend on the company it is computed in.</summary>
public sealed class BatchCompositionTests : IDisposable
{
    private const int Inputs = 2;
    private const int OwnLength = 9;
    private readonly WorkerTeam team = new(1);
    private readonly float[] values = Gaussians(1, Inputs * OwnLength);

    public static TheoryData<CellKind, bool, Pooling> Networks =>
        new(
            from cell in Enum.GetValues<CellKind>()
            from bidirectional in (bool[])[false, true]
            from pooling in Enum.GetValues<Pooling>()
            select (cell, bidirectional, pooling)
        );

    [Theory]
    [MemberData(nameof(Networks))]
    public void Other_cases_the_lane_and_the_length_of_the_batch_do_not_change_a_bit(
        CellKind cell,
        bool bidirectional,
        Pooling pooling
    )
    {
        var network = new RecurrentNetwork(new NetworkShape(cell, Inputs, 5, 2, 3, bidirectional, pooling));
        network.Initialize(new SeededRandom(2));
        var (logits, hidden) = Run(network, cases: 1, place: 0, OwnLength);

        foreach (var (cases, place, length) in ((int, int, int)[])[(2, 1, 9), (17, 16, 9), (16, 15, 30), (33, 20, 10)])
        {
            var (logitsThere, hiddenThere) = Run(network, cases, place, length);
            Agreement.SameBits($"logits at {place} of {cases}, T {length}", logitsThere, logits);
            Agreement.SameBits($"states at {place} of {cases}, T {length}", hiddenThere, hidden);
        }
    }

    [Fact]
    public void A_batch_leaves_nothing_behind_for_the_next()
    {
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, Inputs, 5, 2, 3, Bidirectional: true));
        network.Initialize(new SeededRandom(2));
        var workspace = new NetworkWorkspace(network, 20, 30, team);
        var fresh = new NetworkWorkspace(network, 20, 30, team);
        var batch = new SequenceBatch(20, Inputs, 30);
        var gradient = network.Parameters.ZerosLike();
        var expected = network.Parameters.ZerosLike();

        // A longer, fuller batch before must not matter.
        Fill(batch, 20, 3, 30);
        Step(workspace, batch, network.Parameters.ZerosLike());
        Fill(batch, 3, 1, OwnLength);
        Step(workspace, batch, gradient);
        Step(fresh, batch, expected);

        Agreement.SameBits("gradient", gradient.Values, expected.Values);
        Agreement.SameBits("logits", workspace.Logits, fresh.Logits);
    }

    public void Dispose() => team.Dispose();

    private static void Step(NetworkWorkspace workspace, SequenceBatch batch, ParameterSet gradient)
    {
        workspace.Forward(batch, training: true, dropout: 0.5f, new SeededRandom(9));
        workspace.LogitGradient.Fill(0.25f);
        workspace.Backward(gradient);
    }

    private (float[] Logits, float[] Hidden) Run(RecurrentNetwork network, int cases, int place, int length)
    {
        var workspace = new NetworkWorkspace(network, cases, length, team);
        var batch = new SequenceBatch(cases, Inputs, length);
        Fill(batch, cases, place, length);
        workspace.Forward(batch, training: false);
        var classes = network.Shape.ClassCount;
        return (workspace.Logits.Slice(place * classes, classes).ToArray(), EngineCase.HiddenOf(workspace, place));
    }

    /// <summary>The case at its place among others of other lengths, one of them of the batch's length T.</summary>
    private void Fill(SequenceBatch batch, int cases, int place, int length)
    {
        batch.Begin(cases, length);
        for (var i = 0; i < cases; i++)
        {
            batch.Set(i, i == place ? values : Gaussians(i + 10, Inputs * (length - (i % length))));
        }
    }

    private static float[] Gaussians(int seed, int count)
    {
        var random = new SeededRandom((ulong)seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }
}
