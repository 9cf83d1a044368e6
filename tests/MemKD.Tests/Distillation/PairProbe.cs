using MemKD.Distillation.Methods;
using MemKD.Engine.Random;

namespace MemKD.Tests.Distillation;

/// <summary>Finds out which pair the long-term loss drew: the gradient of a single pair is there and nowhere else.</summary>
internal sealed class PairProbe(DiscrepancyBatch batch)
{
    /// <summary>The next pair of the generator, or null when its ends are equal (no gradient at all).</summary>
    public (int Start, int End)? Draw(MemoryDiscrepancy.Options options, SeededRandom random)
    {
        var method = new MemoryDiscrepancy(options with { ShortTermWeight = 0, PairCount = 1 });
        var (_, gradient) = batch.Evaluate(method, random);
        var steps = Enumerable.Range(0, batch.Lengths.Max());
        var touched = steps.Where(t => gradient.Any(c => c[t].Any(g => g != 0))).ToArray();
        Assert.True(touched.Length is 0 or 2, $"a pair touched {touched.Length} steps");
        return touched.Length == 0 ? null : (touched[0], touched[1]);
    }
}
