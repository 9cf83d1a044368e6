namespace MemKD.Runtime.Integer;

/// <summary>One gate of one unit in real numbers.</summary>
/// <param name="HiddenWeights">Of states, Q0.15: [H]; above the first layer [2H], those of the layer's own states first.</param>
/// <param name="InputWeights">Of samples: [D], those of differences twice; above the first layer empty.</param>
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
    byte HiddenShift,
    byte Shift,
    short Multiplier
);

/// <summary>
/// The scale of each row. With scale s a hidden weight is round(w/s), an input weight round(8w/s), a bias round(2^15·b/s):
/// the accumulator counts in s·2^−15. z in Q4.12 is accumulator · s/8; a tanh row gives 2z, so its s counts twice.
/// int16 has two scales a row: hidden weights and bias are summed in their own, which is the finer one, and shifted to that of the
/// inputs, whose products are up to 16 times as large. Else the inputs would take the bits away from the hidden weights.
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
            WeightFormat.SixteenBit => [.. rows.Select(r => WithTwoExponents(r) ?? throw TooLarge())],
            WeightFormat.EightBitPowerOfTwo =>
            [
                .. rows.Select(r =>
                    Exponents(12, -1).Select(e => WithExponent(r, e)).FirstOrDefault(f => f != null) ?? throw TooLarge()
                ),
            ],
            _ => WithMultipliers(rows),
        };

    /// <summary>
    /// int16: hidden weights at the largest 2^e ≤ 2^15 at which they and their sum fit, then the inputs at the largest that is not
    /// above it; null when nothing fits. z is Q5.15, so the shift of a tanh row, e − 1, must be at least 1.
    /// </summary>
    private static IntegerRow? WithTwoExponents(FloatRow row)
    {
        const int First = 15;
        const int Last = 2;
        var alone = row with { InputWeights = [] };
        var hidden = Exponents(First, Last).Where(e => At(alone, e, e) != null).ToArray();
        return hidden.Length == 0
            ? null
            : Exponents(hidden[0], Last).Select(e => At(row, hidden[0], e)).FirstOrDefault(f => f != null);

        static IntegerRow? At(FloatRow row, int hidden, int input)
        {
            var shift = input - (row.IsTanh ? 1 : 0);
            return Fit(
                row,
                Math.ScaleB(1, -input),
                short.MaxValue,
                half: 1 << (shift - 1),
                (byte)shift,
                multiplier: 0,
                (byte)(hidden - input)
            );
        }
    }

    private static IEnumerable<int> Exponents(int first, int last) =>
        Enumerable.Range(0, first - last + 1).Select(i => first - i);

    /// <summary>int8: a row at s = 2^−e, or null when it does not fit. The shift of a tanh row, e + 2, must be at least 1.</summary>
    private static IntegerRow? WithExponent(FloatRow row, int e)
    {
        var shift = e + (row.IsTanh ? 2 : 3);
        return Fit(row, Math.ScaleB(1, -e), sbyte.MaxValue, half: 1 << (shift - 1), (byte)shift, multiplier: 0);
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
        var input = row.InputWeights.Select(w => Math.Abs((double)w)).DefaultIfEmpty().Max();
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
        short multiplier,
        byte hiddenShift = 0
    )
    {
        // GRU's candidate: the bias of the input joins after the shift, that inside the reset gate's product before it.
        var isSplit = row.HiddenBias.HasValue;
        var hiddenScale = Math.ScaleB(scale, -hiddenShift);
        var hidden = Array.ConvertAll(row.HiddenWeights, w => Math.Round(w / hiddenScale));
        var input = Array.ConvertAll(row.InputWeights, w => Math.Round(8 * w / scale));
        var bias = isSplit
            ? Math.Round(row.Bias * 32768 / scale) + half
            : Math.Round(row.Bias * 32768 / hiddenScale) + Math.ScaleB(half, hiddenShift);
        var hiddenBias = row.HiddenBias is { } b ? Math.Round(b * 32768 / hiddenScale) : (double?)null;

        // First sum, and what it is at most after the shift, which cuts toward −∞; then the whole.
        var first = (hidden.Sum(Math.Abs) * 32768) + Math.Abs(hiddenBias ?? bias);
        var whole =
            Math.Ceiling(Math.ScaleB(first, -hiddenShift))
            + (input.Sum(Math.Abs) * 32768)
            + (isSplit ? Math.Abs(bias) : 0);
        if (
            first >= Limit
            || whole >= Limit
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
            hiddenShift,
            shift,
            multiplier
        );
    }

    private static InputException TooLarge() =>
        new("the weights are too large for integers; distil with --weight-decay, or export float32.");
}
