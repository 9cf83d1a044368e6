using MemKD.Distillation.Methods;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.DiscrepancyReference;

namespace MemKD.Tests.Distillation;

/// <summary>MemKD's variants: z of the short term, reach of the long one, all layers of the teacher, schedules.</summary>
public class MemoryDiscrepancyVariantTests
{
    private const double Tolerance = 5e-6; // as in MemoryDiscrepancyTests
    private static readonly MemoryDiscrepancy.Options Default = new();

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void The_short_term_may_span_more_steps(int z)
    {
        using var batch = new PairBatch(new PairShape(7, 3, 6, 7));
        var options = Default with { LongTermWeight = 0, ShortTermSteps = z };
        (int, int)[] pairs = [.. Enumerable.Range(0, 7 - z).Select(t => (t, t + z))];
        var expected = Loss(batch.StudentStates, batch.TeacherStates, pairs, 1e-6);

        var loss = batch.Evaluate(new MemoryDiscrepancy(options));

        Assert.Equal(1, loss / expected, Tolerance);
        var slopes = Gradient(batch.StudentStates, batch.TeacherStates, pairs, 1e-6, 1e-5);
        Assert.InRange(Difference(batch.StateGradient, slopes), 0, Tolerance);
    }

    [Fact]
    public void A_z_that_no_series_has_gives_no_short_term() =>
        Assert.Equal(0, Evaluate(Default with { LongTermWeight = 0, ShortTermSteps = 7 }, 0, 7, 4));

    [Theory]
    [InlineData(1, 45)]
    [InlineData(0.35, 24)] // up to 3 steps of 10: 9 + 8 + 7 pairs
    [InlineData(0.01, 9)] // never less than one step
    public void Random_pairs_reach_as_far_as_they_may_and_are_equally_likely(double reach, int different)
    {
        const int Draws = 6000;
        using var batch = new DiscrepancyBatch([10], studentUnits: 1);
        var probe = new PairProbe(batch);
        var random = new SeededRandom(4);
        var counts = new Dictionary<(int, int), int>();
        for (var draw = 0; draw < Draws; draw++)
        {
            var pair = probe.Draw(Default with { Reach = reach }, random)!.Value;
            counts[pair] = counts.GetValueOrDefault(pair) + 1;
        }

        Assert.Equal(different, counts.Count);
        var share = 1.0 / different;
        var deviation = Math.Sqrt(Draws * share * (1 - share));
        Assert.All(
            counts.Values,
            n => Assert.InRange(n, (Draws * share) - (5 * deviation), (Draws * share) + (5 * deviation))
        );
    }

    [Fact]
    public void All_layers_of_the_teacher_are_the_sum_of_each()
    {
        using var batch = new PairBatch(new PairShape(7, 3, 6) { TeacherLayers = 3, Bidirectional = true });
        var options = Default with { LongTermWeight = 0, AllLayers = true };

        var loss = batch.Evaluate(new MemoryDiscrepancy(options));

        var student = batch.StudentStates;
        var expected = Enumerable.Range(0, 3).Sum(l => Loss(student, batch.TeacherLayer(l), ShortTerm(7), 1e-6));
        Assert.Equal(1, loss / expected, Tolerance);
        var slopes = Enumerable
            .Range(0, 3)
            .Select(l => Gradient(student, batch.TeacherLayer(l), ShortTerm(7), 1e-6, 1e-5))
            .ToArray();
        double[][][] sum =
        [
            .. slopes[0]
                .Select(
                    (c, i) => c.Select((h, t) => h.Select((_, u) => slopes.Sum(s => s[i][t][u])).ToArray()).ToArray()
                ),
        ];
        Assert.InRange(Difference(batch.StateGradient, sum), 0, Tolerance);
        Assert.NotEqual(loss, batch.Evaluate(new MemoryDiscrepancy(options with { AllLayers = false })), 1e-6);
    }

    [Fact]
    public void Layers_share_the_random_pairs()
    {
        using var batch = new PairBatch(new PairShape(9, 9) { TeacherLayers = 2 });
        var (all, last) = (new SeededRandom(1), new SeededRandom(1));

        batch.Evaluate(new MemoryDiscrepancy(Default with { AllLayers = true }), all);
        batch.Evaluate(new MemoryDiscrepancy(Default), last);

        Assert.Equal(last.GetState(), all.GetState());
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0.199, 1, 0)]
    [InlineData(0.2, 2, 0)]
    [InlineData(0.299, 2, 0)]
    [InlineData(0.3, 0, 1)]
    [InlineData(1, 0, 1)]
    public void The_curriculum_goes_from_one_step_over_two_to_random_pairs(double progress, int steps, double longTerm)
    {
        var options = Default with { Schedule = MemoryDiscrepancy.TermSchedule.Curriculum };
        var expected =
            longTerm > 0
                ? Evaluate(Default with { ShortTermWeight = 0 }, 0, 9, 5)
                : Evaluate(Default with { LongTermWeight = 0, ShortTermSteps = steps }, 0, 9, 5);

        Assert.Equal(expected, Evaluate(options, progress, 9, 5));
    }

    [Theory]
    [InlineData(0.2, 0.5, 0.07585818002)] // σ(0) and σ(−2.5), over their sum
    [InlineData(0.3, 0.22270013882, 0.22270013882)] // both σ(−1.25): equal shares
    [InlineData(0.4, 0.07585818002, 0.5)]
    [InlineData(0.6, 0, 1)]
    [InlineData(1, 0, 1)]
    public void The_dynamic_schedule_fades_the_long_term_into_the_short_one(
        double progress,
        double falling,
        double rising
    )
    {
        var longTerm = Evaluate(Default with { ShortTermWeight = 0 }, 0, 9, 5);
        var shortTerm = Evaluate(Default with { LongTermWeight = 0 }, 0, 9, 5);

        var loss = Evaluate(Default with { Schedule = MemoryDiscrepancy.TermSchedule.Dynamic }, progress, 9, 5);

        Assert.Equal(((falling * longTerm) + (rising * shortTerm)) / (falling + rising), loss, 1e-9);
    }

    private static double Evaluate(MemoryDiscrepancy.Options options, double progress, params int[] lengths)
    {
        using var batch = new PairBatch(new PairShape(lengths));
        return batch.Evaluate(new MemoryDiscrepancy(options), new SeededRandom(1), progress: progress);
    }
}
