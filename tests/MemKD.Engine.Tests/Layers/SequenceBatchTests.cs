using MemKD.Engine.Kernels;
using MemKD.Engine.Layers;

namespace MemKD.Engine.Tests.Layers;

public unsafe class SequenceBatchTests
{
    [Fact]
    public void A_case_lies_in_its_lane_one_slot_late_and_all_else_is_zero()
    {
        var batch = new SequenceBatch(20, 2, 5);
        batch.Begin(18, 5);
        for (var i = 0; i < 18; i++)
        {
            batch.Set(i, [9f, 9f, 9f, 9f, 9f, 9f, 9f, 9f, 9f, 9f]);
        }

        batch.Begin(18, 3);
        batch.Set(17, [1f, 2f, 3f, 4f]);

        // Case 17: panel 1, lane 1. Slots of 2 channels × 16 lanes; T + 2 = 5 slots a panel.
        var expected = new float[2 * 5 * 2 * 16];
        expected[(((5 + 1) * 2) + 0) * 16 + 1] = 1;
        expected[(((5 + 2) * 2) + 0) * 16 + 1] = 2;
        expected[(((5 + 1) * 2) + 1) * 16 + 1] = 3;
        expected[(((5 + 2) * 2) + 1) * 16 + 1] = 4;
        Assert.Equal(2, batch.PanelCount);
        Assert.Equal(2 * Panel.Lanes, batch.Stride);
        Assert.Equal(expected, new ReadOnlySpan<float>(batch.Input, expected.Length).ToArray());
        Assert.True(batch.IsUneven);
        Assert.Equal(2, batch.LengthOf(17));
        Assert.Equal(3, batch.LengthOf(0));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var batch = new SequenceBatch(2, 1, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Begin(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Begin(2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Begin(2, 0));
        batch.Begin(1, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Set(0, [1f, 2f, 3f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Set(0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Set(1, [1f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Set(-1, [1f]));
    }

    [Theory]
    [InlineData(3, 1, 4)]
    [InlineData(2, 1, 5)]
    [InlineData(2, 2, 4)]
    public void A_workspace_refuses_a_batch_that_does_not_fit(int cases, int channels, int length)
    {
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, 2, 1, 2));
        using var team = new WorkerTeam(1);
        var workspace = new NetworkWorkspace(network, 2, 4, team);
        var batch = new SequenceBatch(cases, channels, length);
        batch.Begin(cases, length);

        Assert.Throws<ArgumentOutOfRangeException>(() => workspace.Forward(batch, training: false));
    }
}
