using MemKD.Distillation.Methods;
using MemKD.Engine.Random;

namespace MemKD.Tests.Distillation;

/// <summary>How the pairs of the long-term loss are drawn. The seed is fixed; bounds are five standard deviations.</summary>
public class PairDrawTests
{
    private const int Length = 6;
    private const int Draws = 15_000;

    [Fact]
    public void Every_pair_of_different_steps_is_equally_likely_the_last_step_included()
    {
        var counts = Count(new MemoryDiscrepancy.Options());

        Assert.Equal(15, counts.Count);
        Assert.DoesNotContain(NoPair, counts.Keys);
        Assert.All(counts.Values, n => InRange(n, 1.0 / 15));
    }

    [Fact]
    public void The_authors_draw_leaves_out_the_last_step_and_may_have_equal_ends()
    {
        var counts = Count(new MemoryDiscrepancy.Options { AuthorSampling = true });

        // Both ends uniform over the first five steps: a pair has 2 of 25 chances, equal ends 5 of 25.
        Assert.DoesNotContain(counts.Keys, p => p.End == Length - 1);
        InRange(counts[NoPair], 0.2);
        counts.Remove(NoPair);
        Assert.Equal(10, counts.Count);
        Assert.All(counts.Values, n => InRange(n, 0.08));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void Series_too_short_for_a_pair_have_no_long_term_loss(int length, bool authors)
    {
        using var batch = new DiscrepancyBatch([length, length]);
        var options = new MemoryDiscrepancy.Options { ShortTermWeight = 0, AuthorSampling = authors };

        Assert.Equal(0, batch.EvaluateOnly(new MemoryDiscrepancy(options), new SeededRandom(1)));
    }

    [Fact]
    public void A_shorter_case_takes_part_only_in_pairs_inside_it()
    {
        using var batch = new DiscrepancyBatch([Length, 3]);
        var method = new MemoryDiscrepancy(new MemoryDiscrepancy.Options { ShortTermWeight = 0, PairCount = 1 });
        var random = new SeededRandom(9);
        var inside = 0;
        for (var draw = 0; draw < 200; draw++)
        {
            var (_, gradient) = batch.Evaluate(method, random);
            var ends = Enumerable.Range(0, Length).Where(t => gradient[0][t].Any(g => g != 0)).ToArray();
            var touched = Enumerable.Range(0, Length).Where(t => gradient[1][t].Any(g => g != 0)).ToArray();
            Assert.Equal(ends[1] < 3 ? ends : [], touched);
            inside += ends[1] < 3 ? 1 : 0;
        }

        Assert.InRange(inside, 1, 199);
    }

    [Fact]
    public void All_cases_of_a_batch_share_the_pairs_and_the_next_batch_has_others()
    {
        using var batch = new DiscrepancyBatch([50, 50]);
        var method = new MemoryDiscrepancy(new MemoryDiscrepancy.Options { ShortTermWeight = 0, PairCount = 3 });
        var random = new SeededRandom(9);
        var first = Touched(batch, method, random);
        var second = Touched(batch, method, random);

        Assert.Equal(first[0], first[1]);
        Assert.Equal(second[0], second[1]);
        Assert.NotEqual(first[0], second[0]);
        Assert.Equal(first[0], Touched(batch, method, new SeededRandom(9))[0]);
    }

    private static (int Start, int End) NoPair => (-1, -1);

    private static int[][] Touched(DiscrepancyBatch batch, MemoryDiscrepancy method, SeededRandom random) =>
        [
            .. batch
                .Evaluate(method, random)
                .Gradient.Select(c => Enumerable.Range(0, 50).Where(t => c[t].Any(g => g != 0)).ToArray()),
        ];

    private static Dictionary<(int Start, int End), int> Count(MemoryDiscrepancy.Options options)
    {
        using var batch = new DiscrepancyBatch([Length], studentUnits: 1);
        var probe = new PairProbe(batch);
        var random = new SeededRandom(4);
        var counts = new Dictionary<(int Start, int End), int>();
        for (var draw = 0; draw < Draws; draw++)
        {
            var pair = probe.Draw(options, random) ?? NoPair;
            counts[pair] = counts.GetValueOrDefault(pair) + 1;
        }

        return counts;
    }

    private static void InRange(int count, double share)
    {
        var deviation = Math.Sqrt(Draws * share * (1 - share));
        Assert.InRange(count, (Draws * share) - (5 * deviation), (Draws * share) + (5 * deviation));
    }
}
