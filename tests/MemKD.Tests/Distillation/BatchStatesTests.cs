using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Tests.Distillation;

public sealed class BatchStatesTests : IDisposable
{
    private readonly WorkerTeam team = new(1);

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public void States_come_by_case_and_a_gradient_goes_back_to_its_place(int count)
    {
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Gru, 1, 3, 1, 2));
        network.Initialize(new SeededRandom(1));
        var workspace = new NetworkWorkspace(network, count, 5, team);
        var batch = new SequenceBatch(count, 1, 5);
        batch.Begin(count, 5);
        var random = new SeededRandom(2);
        for (var i = 0; i < count; i++)
        {
            batch.Set(i, [.. Enumerable.Range(0, 2 + (i % 4)).Select(_ => (float)random.NextGaussian())]);
        }

        workspace.Forward(batch, training: true);
        for (var panel = 0; panel < workspace.HiddenGradient.PanelCount; panel++)
        {
            for (var t = 0; t < 5; t++)
            {
                workspace.HiddenGradient.At(panel, t).Clear();
            }
        }

        var states = new BatchStates();
        states.Load(workspace.Hidden);
        for (var i = 0; i < count; i++)
        {
            var expected = new float[states.LengthOf(i) * 3];
            workspace.Hidden.CopyCase(i, expected);
            Assert.Equal(2 + (i % 4), states.LengthOf(i));
            Assert.Equal(expected, states.Student(i).ToArray());
            Assert.All(states.Gradient(i).ToArray(), g => Assert.Equal(0, g));
            states.Student(i).CopyTo(states.Gradient(i));
        }

        states.AddGradientTo(workspace.HiddenGradient);
        states.AddGradientTo(workspace.HiddenGradient);
        for (var i = 0; i < count; i++)
        {
            var gradient = new float[states.LengthOf(i) * 3];
            workspace.HiddenGradient.CopyCase(i, gradient);
            Assert.Equal(states.Student(i).ToArray().Select(h => h + h), gradient);
        }
    }

    public void Dispose() => team.Dispose();
}
