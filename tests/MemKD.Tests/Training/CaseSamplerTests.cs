using MemKD.Engine.Random;
using MemKD.Training;

namespace MemKD.Tests.Training;

public class CaseSamplerTests
{
    [Theory]
    [InlineData(10, 3)]
    [InlineData(7, 7)]
    [InlineData(5, 100)]
    [InlineData(1, 1)]
    public void Every_epoch_holds_each_case_once_in_a_new_order(int count, int batchSize)
    {
        const int Epochs = 30;
        var sampler = new CaseSampler(count, batchSize, new SeededRandom(1));
        Assert.Equal(Math.Min(count, batchSize), sampler.BatchSize);
        var batch = new int[sampler.BatchSize];
        var drawn = new List<int>();
        while (drawn.Count < Epochs * count)
        {
            sampler.Next(batch);
            drawn.AddRange(batch);
        }

        var epochs = drawn.Take(Epochs * count).Chunk(count).ToArray();
        Assert.All(epochs, e => Assert.Equal(Enumerable.Range(0, count), e.Order()));
        Assert.InRange(
            epochs.Select(e => string.Join(' ', e)).Distinct(StringComparer.Ordinal).Count(),
            Math.Min(count, 25),
            Epochs
        );
    }

    [Fact]
    public void A_sampler_goes_on_from_a_saved_state()
    {
        var first = new CaseSampler(10, 4, new SeededRandom(1));
        var batch = new int[4];
        first.Next(batch);
        var second = new CaseSampler(10, 4, new SeededRandom(2));
        second.SetState(first.GetState());
        var again = new int[4];
        for (var i = 0; i < 20; i++)
        {
            first.Next(batch);
            second.Next(again);
            Assert.Equal(batch, again);
        }
    }
}
