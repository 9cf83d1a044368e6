using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Distillation;

public sealed class TeacherStatesTests : IDisposable
{
    private const int Units = 5;
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 50).Select(i => 3 + (i * 11 % 17))];
    private readonly WorkerTeam team = new(2);
    private readonly PreparedCases cases = Cases();
    private readonly RecurrentNetwork network = new(
        new NetworkShape(CellKind.Lstm, 2, Units, 2, 3, Bidirectional: true)
    );

    public TeacherStatesTests() => network.Initialize(new SeededRandom(3));

    [Fact]
    public void Kept_and_recomputed_states_have_the_same_bits_whatever_the_batch()
    {
        var kept = new TeacherStates(network, cases, long.MaxValue, team);
        var again = new TeacherStates(network, cases, memoryCap: 0, team);
        Assert.True(kept.IsCached);
        Assert.False(again.IsCached);
        Assert.Equal(2 * Units, again.HiddenSize);

        foreach (
            var batch in (int[][])
                [
                    [0],
                    [49, 3, 17],
                    [.. Enumerable.Range(0, 40).Select(i => 49 - i)],
                    [5, 5],
                ]
        )
        {
            kept.Require(batch);
            again.Require(batch);
            foreach (var index in batch)
            {
                Assert.Equal(Lengths[index] * 2 * Units, again.Hidden(index).Length);
                Assert.Equal(Bits(kept.Hidden(index)), Bits(again.Hidden(index)));
                Assert.Equal(Bits(kept.Logits(index)), Bits(again.Logits(index)));
            }
        }
    }

    [Fact]
    public void The_cap_counts_the_bytes_of_all_hidden_states()
    {
        long bytes = Lengths.Sum() * 2 * Units * sizeof(float);

        Assert.True(new TeacherStates(network, cases, bytes, team).IsCached);
        Assert.False(new TeacherStates(network, cases, bytes - 1, team).IsCached);
    }

    public void Dispose() => team.Dispose();

    private static PreparedCases Cases()
    {
        var random = new SeededRandom(2);
        float[] values = [.. Enumerable.Range(0, 2 * Lengths.Sum()).Select(_ => (float)random.NextGaussian())];
        return new PreparedCases(2, Lengths, values, new int[Lengths.Length], 3);
    }

    private static int[] Bits(ReadOnlySpan<float> values) =>
        [.. values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
