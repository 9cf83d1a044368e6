using System.Globalization;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>The constant tables of an integer NAME.c, and how large they are.</summary>
internal sealed class IntegerTables(IntegerStudent student)
{
    /// <summary>Units a row is filled up to: two int16 or four int8 make a word.</summary>
    public int PaddedUnits { get; } = Up(student.HiddenSize, IsByte(student) ? 4 : 2);

    /// <summary>Inputs a row is filled up to.</summary>
    public int PaddedInputs { get; } = Up(student.InputSize, 2);

    /// <summary>Rows of a layer.</summary>
    public int LayerRows { get; } = student.GateCount * student.HiddenSize;

    /// <summary>Whether there are layers above the first; then each kind of weights has its own table.</summary>
    private bool HasLayers => student.LayerCount > 1;

    /// <summary>Bytes of all tables.</summary>
    public int Bytes
    {
        get
        {
            var rows = student.Bias.Count;
            var states = (rows + rows - LayerRows) * PaddedUnits * (IsByte(student) ? 1 : 2);
            var perRow = student.Format switch
            {
                WeightFormat.EightBitPowerOfTwo => 1,
                _ => 2,
            };
            return states
                + (LayerRows * PaddedInputs * 2)
                + (rows * (4 + perRow))
                + (student.CandidateBias.Count * 4)
                + (student.HeadWeights.Count * 2)
                + (student.HeadBias.Count * 4)
                + (student.DifferenceMultipliers.Count * 3)
                + ((IsByte(student) ? SigmoidTable.Length : FineSigmoidTable.Length) * 4);
        }
    }

    /// <summary>Constants that the code is written in.</summary>
    public string Constants()
    {
        var (units, inputs) = (Text(PaddedUnits), Text(PaddedInputs));
        var used = PaddedInputs == student.InputSize ? inputs : $"(DSP ? {inputs} : {Text(student.InputSize)})";
        return Lines(
            $"#define CHANNELS {Text(student.ChannelCount)}",
            $"#define H {Text(student.HiddenSize)}",
            $"#define K {Text(student.ClassCount)}",
            If(HasLayers, $"#define LAYERS {Text(student.LayerCount)}"),
            If(HasLayers, $"#define ROWS {Text(LayerRows)}  /* of a layer */"),
            $"#define HP {units}  /* H filled up to whole words */",
            $"#define DP {inputs}  /* inputs filled up to whole words */",
            $"#define D {used}  /* inputs that are multiplied */",
            If(
                student.Format == WeightFormat.EightBitMultiplier,
                $"#define SHIFT {Text(student.RowShifts[0])}  /* after the multiplier */"
            ),
            $"#define HEAD_SHIFT {Text(student.HeadShift)}  /* accumulator to logits, Q19.12 */"
        );
    }

    /// <summary>All tables.</summary>
    public string Tables() =>
        Blocks(
            IsByte(student)
                ? Comment("The logistic function: 64 pieces over [0, 8) and [-8, 0), each value << 16 | rise, Q0.15.")
                    + Table("uint32_t", "sigmoid", "64", SigmoidTable.Entries.ToArray())
                : Comment("The logistic function: 128 pieces over [0, 16), each value << 16 | 16 * rise, Q0.16.")
                    + Table("uint32_t", "sigmoid", "128", FineSigmoidTable.Entries.ToArray()),
            Weights(),
            Comment("Both biases of a row in the scale of its sum, with the half that rounding adds.")
                + Table("int32_t", "bias", Text(student.Bias.Count), student.Bias),
            If(
                student.CandidateBias.Count > 0,
                Comment("The bias inside the reset gate's product, of each unit.")
                    + Table("int32_t", "candidate_bias", HasLayers ? "LAYERS * H" : "H", student.CandidateBias)
            ),
            Scales(),
            Comment("Linear layer: [class][unit].")
                + Table("int16_t", "head", "K * H", student.HeadWeights)
                + "\n"
                + Table("int32_t", "head_bias", "K", student.HeadBias),
            If(
                student.DifferenceMultipliers.Count > 0,
                Comment("Differences: Q4.12 to Q5.11 of the channel's scale, * factor / 2^shift, factors below 2^14.")
                    + Table("int16_t", "difference_factor", "CHANNELS", student.DifferenceMultipliers)
                    + "\n"
                    + Table("int8_t", "difference_shift", "CHANNELS", student.DifferenceShifts)
            )
        );

