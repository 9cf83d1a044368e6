using MemKD.Export.Quantization;
using MemKD.Runtime.Integer;

namespace MemKD.Tests.Export.Quantization;

public sealed class QuantizationGateTests
{
    [Theory]
    [InlineData(true, true, WeightFormat.EightBitPowerOfTwo)]
    [InlineData(false, true, WeightFormat.EightBitMultiplier)]
    [InlineData(false, false, WeightFormat.SixteenBit)]
    public void The_first_format_that_passes_is_taken(bool first, bool second, WeightFormat expected) =>
        Assert.Equal(
            expected,
            QuantizationGate.Choose([
                new(WeightFormat.EightBitPowerOfTwo, .9, 0, 1, first),
                new(WeightFormat.EightBitMultiplier, .9, 0, 1, second),
                new(WeightFormat.SixteenBit, .9, .1, .9, false),
            ])
        );

    [Fact]
    public void Both_limits_count()
    {
        var model = MadeStudents.Of("lstm 8 1 2 mean");
        var random = new Engine.Random.SeededRandom(5);
        float[][] series =
        [
            .. Enumerable
                .Range(0, 40)
                .Select(_ => (float[])[.. Enumerable.Range(0, 12).Select(_ => (float)random.NextGaussian())]),
        ];
        var own = QuantizationGate.Probabilities(Quantizer.Quantize(model, WeightFormat.SixteenBit), series);
        int[] labels = [.. own.Chunk(2).Select(p => p[1] > p[0] ? 1 : 0)];
        labels[3] = 1 - labels[3];

        var same = QuantizationGate.Measure(model, new GateCases(series, labels, own));
        Assert.Equal(
            [WeightFormat.EightBitPowerOfTwo, WeightFormat.EightBitMultiplier, WeightFormat.SixteenBit],
            same.Select(c => c.Format)
        );
        Assert.Equal((0, 1, true), (same[2].AucPrcLoss, same[2].Agreement, same[2].Passes));

        // A float student that decides one of 40 cases otherwise: 97.5 % agree, whatever the area.
        var flipped = own.ToArray();
        (flipped[6], flipped[7]) = (flipped[7], flipped[6]);
        Assert.False(QuantizationGate.Measure(model, new GateCases(series, labels, flipped))[2].Passes);
    }
}
