using MemKD.Series;

namespace MemKD.Tests.Series;

public class StratifiedSplitTests
{
    [Fact]
    public void Classes_share_validation_in_their_proportions()
    {
        int[] labels = [.. Enumerable.Repeat(0, 60), .. Enumerable.Repeat(2, 30), .. Enumerable.Repeat(1, 10)];
        var (train, validation) = StratifiedSplit.Split(labels, 0.2, 1);

        Assert.Equal([12, 2, 6], new[] { 0, 1, 2 }.Select(k => validation.Count(i => labels[i] == k)));
        Assert.Equal(Enumerable.Range(0, 100), train.Concat(validation).Order());
        Assert.Equal(train.Order(), train);
        Assert.Equal(validation.Order(), validation);
    }

    [Fact]
    public void Remainders_go_to_the_classes_that_lost_most()
    {
        // 0.3 of 5, 4 and 2 cases is 1.5, 1.2 and 0.6: in all 3.3, so 3; floors 1, 1, 0; the third is next.
        int[] labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2];
        var (_, validation) = StratifiedSplit.Split(labels, 0.3, 5);

        Assert.Equal([1, 1, 1], new[] { 0, 1, 2 }.Select(k => validation.Count(i => labels[i] == k)));
    }

    [Fact]
    public void Every_class_keeps_a_case_in_training()
    {
        int[] labels = [0, 1, 1, 2, 2, 2];
        var (train, validation) = StratifiedSplit.Split(labels, 0.99, 3);

        Assert.Equal([0, 1, 2], train.Select(i => labels[i]).Distinct().Order());
        Assert.Equal(3, validation.Length);
        Assert.Contains(0, train);
    }

    [Fact]
    public void One_case_a_class_leaves_nothing_for_validation()
    {
        var (train, validation) = StratifiedSplit.Split([4, 3, 2, 1], 0.5, 1);

        Assert.Empty(validation);
        Assert.Equal([0, 1, 2, 3], train);
    }

    [Fact]
    public void The_seed_decides()
    {
        var labels = Enumerable.Range(0, 200).Select(i => i % 3).ToArray();
        int[] Validation(ulong seed) => StratifiedSplit.Split(labels, 0.25, seed).Validation;

        Assert.Equal(Validation(9), Validation(9));
        Assert.NotEqual(Validation(9), Validation(10));
    }

    [Fact]
    public void Each_case_of_a_class_is_chosen_equally_often()
    {
        var labels = new int[4];
        var counts = new int[4];
        for (var seed = 0ul; seed < 4000; seed++)
        {
            counts[StratifiedSplit.Split(labels, 0.25, seed).Validation[0]]++;
        }

        // Binomial(4000, 1/4): five standard deviations are 137.
        Assert.All(counts, c => Assert.Equal(1000.0, c, 137.0));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_fraction_outside_zero_to_one_is_refused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Split([0, 0], fraction, 1));
}