    private string Weights()
    {
        const string Rows = "Rows: unit by unit, gates ";
        var gates = student.Cell switch
        {
            Cell.Lstm => "i, f, g, o",
            Cell.Gru => "r, z, n",
            _ => "one",
        };
        if (!IsByte(student) && !HasLayers)
        {
            return Comment(
                    $"{Rows}{gates}. A row: H weights of the hidden state in their own scale, then those of the inputs times 8 (Q12 against Q15) in theirs."
                )
                + Table(
                    "int16_t",
                    "weights",
                    $"{Text(student.Bias.Count)} * (HP + DP)",
                    Enumerable.Range(0, student.Bias.Count).SelectMany(r => (short[])[.. Hidden(r), .. Input(r)])
                );
        }

        var order = IsByte(student) ? ", each four in the order 0, 2, 1, 3" : "";
        return Comment(
                $"{(HasLayers ? "Layer by layer; " : "")}{(HasLayers ? Rows.ToLowerInvariant() : Rows)}{gates}. Weights of the hidden state{(IsByte(student) ? "" : " in their own scale")}{order}."
            )
            + States("hidden_weights", student.Bias.Count, student.HiddenWeights)
            + "\n\n"
            + Comment(
                $"Weights of the {(HasLayers ? "first layer's " : "")}inputs in the scale of the row times 8 (Q12 against Q15)."
            )
            + Table(
                "int16_t",
                "input_weights",
                $"{Text(LayerRows)} * DP",
                Enumerable.Range(0, LayerRows).SelectMany(Input)
            )
            + If(
                HasLayers,
                "\n\n"
                    + Comment(
                        $"Weights of the other layers for the states below in the scale of the row (Q15 as well){order}."
                    )
                    + States("upper_weights", student.Bias.Count - LayerRows, student.UpperWeights)
            );
    }

    /// <summary>A table of weights that states are multiplied with.</summary>
    private string States(string name, int rows, IReadOnlyList<short> weights) =>
        Table(
            IsByte(student) ? "int8_t" : "int16_t",
            name,
            $"{Text(rows)} * HP",
            Enumerable
                .Range(0, rows)
                .Select(r => Filled(weights, r, student.HiddenSize, PaddedUnits))
                .SelectMany(r => IsByte(student) ? Permuted(r) : r)
        );

    private string Scales() =>
        student.Format switch
        {
            WeightFormat.EightBitPowerOfTwo => Comment("Accumulator to Q4.12 of z, of 2z in tanh rows: right shift.")
                + Table("int8_t", "shifts", Text(student.Bias.Count), student.RowShifts),
            WeightFormat.EightBitMultiplier => Comment(
                "Accumulator to Q4.12 of z, of 2z in tanh rows: * multiplier / 2^16 >> SHIFT."
            ) + Table("int16_t", "multipliers", Text(student.Bias.Count), student.RowMultipliers),
            _ => Comment(
                "Right shifts of each row: its hidden part to the scale of its inputs; the sum to Q5.15 of z, of 2z in tanh rows."
            )
                + Table(
                    "int8_t",
                    "shifts",
                    $"2 * {Text(student.Bias.Count)}",
                    student
                        .HiddenShifts.Zip(student.RowShifts, (hidden, row) => (byte[])[hidden, row])
                        .SelectMany(s => s)
                ),
        };

    private short[] Hidden(int row) => Filled(student.HiddenWeights, row, student.HiddenSize, PaddedUnits);

    private short[] Input(int row) => Filled(student.InputWeights, row, student.InputSize, PaddedInputs);

    private static short[] Filled(IReadOnlyList<short> values, int row, int count, int filled) =>
        [.. Enumerable.Range(0, filled).Select(i => i < count ? values[(row * count) + i] : (short)0)];

    private static IEnumerable<short> Permuted(short[] row) =>
        row.Chunk(4).SelectMany(four => (short[])[four[0], four[2], four[1], four[3]]);

    private static string Comment(string text) => $"/* {text} */\n";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Up(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private static bool IsByte(IntegerStudent student) => student.Format != WeightFormat.SixteenBit;
}
