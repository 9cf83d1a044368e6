namespace MemKD.Runtime.Integer;

/// <summary>One gate of one unit in real numbers.</summary>
/// <param name="HiddenWeights">[H].</param>
/// <param name="InputWeights">[D], those of differences twice.</param>
/// <param name="Bias">Both biases; of GRU's candidate that of the input alone.</param>
/// <param name="HiddenBias">GRU's candidate: the bias inside the reset gate's product; else null.</param>
/// <param name="IsTanh">The row feeds a tanh.</param>
internal sealed record FloatRow(
    float[] HiddenWeights,
    float[] InputWeights,
    double Bias,
    double? HiddenBias,
    bool IsTanh
);

/// <summary>One gate of one unit in integers; see <see cref="IntegerStudent"/>.</summary>
internal sealed record IntegerRow(
    short[] HiddenWeights,
    short[] InputWeights,
    int Bias,
    int? HiddenBias,
    byte Shift,
    short Multiplier
);

/// <summary>
/// The scale of each row. With scale s a hidden weight is round(w/s), an input weight round(8w/s), a bias round(2^15·b/s):
/// the accumulator counts in s·2^−15. z in Q4.12 is accumulator · s/8; a tanh row gives 2z, so its s counts twice.
/// </summary>
internal static class RowScaling
{
    /// <summary>Accumulators stay below it.</summary>
    public const double Limit = 2147483648.0;

    /// <summary>All rows in integers.</summary>
    /// <exception cref="InputException">A row does not fit.</exception>
    public static IntegerRow[] Of(FloatRow[] rows, WeightFormat format) =>
        format switch
        {
            WeightFormat.SixteenBit => WithOneExponent(rows),
            WeightFormat.EightBitPowerOfTwo =>
            [
                .. rows.Select(r =>
                    Exponents(12).Select(e => WithExponent(r, e, sbyte.MaxValue)).FirstOrDefault(f => f != null)
                    ?? throw TooLarge()
                ),
            ],
            _ => WithMultipliers(rows),
        };

    /// <summary>int16: the largest common f ≤ 12 at which every row fits.</summary>
    private static IntegerRow[] WithOneExponent(FloatRow[] rows)
    {
        foreach (var f in Exponents(12))
        {
            var scaled = Array.ConvertAll(rows, r => WithExponent(r, f, short.MaxValue));
            if (!scaled.Contains(null))
            {
                return scaled!;
            }
        }

        throw TooLarge();
    }

    /// <summary>Down to −1: the shift of a tanh row, e + 2, must be at least 1.</summary>
    private static IEnumerable<int> Exponents(int first) => Enumerable.Range(0, first + 2).Select(i => first - i);

    /// <summary>A row at s = 2^−e, or null when it does not fit.</summary>
    private static IntegerRow? WithExponent(FloatRow row, int e, int largestWeight)
    {
        var shift = e + (row.IsTanh ? 2 : 3);
        return Fit(row, Math.ScaleB(1, -e), largestWeight, half: 1 << (shift - 1), (byte)shift, multiplier: 0);
    }

    /// <summary>int8 with multipliers: s as small as weights and sums allow, m = round(s · 2^(13+shift)), one shift for all.</summary>
    private static IntegerRow[] WithMultipliers(FloatRow[] rows)
    {
        var scales = Array.ConvertAll(rows, Scale);
        static double Gain(FloatRow row) => row.IsTanh ? 2 : 1;

        var largest = rows.Zip(scales, (r, s) => Gain(r) * s).Max();
        var shift = Math.Min(15, Math.ILogB(32767 / (largest * 8192)));
        if (shift < 0)
        {
            throw TooLarge();
        }

        return
        [
            .. rows.Zip(
                scales,
                (row, s) =>
                {
                    var multiplier = Math.Max(1, Math.Round(Gain(row) * s * Math.ScaleB(1, 13 + shift)));
                    var half = Math.Round(Math.ScaleB(1, 15 + shift) / multiplier);
                    return Fit(row, s, sbyte.MaxValue, half, (byte)shift, (short)multiplier) ?? throw TooLarge();
                }
            ),
        ];
    }

    private static double Scale(FloatRow row)
    {
        var hidden = row.HiddenWeights.Max(w => Math.Abs((double)w));
        var input = row.InputWeights.Max(w => Math.Abs((double)w));
        var sum =
            row.HiddenWeights.Sum(w => Math.Abs((double)w))
            + (8 * row.InputWeights.Sum(w => Math.Abs((double)w)))
            + Math.Abs(row.Bias)
            + Math.Abs(row.HiddenBias ?? 0);

        // 65,536 would be the limit of the sum; the rest is for rounding, of which each weight may add a half. Not below
        // 2^−12, so that a row of zeros has a scale.
        var forSum = sum / (65536 - 1024 - row.HiddenWeights.Length - row.InputWeights.Length);
        return new[] { hidden / 127, input * 8 / 32767, forSum, Math.ScaleB(1, -12) }.Max();
    }

    /// <summary>Rounds a row, and proves that its weights and its largest sum fit; null when they do not.</summary>
    private static IntegerRow? Fit(
        FloatRow row,
        double scale,
        int largestWeight,
        double half,
        byte shift,
        short multiplier
    )
    {
        var hidden = Array.ConvertAll(row.HiddenWeights, w => Math.Round(w / scale));
        var input = Array.ConvertAll(row.InputWeights, w => Math.Round(8 * w / scale));
        var bias = Math.Round(row.Bias * 32768 / scale) + half;
        var hiddenBias = row.HiddenBias is { } b ? Math.Round(b * 32768 / scale) : (double?)null;
        var bound = ((hidden.Sum(Math.Abs) + input.Sum(Math.Abs)) * 32768) + Math.Abs(bias) + Math.Abs(hiddenBias ?? 0);
        if (
            bound >= Limit
            || hidden.Any(w => Math.Abs(w) > largestWeight)
            || input.Any(w => Math.Abs(w) > short.MaxValue)
        )
        {
            return null;
        }

        return new IntegerRow(
            Array.ConvertAll(hidden, w => (short)w),
            Array.ConvertAll(input, w => (short)w),
            (int)bias,
            (int?)hiddenBias,
            shift,
            multiplier
        );
    }

    private static InputException TooLarge() =>
        new("the weights are too large for integers; distil with --weight-decay, or export float32.");
}
