namespace MemKD.Runtime.Integer;

/// <summary>
/// A float student → an integer student, from the weights alone: no calibration data, no training. Formats and bounds:
/// docs/formats/c99.md. Every row is proved not to leave 32 bits for any input; a model whose rows cannot fit is refused.
/// </summary>
public static class Quantizer
{
    /// <summary>Makes the integer student, whose scores are those of <c>memkd export</c>'s C code of the same format, bit for bit.</summary>
    /// <param name="model">The float student.</param>
    /// <param name="format">How weights are kept; what each costs: docs/quantization.md.</param>
    /// <exception cref="InputException">The model has a form or weights that the integers cannot hold.</exception>
    public static IntegerStudent Quantize(StudentModel model, WeightFormat format)
    {
        Check(model);
        var units = model.HiddenSize;
        var scaled = RowScaling.Of(
            [.. Enumerable.Range(0, model.Layers.Count).SelectMany(l => Rows(model, l))],
            format
        );
        var (headWeights, headBias, headShift) = Head(model);
        var differences = (model.DifferenceScales ?? []).Select(Inverse).ToArray();
        return new IntegerStudent
        {
            Model = model,
            Format = format,
            HiddenWeights = [.. scaled.SelectMany(r => r.HiddenWeights.Take(units))],
            InputWeights = [.. scaled.SelectMany(r => r.InputWeights)],
            UpperWeights = [.. scaled.SelectMany(r => r.HiddenWeights.Skip(units))],
            Bias = [.. scaled.Select(r => r.Bias)],
            CandidateBias = [.. scaled.Where(r => r.HiddenBias.HasValue).Select(r => r.HiddenBias!.Value)],
            HiddenShifts = [.. scaled.Select(r => r.HiddenShift)],
            RowShifts = [.. scaled.Select(r => r.Shift)],
            RowMultipliers =
                format == WeightFormat.EightBitMultiplier
                    ? [.. scaled.Select(r => r.Multiplier)]
                    : Array.Empty<short>(),
            HeadWeights = headWeights,
            HeadBias = headBias,
            HeadShift = headShift,
            DifferenceMultipliers = [.. differences.Select(d => d.Multiplier)],
            DifferenceShifts = [.. differences.Select(d => d.Shift)],
        };
    }

    private static void Check(StudentModel model)
    {
        if (model.Scaling == SampleScaling.Raw)
        {
            throw new InputException(
                "the student takes samples as they are, and integers hold −8 to 8 alone; train and distil with --normalise train-channel-z, or export float32."
            );
        }
    }

    /// <summary>
    /// The rows of a layer, unit by unit, gates in PyTorch's order. Above the first layer inputs are states as well, Q0.15: their weights
    /// stand behind those of the layer's own states, in the same scale.
    /// </summary>
    private static FloatRow[] Rows(StudentModel model, int number)
    {
        var layer = model.Layers[number];
        var (units, gates) = (model.HiddenSize, model.GateCount);
        var inputs = number == 0 ? model.InputSize : 0;

        // Samples are Q4.12, differences Q5.11: one that counts half has its weight twice, which float does exactly.
        int Unit(int input) => input < model.ChannelCount ? 1 : 2;
        FloatRow Row(int unit, int gate)
        {
            var at = (gate * units) + unit;
            var isCandidateOfGru = model.Cell == Cell.Gru && gate == 2;
            return new FloatRow(
                [
                    .. layer.HiddenWeights.AsSpan(at * units, units),
                    .. layer.InputWeights.Skip(at * units).Take(number == 0 ? 0 : units),
                ],
                [.. Enumerable.Range(0, inputs).Select(d => layer.InputWeights[(at * inputs) + d] * Unit(d))],
                (double)layer.InputBias[at] + (isCandidateOfGru ? 0 : layer.HiddenBias[at]),
                isCandidateOfGru ? layer.HiddenBias[at] : null,
                IsTanh: gate == 2 || model.Cell == Cell.Rnn
            );
        }

        return
        [
            .. from unit in Enumerable.Range(0, units) from gate in Enumerable.Range(0, gates) select Row(unit, gate),
        ];
    }

    /// <summary>Linear layer: int16 weights at 2^f, f = 12 or the next lower at which each weight and each row's sum fit.</summary>
    private static (short[] Weights, int[] Bias, int Shift) Head(StudentModel model)
    {
        var units = model.HiddenSize;
        for (var f = 12; f >= 0; f--)
        {
            var weights = Array.ConvertAll(model.HeadWeights, w => Math.Round(w * Math.ScaleB(1, f)));
            var shift = f + 3;
            var bias = Array.ConvertAll(
                model.HeadBias,
                b => Math.Round(b * Math.ScaleB(1, f + 15)) + (1 << (shift - 1))
            );
            var fits =
                weights.All(w => Math.Abs(w) <= short.MaxValue)
                && bias.Select((b, k) => Math.Abs(b) + (weights.Skip(k * units).Take(units).Sum(Math.Abs) * 32768))
                    .All(sum => sum < RowScaling.Limit / 2);
            if (fits)
            {
                return (Array.ConvertAll(weights, w => (short)w), Array.ConvertAll(bias, b => (int)b), shift);
            }
        }

        throw new InputException(
            "the weights of the linear layer are too large for integers; distil with --weight-decay, or export float32."
        );
    }

    /// <summary>1/(2s) = multiplier · 2^−shift, the multiplier of 14 bits: 17-bit differences times it stay below 2^31.</summary>
    private static (short Multiplier, byte Shift) Inverse(double scale)
    {
        if (scale == 0)
        {
            return (0, 1);
        }

        var exponent = Math.ILogB(1 / scale);
        var multiplier = Math.Round(Math.ScaleB(1 / scale, 13 - exponent));
        if (multiplier == 1 << 14)
        {
            (multiplier, exponent) = (1 << 13, exponent + 1);
        }

        var shift = 14 - exponent;
        if (shift < 1)
        {
            throw new InputException(
                $"differences of {scale:G3} are too small for samples in steps of 1/4096; train with --no-differences, or export float32."
            );
        }

        // Above 2^16 a difference is below 2^−12 of its scale: 0 to the last bit.
        return shift > 30 ? ((short)0, (byte)1) : ((short)multiplier, (byte)shift);
    }
}
