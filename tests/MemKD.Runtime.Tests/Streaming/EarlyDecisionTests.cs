using MemKD.Runtime.Streaming;

namespace MemKD.Runtime.Tests.Streaming;

public class EarlyDecisionTests
{
    [Theory]
    [InlineData(0.8, 1, 1, 2)]
    [InlineData(0.8, 2, 0, 5)]
    [InlineData(0.9, 1, 0, 4)]
    [InlineData(0.6, 3, null, null)]
    [InlineData(0.4, 2, 0, 1)]
    [InlineData(1, 1, null, null)]
    public void The_first_run_of_sure_answers_decides(double threshold, int consecutive, int? decision, int? at)
    {
        float[] first = [0.6f, 0.55f, 0.2f, 0.5f, 0.95f, 0.85f, 0.45f];
        var early = new EarlyDecision(new EarlyRule(threshold, consecutive));

        var decided = Enumerable.Range(0, 7).Where(t => early.Observe([first[t], 1 - first[t]])).ToArray();

        Assert.Equal(at is { } t ? [t] : [], decided);
        Assert.Equal(decision, early.Class);
        early.Reset();
        Assert.Null(early.Class);
        Assert.False(new EarlyDecision(new EarlyRule(0.9, 2)).Observe([1, 0]));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.01, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0.5, 0)]
    public void A_rule_that_cannot_be_is_refused(double threshold, int consecutive) =>
        Assert.ThrowsAny<ArgumentException>(() => new EarlyDecision(new EarlyRule(threshold, consecutive)));
}
