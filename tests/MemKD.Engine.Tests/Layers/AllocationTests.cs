using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Engine.Optimization;
using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Layers;

// Alone: a collection that another test causes can show up in a thread's count of bytes.
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public class AllocationTests
{
    [Theory]
    [InlineData(CellKind.Lstm, false)]
    [InlineData(CellKind.Gru, true)]
    [InlineData(CellKind.Rnn, false)]
    public void A_training_step_allocates_nothing_after_the_first(CellKind cell, bool bidirectional)
    {
        var network = new RecurrentNetwork(new NetworkShape(cell, 2, 9, 2, 3, bidirectional));
        network.Initialize(new SeededRandom(1));
        using var team = new WorkerTeam(1);
        var workspace = new NetworkWorkspace(network, 20, 12, team);
        var batch = new SequenceBatch(20, 2, 12);
        var gradient = network.Parameters.ZerosLike();
        var optimizer = new Adam(network.Parameters, weightDecay: 0.01, decoupled: true);
        var average = new WeightAverage(network.Parameters, 0.99);
        var schedule = new LearningRate(ScheduleKind.Cosine, 0.01, 100, WarmUp: 5);
        var random = new SeededRandom(2);
        var values = new float[24];
        var labels = Enumerable.Range(0, 20).Select(i => i % 3).ToArray();

        void Step(int update)
        {
            batch.Begin(20, 12);
            for (var i = 0; i < 20; i++)
            {
                batch.Set(i, values.AsSpan(0, 24 - (2 * (i % 5))));
            }

            gradient.Values.Clear();
            workspace.Forward(batch, training: true, dropout: 0.2f, random);
            workspace.LogitGradient.Clear();
            CrossEntropy.Evaluate(workspace.Logits, labels, 0.1, 1, workspace.LogitGradient);
            workspace.Backward(gradient);
            GradientClipping.ToNorm(gradient, 1);
            optimizer.Step(network.Parameters, gradient, schedule.At(update));
            network.Pack();
            average.Add(network.Parameters, update);
        }

        Step(0);
        Step(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step(2);
        Step(3);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
