using MemKD.Runtime;
using MemKD.Runtime.Integer;
using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>An integer NAME.c: the lines of <see cref="IntegerStudent"/> in C.</summary>
internal sealed class IntegerSource(CShape shape, IntegerStudent student)
{
    private readonly IntegerTables tables = new(student);
    private readonly bool isByte = student.Format != WeightFormat.SixteenBit;

    /// <summary>The whole file.</summary>
    public string Text() =>
        Blocks(
            $"/* See {shape.Name}.h. Q m.n: an integer that stands for value * 2^n. No sum of products can leave 32 bits: the\n * generator has proved sum |w| * 32768 + |bias| < 2^31 for every row{If(!isByte, ", before and after the shift of its hidden part")}. */",
            $"#include \"{shape.Name}.h\"",
            PlatformText.Asserts(shape.Name, shape.Upper),
            PlatformText.Memory,
            tables.Constants(),
            tables.Tables(),
            PlatformText.Arithmetic(
                shape.IsLstm,
                isByte,
                shape.HasDifferences,
                withFraction: student.Cell != Cell.Rnn || student.Format == WeightFormat.EightBitMultiplier
            ),
            PlatformText.Dot16,
            If(isByte, PlatformText.Dot8),
            isByte ? Sigma : FineSigma,
            Rows(),
            Gather(),
            If(shape.HasLayers, Stack()),
            ResetText.Of(shape),
            Step(),
            Logits(),
            student.ClassCount == 2 ? BinaryScores() : Scores(),
            Class(),
            ScalingText.Of(shape)
        );

    private const string Sigma = """
        /* The logistic function, Q4.12 within 16 bits to Q0.15; tanh z = 2 sigma(2z) - 1. */
        static FAST int32_t sigma(int32_t z)
        {
            const uint32_t piece = (uint32_t)READ32(&sigmoid[((uint32_t)z >> 10) & 63u]);
            return (int32_t)(piece >> 16) + (mul16((int32_t)(piece & 0xFFFFu), z & 1023) >> 10);
        }
        """;

    private const string FineSigma = """
        /* The logistic function, Q5.15 within 20 bits to Q0.32: a word of the table + its low half * the place in the piece;
         * sigma(-z) = 1 - sigma(z) by one's complements. */
        static FAST uint32_t curve(int32_t z)
        {
            const int32_t size = z ^ (z >> 31);
            const int32_t piece = READ32(&sigmoid[size >> 12]);
            return (uint32_t)mla16(piece, size & 4095, piece) ^ (uint32_t)(z >> 31);
        }

        /* Rounded to Q0.15. */
        static FAST int32_t sigma(int32_t z)
        {
            return (int32_t)((curve(z) + 65536u) >> 17);
        }

        /* tanh from 2z, rounded to Q0.15. */
        static FAST int32_t tanh2(int32_t twice)
        {
            return (int32_t)(curve(twice) + 0x80008000u) >> 16;
        }
        """;

    /// <summary>tanh of half of z.</summary>
    private string Tanh(string z) => isByte ? $"2 * sigma({z}) - 32768" : $"tanh2({z})";

    /// <summary>σ of a difference of logits, Q.12.</summary>
    private string SigmaOfLogits(string difference) =>
        isByte ? $"sigma(sat16({difference}))" : $"sigma(sat20(8 * sat20({difference})))";

    private string Rows()
    {
        var states = isByte ? "dot8" : "dot16";
        var hidden =
            isByte || shape.HasLayers
                ? $"{states}(&hidden_weights[r * HP], v, HP, sum)"
                : "dot16(&weights[r * (HP + DP)], v, HP, sum)";
        if (!isByte)
        {
            hidden += " >> READ8(&shifts[2 * r])";
        }

        var input =
            isByte || shape.HasLayers
                ? "dot16(&input_weights[r * DP], v + HP, D, sum)"
                : "dot16(&weights[r * (HP + DP) + HP], v + HP, D, sum)";
        if (shape.HasLayers)
        {
            input = $"r < ROWS ? {input} : {states}(&upper_weights[(r - ROWS) * HP], v + HP, HP, sum)";
        }

        var scaled = student.Format switch
        {
            WeightFormat.SixteenBit => "sat20(sum >> READ8(&shifts[2 * r + 1]))",
            WeightFormat.EightBitPowerOfTwo => "sat16(sum >> READ8(&shifts[r]))",
            _ => "sat16(mulw(sum, READ16(&multipliers[r])) >> SHIFT)",
        };
        return $$"""
            /* Accumulator to z, in tanh rows to 2z: {{(isByte ? "Q4.12 within 16 bits" : "Q5.15 within 20 bits")}}. */
            static FAST int32_t scaled(int32_t sum, int r)
            {
                return {{scaled}};
            }

            /* v: old hidden state, then inputs{{If(shape.HasLayers, ", above the first layer the states below")}}.{{If(
                !isByte,
                " The hidden part is shifted from its own scale to the accumulator's."
            )}} */
            static FAST int32_t hidden_part(int r, const int16_t *v, int32_t sum)
            {
                return {{hidden}};
            }

            static FAST int32_t input_part(int r, const int16_t *v, int32_t sum)
            {
                return {{input}};
            }

            static FAST int32_t row(int r, const int16_t *v)
            {
                return scaled(input_part(r, v, hidden_part(r, v, READ32(&bias[r]))), r);
            }
            """;
    }

