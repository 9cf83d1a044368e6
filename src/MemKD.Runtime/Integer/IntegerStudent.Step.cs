namespace MemKD.Runtime.Integer;

// One sample. The C generator prints the same lines: change both or neither.
public sealed partial class IntegerStudent
{
    /// <summary>Samples at which mean pooling halves sums and count.</summary>
    internal const int MostCount = 65536;

    /// <summary>LSTM's cells stay within −this and this − 1.</summary>
    internal const int MostCell = 1 << 30;

    /// <summary>Takes one sample.</summary>
    /// <param name="state">A stream's state.</param>
    /// <param name="sample">Q4.12 as <see cref="ToSample"/> makes it, [C].</param>
    public void Step(IntegerState state, ReadOnlySpan<short> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sample.Length, ChannelCount);
        for (var layer = 0; layer < LayerCount; layer++)
        {
            var first = layer * HiddenSize;
            Array.Copy(state.Hidden, first, state.Inputs, 0, HiddenSize);
            if (layer == 0)
            {
                TakeSample(state, sample);
            }
            else
            {
                Array.Copy(state.Hidden, first - HiddenSize, state.Inputs, HiddenSize, HiddenSize);
            }

            for (var unit = 0; unit < HiddenSize; unit++)
            {
                state.Hidden[first + unit] = Cell switch
                {
                    Cell.Lstm => Lstm(state, first + unit),
                    Cell.Gru => Gru(state, first + unit, state.Inputs[unit]),
                    _ => (short)Tanh(Activation(first + unit, Row(state, first + unit))),
                };
            }
        }

