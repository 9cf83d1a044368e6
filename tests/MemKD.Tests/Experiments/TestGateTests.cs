using MemKD.Engine.Layers;
using MemKD.Experiments;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Tests.Experiments;

public sealed class TestGateTests
{
    private readonly RecurrentClassifier model;
    private readonly TestGate gate;
    private int opened;

    public TestGateTests()
    {
        var train = new TimeSeriesDataset(
            "x",
            [
                new(
                    [
                        [1, 2, 3],
                    ],
                    "a"
                ),
                new(
                    [
                        [3, 2, 1],
                    ],
                    "b"
                ),
            ]
        );
        gate = new TestGate(
            new TestDoor(
                "x",
                "nowhere",
                train,
                () =>
                {
                    opened++;
                    return train;
                }
            )
        );
        model = new RecurrentClassifier(
            new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, 2, 1, 2)),
            train.Classes,
            Preparation.Fit(train, new PreparationOptions()),
            new ModelOrigin()
        );
    }

    [Fact]
    public void Test_cases_come_after_the_last_choice()
    {
        gate.SettleLambda();
        gate.Fix(model);

        Assert.Equal(2, gate.Open(model).Cases.Count);
        Assert.Equal(["train read", "lambda settled", "weights fixed", "test read"], gate.Trail);
        Assert.True(TestGate.IsLawful(gate.Trail, isDistilled: true));
        Assert.False(TestGate.IsLawful(gate.Trail, isDistilled: false));
    }

    [Fact]
    public void Not_before_the_weights_are_fixed()
    {
        var error = Assert.Throws<InvalidOperationException>(() => gate.Open(model));

        Assert.Contains("train read, test read", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, opened);

        // Who asked too early has lost, whatever follows.
        gate.Fix(model);
        Assert.Throws<InvalidOperationException>(() => gate.Open(model));
        Assert.False(TestGate.IsLawful(gate.Trail, isDistilled: false));
        Assert.Equal(0, opened);
    }

    [Fact]
    public void Not_for_weights_that_changed_after_they_were_fixed()
    {
        gate.Fix(model);
        model.Network.Parameters.Values[0] += 1;

        Assert.Throws<InvalidOperationException>(() => gate.Open(model));
        Assert.Equal(0, opened);
    }

    [Fact]
    public void Not_twice_and_nothing_is_chosen_afterwards()
    {
        gate.Fix(model);
        gate.Open(model);

        Assert.Throws<InvalidOperationException>(() => gate.Open(model));
        Assert.Throws<InvalidOperationException>(gate.SettleLambda);
        Assert.Throws<InvalidOperationException>(() => gate.Fix(model));
        Assert.Equal(1, opened);
    }
}