    private string Gather()
    {
        var fill = string.Concat(
            Enumerable
                .Range(student.HiddenSize, tables.PaddedUnits - student.HiddenSize)
                .Concat(
                    Enumerable.Range(tables.PaddedUnits + student.InputSize, tables.PaddedInputs - student.InputSize)
                )
                .Select(i => $"    v[{i}] = 0;\n")
        );
        var difference = shape.HasDifferences
            ? """

                        /* 17 bits * 14 bits + half stay below 2^31. */
                        const int shift = READ8(&difference_shift[j]);
                        const int32_t d = s->n == 0u ? 0 : (int32_t)x[j] - s->last[j];
                        v[HP + CHANNELS + j] = (int16_t)sat16((d * READ16(&difference_factor[j]) + ((int32_t)1 << (shift - 1))) >> shift);
                        s->last[j] = x[j];
                """
            : "";
        return $$"""
            /* v: old hidden state, then the sample{{If(shape.HasDifferences, ", then its differences")}}. */
            static FAST void gather({{If(
                !shape.HasDifferences,
                "const "
            )}}{{shape.Name}}_state_t *s, const int16_t *x, int16_t *v)
            {
                int j;
                UNROLL
                for (j = 0; j < H; ++j) {
                    v[j] = s->h[j];
                }
                for (j = 0; j < CHANNELS; ++j) {{{difference}}
                    v[HP + j] = x[j];
                }
            {{fill}}}
            """;
    }

    /// <summary>What layers above the first see.</summary>
    private string Stack() =>
        $$"""
            /* v: old hidden state of a layer, then the new one of the layer below. */
            static FAST void stack(const {{shape.Name}}_state_t *s, int layer, int16_t *v)
            {
                int j;
                for (j = 0; j < H; ++j) {
                    v[j] = s->h[layer * H + j];
                    v[HP + j] = s->h[(layer - 1) * H + j];
                }
                for (j = H; j < HP; ++j) {
                    v[j] = 0;
                    v[HP + j] = 0;
                }
            }
            """;

    private string Step()
    {
        // The unit among those of all layers.
        var at = shape.HasLayers ? "at" : "u";
        var twice = isByte ? "sat16((c + 64) >> 7)" : "sat20((c + 8) >> 4)";
        var unit = student.Cell switch
        {
            Cell.Lstm => $$"""
                        const int32_t i = sigma(row(4 * {{at}}, v));
                        const int32_t f = sigma(row(4 * {{at}} + 1, v));
                        const int32_t g = {{Tanh($"row(4 * {at} + 2, v)")}};
                        const int32_t o = sigma(row(4 * {{at}} + 3, v));
                        /* Q11.20 * Q0.15 and Q0.15 * Q0.15 to Q11.20, both cut; within 31 bits */
                        const int32_t c = sat31(2 * mulw(s->c[{{at}}], f) + (mul16(i, g) >> 10));
                        /* {{(isByte ? "Q4.12" : "Q5.15")}} of 2c; Q0.30 to Q0.15, rounded */
                        const int32_t y = {{Tanh(twice)}};
                        s->c[{{at}}] = c;
                        s->h[{{at}}] = (int16_t)(mla16(o, y, 16384) >> 15);
                """,
            Cell.Gru =>
                $$"""
                        const int32_t r = sigma(row(3 * {{at}}, v));
                        const int32_t z = sigma(row(3 * {{at}} + 1, v));
                        /* U h + b_hh apart until r, in accumulator scale */
                        const int32_t p = 2 * mulw(hidden_part(3 * {{at}} + 2, v, READ32(&candidate_bias[{{at}}])), r);
                        const int32_t n = {{Tanh(
                    $"scaled(input_part(3 * {at} + 2, v, READ32(&bias[3 * {at} + 2])) + p, 3 * {at} + 2)"
                )}};
                        /* 17 bits * 15 bits + half stay below 2^31; the result lies between n and h */
                        s->h[{{at}}] = (int16_t)(n + ((z * (v[u] - n) + 16384) >> 15));
                """,
            _ => $$"""
                        s->h[{{at}}] = (int16_t)({{Tanh($"row({at}, v)")}});
                """,
        };
        var after = shape.IsMean
            ? """
                    /* 65536 * 32767 < 2^31: halved in time, sums cut */
                    if (++s->n == 65536u) {
                        s->n = 32768u;
                        for (u = 0; u < H; ++u) {
                            s->sum[u] >>= 1;
                        }
                    }

                """
            : If(shape.HasDifferences, "    s->n = 1;\n");
        if (shape.HasLayers)
        {
            return $$"""
                void {{shape.Name}}_step({{shape.Name}}_state_t *s, const int16_t x[{{shape.Upper}}_INPUTS])
                {
                    int16_t v[HP + (HP > DP ? HP : DP)] ALIGNED;
                    int layer;
                    int u;
                    for (layer = 0; layer < LAYERS; ++layer) {
                        if (layer == 0) {
                            gather(s, x, v);
                        } else {
                            stack(s, layer, v);
                        }
                        for (u = 0; u < H; ++u) {
                            const int at = layer * H + u;
                {{Indented(unit)}}
                        }
                    }
                {{If(
                    shape.IsMean,
                    "    for (u = 0; u < H; ++u) {\n        s->sum[u] += s->h[(LAYERS - 1) * H + u];\n    }\n"
                )}}{{after}}}
                """;
        }

        return $$"""
            void {{shape.Name}}_step({{shape.Name}}_state_t *s, const int16_t x[{{shape.Upper}}_INPUTS])
            {
                int16_t v[HP + DP] ALIGNED;
                int u;
                gather(s, x, v);
                for (u = 0; u < H; ++u) {
            {{unit}}
            {{If(shape.IsMean, "        s->sum[u] += s->h[u];\n")}}    }
            {{after}}}
            """;
    }