        if (Pooling == StatePooling.Mean)
        {
            AddToMean(state);
        }
        else
        {
            state.Count = 1;
        }
    }

    /// <summary>Inputs behind the old hidden state: the sample, then its differences.</summary>
    private void TakeSample(IntegerState state, ReadOnlySpan<short> sample)
    {
        for (var c = 0; c < ChannelCount; c++)
        {
            state.Inputs[HiddenSize + c] = sample[c];
            if (DifferenceMultipliers.Count == 0)
            {
                continue;
            }

            // 17 bits · 14 bits + rounding half: below 2^31. Then Q5.11, held to 16 bits.
            var difference = state.Count == 0 ? 0 : sample[c] - state.Previous[c];
            var shift = DifferenceShifts[c];
            state.Inputs[HiddenSize + ChannelCount + c] = Saturate(
                ((difference * DifferenceMultipliers[c]) + (1 << (shift - 1))) >> shift
            );
            state.Previous[c] = sample[c];
        }
    }

    private short Lstm(IntegerState state, int unit)
    {
        var row = 4 * unit;
        var input = Sigmoid(Activation(row, Row(state, row)));
        var forget = Sigmoid(Activation(row + 1, Row(state, row + 1)));
        var candidate = Tanh(Activation(row + 2, Row(state, row + 2)));
        var output = Sigmoid(Activation(row + 3, Row(state, row + 3)));

        // c · f: Q11.20 · Q0.15 / 2^15, cut to an even number. i · g: Q0.30 → Q.20, cut. Held to 31 bits: |c| < 1024.
        var cell = (2 * MultiplyHigh(state.Cell[unit], forget)) + ((input * candidate) >> 10);
        cell = Math.Clamp(cell, -MostCell, MostCell - 1);
        state.Cell[unit] = cell;

        // 2c: Q11.20 → z's format, rounded, held to its bits. h: Q0.30 → Q0.15, rounded, |h| ≤ 32,767.
        var shift = 19 - FractionBits;
        return (short)(((output * Tanh(Hold((cell + (1 << (shift - 1))) >> shift))) + 16384) >> 15);
    }

    private short Gru(IntegerState state, int unit, short old)
    {
        var row = 3 * unit;
        var reset = Sigmoid(Activation(row, Row(state, row)));
        var update = Sigmoid(Activation(row + 1, Row(state, row + 1)));

        // W x + b_ih and U h + b_hh of the candidate stay apart until r: all in the row's accumulator scale, |r · u| ≤ |u|.
        var u = HiddenPart(state, row + 2, CandidateBias[unit]);
        var sum = InputPart(state, row + 2, bias[row + 2]) + (2 * MultiplyHigh(u, reset));
        var candidate = Tanh(Activation(row + 2, sum));

        // |h − n| ≤ 65,535: the product and the half stay below 2^31; the result lies between n and h.
        return (short)(candidate + (((update * (old - candidate)) + 16384) >> 15));
    }

    /// <summary>A row's accumulator: bias + U h + W x.</summary>
    private int Row(IntegerState state, int row) => InputPart(state, row, HiddenPart(state, row, bias[row]));

    /// <summary>Bias + U h in the row's own scale, shifted to that of its accumulator.</summary>
    private int HiddenPart(IntegerState state, int row, int sum)
    {
        var weights = hiddenWeights.AsSpan(row * HiddenSize, HiddenSize);
        var inputs = state.Inputs.AsSpan(0, weights.Length);
        for (var j = 0; j < weights.Length; j++)
        {
            sum += weights[j] * inputs[j];
        }

        return sum >> hiddenShifts[row];
    }

    private int InputPart(IntegerState state, int row, int sum)
    {
        var (at, size) = (row * InputSize, InputSize);
        var weights =
            at < inputWeights.Length
                ? inputWeights.AsSpan(at, size)
                : upperWeights.AsSpan((row - (inputWeights.Length / size)) * HiddenSize, HiddenSize);
        var inputs = state.Inputs.AsSpan(HiddenSize, weights.Length);
        for (var d = 0; d < weights.Length; d++)
        {
            sum += weights[d] * inputs[d];
        }

        return sum;
    }

    /// <summary>Accumulator → z (tanh rows: 2z), held to its bits.</summary>
    private int Activation(int row, int sum) =>
        Hold(
            (Format == WeightFormat.EightBitMultiplier ? MultiplyHigh(sum, RowMultipliers[row]) : sum) >> rowShifts[row]
        );

    /// <summary>Sums of the last layer for the mean. At 65,536 samples both are halved (sums cut), so that they never leave 32 bits: 65,536 · 32,767 &lt; 2^31.</summary>
    private static void AddToMean(IntegerState state)
    {
        var last = state.Hidden.AsSpan(^state.Sums.Length..);
        for (var j = 0; j < last.Length; j++)
        {
            state.Sums[j] += last[j];
        }

        if (++state.Count == MostCount)
        {
            state.Count = MostCount / 2;
            for (var j = 0; j < state.Sums.Length; j++)
            {
                state.Sums[j] >>= 1;
            }
        }
    }

    /// <summary>floor(a · m / 2^16), 0 ≤ m &lt; 2^15.</summary>
    private static int MultiplyHigh(int a, int m) => (int)(((long)a * m) >> 16);

    private static short Saturate(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);

    /// <summary>z has so many bits behind the point: 15 for int16, which holds it to ±16, 12 for int8, ±8.</summary>
    private int FractionBits => Format == WeightFormat.SixteenBit ? 15 : 12;

    /// <summary>Held to the bits of z: 20 for int16, 16 for int8.</summary>
    private int Hold(int z) => Format == WeightFormat.SixteenBit ? FineSigmoidTable.Hold(z) : Saturate(z);

    /// <summary>σ of z as Q0.15.</summary>
    private int Sigmoid(int z) =>
        Format == WeightFormat.SixteenBit ? FineSigmoidTable.Sigmoid(z) : SigmoidTable.Sigmoid((short)z);

    /// <summary>tanh from 2z as Q0.15, −32,766 … 32,766.</summary>
    private int Tanh(int twice) =>
        Format == WeightFormat.SixteenBit
            ? FineSigmoidTable.Tanh(twice)
            : (2 * SigmoidTable.Sigmoid((short)twice)) - 32768;
}
