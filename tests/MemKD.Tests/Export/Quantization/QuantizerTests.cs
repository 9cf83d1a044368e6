using MemKD.Engine.Layers;
using MemKD.Export.Quantization;
using MemKD.Models;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using MemKD.Tests.Models;

namespace MemKD.Tests.Export.Quantization;

public sealed class QuantizerTests
{
    /// <summary>Hand-worked: one unit with gates i, f, g, o; weights of the state .5, −1, 2, 0, biases .5 + .25 in each.</summary>
    [Fact]
    public void A_hand_worked_unit_in_int16()
    {
        // Input weights .75, 0, −.25, .125 at 2^15; the largest row, g, comes to (8192 + 8192) · 32768 + .75 · 2^27.
        var student = Quantizer.Quantize(OneUnit(.75f), WeightFormat.SixteenBit);

        Assert.Equal([2048, -4096, 8192, 0], student.HiddenWeights.Select(w => (int)w));
        Assert.Equal([24576, 0, -8192, 4096], student.InputWeights.Select(w => (int)w));
        Assert.Equal([15, 15, 14, 15], student.RowShifts.Select(s => (int)s));
        Assert.Equal((int)(.75 * (1 << 27)) + (1 << 14), student.Bias[0]);
        Assert.Equal((int)(.75 * (1 << 27)) + (1 << 13), student.Bias[2]);
    }

    /// <summary>An input weight of 1 would be 2^15, which int16 does not hold: all rows at 2^11.</summary>
    [Fact]
    public void A_weight_that_does_not_fit_lowers_the_scale_of_all_rows()
    {
        var student = Quantizer.Quantize(OneUnit(1), WeightFormat.SixteenBit);

        Assert.Equal([1024, -2048, 4096, 0], student.HiddenWeights.Select(w => (int)w));
        Assert.Equal([16384, 0, -4096, 2048], student.InputWeights.Select(w => (int)w));
        Assert.Equal([14, 14, 13, 14], student.RowShifts.Select(s => (int)s));
    }

    /// <summary>int8: each row at the largest power of two at which its largest weight is at most 127.</summary>
    [Fact]
    public void A_hand_worked_unit_in_int8()
    {
        var student = Quantizer.Quantize(OneUnit(.75f), WeightFormat.EightBitPowerOfTwo);

        // .5 · 2^7, −1 · 2^6, 2 · 2^5, and a row of zeros at 2^12; shifts e + 3, one less in row g
        Assert.Equal([64, -64, 64, 0], student.HiddenWeights.Select(w => (int)w));
        Assert.Equal([768, 0, -64, 4096], student.InputWeights.Select(w => (int)w));
        Assert.Equal([10, 9, 7, 15], student.RowShifts.Select(s => (int)s));
    }

    [Theory]
    [InlineData(WeightFormat.SixteenBit)]
    [InlineData(WeightFormat.EightBitPowerOfTwo)]
    [InlineData(WeightFormat.EightBitMultiplier)]
    public void No_row_can_leave_32_bits_however_large_the_weights(WeightFormat format)
    {
        foreach (var largest in (double[])[.01, 1, 5, 25])
        {
            var student = Quantizer.Quantize(MadeStudents.Of("gru 8 3 3 mean differences", largest), format);
            for (var row = 0; row < student.Bias.Count; row++)
            {
                var hidden = student.HiddenWeights.Skip(row * 8).Take(8).Sum(w => Math.Abs((long)w));
                var input = student.InputWeights.Skip(row * 6).Take(6).Sum(w => Math.Abs((long)w));
                var bias = Math.Abs((long)student.Bias[row]);
                if (row % 3 == 2)
                {
                    bias += Math.Abs((long)student.CandidateBias[row / 3]);
                }

                Assert.InRange(((hidden + input) * 32768) + bias, 0, int.MaxValue);
            }

            if (format != WeightFormat.SixteenBit)
            {
                Assert.All(student.HiddenWeights, w => Assert.InRange(w, -127, 127));
            }
        }
    }

