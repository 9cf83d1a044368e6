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
        var student = Quantizer.Quantize(OneUnit(.75f), WeightFormat.SixteenBit);

        // Of the state at 2^15, 2^14, 2^13, 2^15; of the inputs, .75, 0, −.25, .125 times 8, at 2^12, 2^14, 2^13, 2^14.
        Assert.Equal([16384, -16384, 16384, 0], student.HiddenWeights.Select(w => (int)w));
        Assert.Equal([24576, 0, -16384, 16384], student.InputWeights.Select(w => (int)w));
        Assert.Equal([3, 0, 0, 1], student.HiddenShifts.Select(s => (int)s));
        Assert.Equal([12, 14, 12, 14], student.RowShifts.Select(s => (int)s));
        Assert.Equal((int)(.75 * (1 << 30)) + (1 << 14), student.Bias[0]);
        Assert.Equal((int)(.75 * (1 << 28)) + (1 << 11), student.Bias[2]);
    }

    /// <summary>Inputs of 8 · 100 leave 2^5 of int16 in row i.</summary>
    [Fact]
    public void A_large_weight_lowers_the_scale_of_its_own_rows_inputs_alone()
    {
        var student = Quantizer.Quantize(OneUnit(100), WeightFormat.SixteenBit);
        var other = Quantizer.Quantize(OneUnit(.75f), WeightFormat.SixteenBit);

        Assert.Equal((25600, 5, 10), (student.InputWeights[0], student.RowShifts[0], student.HiddenShifts[0]));
        Assert.Equal(other.HiddenWeights, student.HiddenWeights);
        Assert.Equal(other.InputWeights.Skip(1), student.InputWeights.Skip(1));
        Assert.Equal(other.RowShifts.Skip(1), student.RowShifts.Skip(1));
    }

    /// <summary>The largest weight of each part of a row takes 15 of the 16 bits, unless the row's sum or the limit 2^15 forbids it: at least 12.</summary>
    [Theory]
    [InlineData("lstm 8 1 2 mean differences", 32)]
    [InlineData("gru 8 1 3 last differences", 24)]
    public void One_row_of_huge_weights_leaves_the_others_their_bits(string shape, int rows)
    {
        var model = MadeStudents.Of(shape);
        var plain = Quantizer.Quantize(model, WeightFormat.SixteenBit);
        var student = Quantizer.Quantize(model.WithLargeRow(8, 300), WeightFormat.SixteenBit);

        // Row 8 of PyTorch is the second gate of the first unit.
        for (var row = 0; row < rows; row++)
        {
            var (hidden, input) = (Row(student.HiddenWeights, row, 8), Row(student.InputWeights, row, 2));
            Assert.True(hidden.Max(Math.Abs) >= 1 << 12, $"row {row}");
            if (row == 1)
            {
                Assert.NotEqual(Row(plain.HiddenWeights, row, 8), hidden);
                continue;
            }

            Assert.Equal(Row(plain.HiddenWeights, row, 8), hidden);
            Assert.Equal(Row(plain.InputWeights, row, 2), input);
        }
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
        var made =
            from largest in (double[])[.01, 1, 5, 25]
            from factor in (float[])[1, 8]
            select MadeStudents.Of("gru 8 3 3 mean differences 3-layers", largest).WithLargeRow(17, factor);
        foreach (var model in made)
        {
            var student = Quantizer.Quantize(model, format);
            Assert.Equal(72, student.Bias.Count);
            Assert.Equal(24 * 6, student.InputWeights.Count);
            Assert.Equal(48 * 8, student.UpperWeights.Count);
            for (var row = 0; row < student.Bias.Count; row++)
            {
                var isCandidate = row % 3 == 2;
                var bias = Math.Abs((long)student.Bias[row]);
                var hidden =
                    (Row(student.HiddenWeights, row, 8).Sum(w => Math.Abs((long)w)) * 32768)
                    + (isCandidate ? Math.Abs((long)student.CandidateBias[row / 3]) : bias);
                Assert.InRange(hidden, 0, int.MaxValue);

                // Shifts cut toward −∞: one more below 0.
                var inputWeights =
                    row < 24 ? Row(student.InputWeights, row, 6) : Row(student.UpperWeights, row - 24, 8);
                var input = inputWeights.Sum(w => Math.Abs((long)w)) * 32768;
                var shifted = -(-hidden >> student.HiddenShifts[row]);
                Assert.InRange(shifted + input + (isCandidate ? bias : 0), 0, int.MaxValue);
            }

            if (format != WeightFormat.SixteenBit)
            {
                Assert.All(student.HiddenWeights.Concat(student.UpperWeights), w => Assert.InRange(w, -127, 127));
                Assert.All(student.HiddenShifts, s => Assert.Equal(0, s));
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
    [InlineData(CellKind.Lstm, Pooling.Last, WeightFormat.SixteenBit, 1e-3, 2)]
    [InlineData(CellKind.Lstm, Pooling.Mean, WeightFormat.EightBitPowerOfTwo, 6e-3, 3)]
    [InlineData(CellKind.Gru, Pooling.Last, WeightFormat.EightBitMultiplier, 6e-3, 2)]
    [InlineData(CellKind.Gru, Pooling.Mean, WeightFormat.SixteenBit, 1e-3, 2)]
    [InlineData(CellKind.Rnn, Pooling.Mean, WeightFormat.SixteenBit, 1e-3, 2)]
    public void An_integer_student_stays_near_the_float_network(
        CellKind cell,
        Pooling pooling,
        WeightFormat format,
        double tolerance, // sigmoid's table alone is wrong by 4e-4 at most; int8 weights by 1/254 of a row's largest
        int layers = 1
    )
    {
        var classifier = SmallModels.Classifier(new NetworkShape(cell, 2, 8, layers, 3, Pooling: pooling));
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

    /// <summary>A second layer like the first: its weights for the states below are in the row's scale, without the 8 of samples.</summary>
    [Fact]
    public void A_hand_worked_second_layer()
    {
        var model = OneUnit(.75f);
        var student = Quantizer.Quantize(
            model.Changed(layers: [model.Layers[0], model.Layers[0]]),
            WeightFormat.EightBitPowerOfTwo
        );

        // Rows (U, W) = (.5, .75), (−1, 0), (2, −.25), (0, .125): the last at 2^9, the largest at which .125 is within 127
        Assert.Equal([64, -64, 64, 0, 64, -64, 64, 0], student.HiddenWeights.Select(w => (int)w));
        Assert.Equal([96, 0, -8, 64], student.UpperWeights.Select(w => (int)w));
        Assert.Equal([10, 9, 7, 15, 10, 9, 7, 12], student.RowShifts.Select(w => (int)w));
    }

    private static int[] Row(IReadOnlyList<short> weights, int row, int count) =>
        [.. weights.Skip(row * count).Take(count).Select(w => (int)w)];

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