    private string Logits()
    {
        var pooled = shape.IsMean
            ? """
                    int16_t m[H];
                    const int32_t n = s->n == 0u ? 1 : (int32_t)s->n;
                    int j;
                    int k;
                    for (j = 0; j < H; ++j) {
                        /* to the nearest, halves away from 0 */
                        m[j] = (int16_t)((s->sum[j] + (s->sum[j] < 0 ? -(n / 2) : n / 2)) / n);
                    }

                """
            : $$"""
                    const int16_t *m = s->h{{If(shape.HasLayers, " + (LAYERS - 1) * H")}};
                    int j;
                    int k;

                """;
        return $$"""
            int {{shape.Name}}_logits(const {{shape.Name}}_state_t *s, int32_t z[{{shape.Upper}}_CLASSES])
            {
            {{pooled}}    int best = 0;
                for (k = 0; k < K; ++k) {
                    int32_t sum = READ32(&head_bias[k]);
                    for (j = 0; j < H; ++j) {
                        sum += (int32_t)READ16(&head[k * H + j]) * m[j];
                    }
                    z[k] = sum >> HEAD_SHIFT;
                    if (z[k] > z[best]) {
                        best = k;
                    }
                }
                return best;
            }
            """;
    }

    private string BinaryScores() =>
        $$"""
            void {{shape.Name}}_scores(const {{shape.Name}}_state_t *s, uint16_t p[{{shape.Upper}}_CLASSES])
            {
                int32_t z[K];
                (void){{shape.Name}}_logits(s, z);
                z[0] = {{SigmaOfLogits("z[1] - z[0]")}};
                p[0] = (uint16_t)(32768 - z[0]);
                p[1] = (uint16_t)z[0];
            }
            """;

    private string Scores() =>
        $$"""
            void {{shape.Name}}_scores(const {{shape.Name}}_state_t *s, uint16_t p[{{shape.Upper}}_CLASSES])
            {
                int32_t z[K];
                int32_t total = 0;
                int k;
                const int best = {{shape.Name}}_logits(s, z);
                const int32_t highest = z[best];
                for (k = 0; k < K; ++k) {
                    /* e^-d = (1 - sigma(d)) / sigma(d), d <= {{(isByte ? 8 : 16)}}: Q0.15 */
                    const int32_t y = {{SigmaOfLogits("highest - z[k]")}};
                    z[k] = ((32768 - y) << 15) / y;
                    total += z[k];
                }
                for (k = 0; k < K; ++k) {
                    p[k] = (uint16_t)((z[k] << 15) / total);
                }
            }
            """;

    private string Class() =>
        $$"""
            int {{shape.Name}}_class(const {{shape.Name}}_state_t *s)
            {
                int32_t z[K];
                return {{shape.Name}}_logits(s, z);
            }
            """;
}