    /// <summary>The engine's forward pass computes the same network in float, by other code.</summary>
    [Theory]
    [InlineData(CellKind.Lstm, Pooling.Last, WeightFormat.SixteenBit, 1e-3)]
    [InlineData(CellKind.Lstm, Pooling.Mean, WeightFormat.EightBitPowerOfTwo, 6e-3)]
    [InlineData(CellKind.Gru, Pooling.Last, WeightFormat.SixteenBit, 1e-3)]
    [InlineData(CellKind.Gru, Pooling.Mean, WeightFormat.EightBitMultiplier, 6e-3)]
    [InlineData(CellKind.Rnn, Pooling.Mean, WeightFormat.SixteenBit, 1e-3)]
    public void An_integer_student_stays_near_the_float_network(
        CellKind cell,
        Pooling pooling,
        WeightFormat format,
        double tolerance // sigmoid's table alone is wrong by 4e-4 at most; int8 weights by 1/254 of a row's largest
    )
    {
        var classifier = SmallModels.Classifier(new NetworkShape(cell, 2, 8, 1, 3, Pooling: pooling));
        var series = classifier.Preparation.Apply(SmallModels.Series(2));
        var logits = SmallModels.Logits(classifier.Network, series);
        var student = Quantizer.Quantize(classifier.ToStudent(), format);

        var values = Enumerable.Range(0, series.Count).Select(i => series.Values(i).ToArray()).ToArray();
        var probabilities = QuantizationGate.Probabilities(student, values).Chunk(3).ToArray();

        for (var i = 0; i < logits.Length; i++)
        {
            var powers = Array.ConvertAll(logits[i], z => Math.Exp(z));
            Assert.All(
                Enumerable.Range(0, 3),
                k => Assert.InRange(probabilities[i][k] - (powers[k] / powers.Sum()), -tolerance, tolerance)
            );
        }
    }

    [Fact]
    public void Differences_are_those_of_the_samples_over_their_scale()
    {
        // A plain unit with weight 1 on the difference alone: h = tanh((x(t) − x(t−1)) / .8), 0 at the first sample.
        var student = Quantizer.Quantize(
            MadeStudents
                .Of("rnn 1 1 2 last differences")
                .Changed(
                    layers: [new LayerWeights([0, 1], [0], [0], [0])],
                    differenceScales: [.8],
                    headWeights: [0, 1],
                    headBias: [0, 0]
                ),
            WeightFormat.SixteenBit
        );
        var state = new IntegerState(student);
        var logits = new int[2];
        double[] samples = [3, 3.5, 3.2, 3.2, -7.9, 7.9];
        for (var t = 0; t < samples.Length; t++)
        {
            student.Step(state, [IntegerStudent.ToSample((float)samples[t])]);
            student.Logits(state, logits);
            var expected = t == 0 ? 0 : Math.Tanh((samples[t] - samples[t - 1]) / .8);

            // two table errors of 4e-4, samples and logits in steps of 1/4096
            Assert.InRange((logits[1] / 4096.0) - expected, -1.5e-3, 1.5e-3);
        }
    }

    /// <summary>Spikes: weight .05 on a difference of up to 16 scales, far beyond the ±8 of a sample.</summary>
    [Fact]
    public void Differences_reach_to_16_of_their_scale_and_are_held_there()
    {
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            var student = Quantizer.Quantize(
                MadeStudents
                    .Of("rnn 1 1 2 last differences")
                    .Changed(
                        layers: [new LayerWeights([0, .05f], [0], [0], [0])],
                        differenceScales: [.5],
                        headWeights: [0, 1],
                        headBias: [0, 0]
                    ),
                format
            );
            var state = new IntegerState(student);
            var logits = new int[2];
            foreach (
                var (sample, difference) in ((double, double)[])[(-4, 0), (2, 12), (-5.5, -15), (4.25, 16), (-7.5, -16)]
            )
            {
                student.Step(state, [IntegerStudent.ToSample((float)sample)]);
                student.Logits(state, logits);

                // two table errors of 4e-4, samples and logits in steps of 1/4096
                Assert.InRange((logits[1] / 4096.0) - Math.Tanh(.05 * difference), -1.5e-3, 1.5e-3);
            }
        }
    }

    [Theory]
    [InlineData("lstm 4 1 2 last raw", 1, "--normalise train")]
    [InlineData("lstm 4 1 2 last", 50_000, "too large")]
    public void What_integers_cannot_hold_is_refused_in_one_line(string shape, double largest, string expected)
    {
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            var e = Assert.Throws<InputException>(() => Quantizer.Quantize(MadeStudents.Of(shape, largest), format));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    [Fact]
    public void Several_layers_are_refused_in_one_line()
    {
        var model = MadeStudents.Of("lstm 4 1 2 last");
        var e = Assert.Throws<InputException>(() =>
            Quantizer.Quantize(model.Changed(layers: [model.Layers[0], model.Layers[0]]), WeightFormat.SixteenBit)
        );
        Assert.Contains("--layers 1", e.Message, StringComparison.Ordinal);
    }

    private static StudentModel OneUnit(float inputWeight) =>
        MadeStudents
            .Of("lstm 1 1 2 last")
            .Changed(
                layers:
                [
                    new LayerWeights(
                        [inputWeight, 0, -.25f, .125f],
                        [.5f, -1, 2, 0],
                        [.5f, .5f, .5f, .5f],
                        [.25f, .25f, .25f, .25f]
                    ),
                ]
            );
}
