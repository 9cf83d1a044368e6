using System.Globalization;
using MemKD.Runtime;
using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>A float NAME.c: the lines of <see cref="FloatOracle"/> in C.</summary>
internal sealed class FloatSource(CShape shape)
{
    private readonly FloatTables tables = new(shape.Model);

    /// <summary>The whole file.</summary>
    public string Text() =>
        Blocks(
            $"/* See {shape.Name}.h. Compile with -ffp-contract=off (GCC: also by -std=c99): the bits are then the same on every\n * processor with IEEE 754 single precision. No number that is not one may be given to _step. */",
            $"#include \"{shape.Name}.h\"",
            $$"""
            /* Compilation stops here where an assumption does not hold. */
            typedef char {{shape.Name}}_float_has_32_bits[(sizeof(float) == 4) ? 1 : -1];
            typedef char {{shape.Name}}_state_fits[(sizeof({{shape.Name}}_state_t) <= {{shape.Upper}}_STATE_BYTES) ? 1 : -1];
            """,
            Platform,
            Constants(),
            Tables(),
            Activations,
            Dot,
            If(shape.HasLayers, Rows),
            ResetText.Of(shape),
            Step(),
            Logits(),
            ScalingText.Of(shape)
        );

    private const string Platform = """
        #if defined(__AVR__)
        #include <avr/pgmspace.h>
        #define FLASH PROGMEM
        #define READ(p) pgm_read_float(p)
        #else
        #define FLASH
        #define READ(p) (*(p))
        #endif

        #define ALIGNED

        #if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__) && !defined(__AVR__)
        #define FAST inline __attribute__((always_inline))
        #define UNROLL _Pragma("GCC unroll 16")
        #else
        #define FAST
        #define UNROLL
        #endif
        """;

    private const string Activations = """
        /* e^x, x held to +-40: 2^k * p(r) with k + r = x / ln 2, |r| <= 1/2; relative error of p below 7.5e-8 */
        static FAST float exponential(float x)
        {
            union {
                uint32_t bits;
                float value;
            } power;
            float t;
            float r;
            float p;
            int32_t k;
            x = x > -40.0f ? x : -40.0f;
            x = x < 40.0f ? x : 40.0f;
            t = x * 1.44269504f;
            k = (int32_t)(t + 64.5f) - 64;
            r = t - (float)k;
            p = 0.0013276472f * r + 0.009675541f;
            p = p * r + 0.05550713f;
            p = p * r + 0.2402212f;
            p = p * r + 0.69314694f;
            p = p * r + 1.0000001f;
            power.bits = (uint32_t)(k + 127) << 23;
            return p * power.value;
        }

        static FAST float sigma(float x)
        {
            return 1.0f / (1.0f + exponential(-x));
        }

        static FAST float hyperbolic(float x)
        {
            return 2.0f * sigma(2.0f * x) - 1.0f;
        }
        """;

    private const string Dot = """
        /* sum + w . v */
        static FAST float dot(const float *w, const float *v, int n, float sum)
        {
            int k;
            UNROLL
            for (k = 0; k < n; ++k) {
                sum += READ(&w[k]) * v[k];
            }
            return sum;
        }
        """;

    /// <summary>Rows of several layers.</summary>
    private const string Rows = """
        /* Weights of a row: of its layer's hidden state, then of the inputs or, above the first layer, the states below. */
        static FAST const float *weights_of(int r)
        {
            return r < ROWS ? &weights[r * V] : &upper_weights[(r - ROWS) * (2 * H)];
        }

        static FAST float row(int r, const float *v)
        {
            return dot(weights_of(r), v, r < ROWS ? V : 2 * H, READ(&bias[r]));
        }
        """;

    private string Constants() =>
        Lines(
            $"#define CHANNELS {Number(shape.Model.ChannelCount)}",
            $"#define H {Number(shape.Model.HiddenSize)}",
            $"#define K {Number(shape.Model.Classes.Count)}",
            If(shape.HasLayers, $"#define LAYERS {Number(shape.LayerCount)}"),
            If(
                shape.HasLayers,
                $"#define ROWS {Number(shape.Model.GateCount * shape.Model.HiddenSize)}  /* of a layer */"
            ),
            $"#define V {Number(shape.Model.HiddenSize + shape.Model.InputSize)}  /* hidden state and inputs */"
        );

    private string Tables() =>
        Blocks(
            "/* Rows: unit by unit, gates in PyTorch's order. A row: H weights of the hidden state, then those of the inputs. */\n"
                + Table(
                    "float",
                    "weights",
                    $"{Number(shape.Model.GateCount * shape.Model.HiddenSize)} * V",
                    tables.Weights
                ),
            If(
                shape.HasLayers,
                "/* The same of the layers above the first, with those of the layer below in place of the inputs. */\n"
                    + Table(
                        "float",
                        "upper_weights",
                        $"{Number(tables.UpperWeights.Count / (2 * shape.Model.HiddenSize))} * 2 * H",
                        tables.UpperWeights
                    )
            ),
            Table("float", "bias", Number(tables.Bias.Count), tables.Bias),
            If(
                tables.CandidateBias.Count > 0,
                Table("float", "candidate_bias", shape.HasLayers ? "LAYERS * H" : "H", tables.CandidateBias)
            ),
            If(
                shape.HasDifferences,
                "/* Differences: 1/scale of each channel. */\n"
                    + Table("float", "difference_factor", "CHANNELS", tables.DifferenceFactors)
            ),
            Table("float", "head", "K * H", shape.Model.HeadWeights),
            Table("float", "head_bias", "K", shape.Model.HeadBias)
        );

    private string Step()
    {
        // The unit among those of all layers.
        var at = shape.HasLayers ? "at" : "u";
        string Row(string row) =>
            shape.HasLayers ? $"row({row}, v)" : $"dot(&weights[({row}) * V], v, V, READ(&bias[{row}]))";
        var candidate = shape.HasLayers ? "weights_of(3 * at + 2)" : "&weights[(3 * u + 2) * V]";
        var candidateInputs = shape.HasLayers ? "weights_of(3 * at + 2) + H" : "&weights[(3 * u + 2) * V + H]";
        var inputCount = shape.HasLayers ? "layer == 0 ? V - H : H" : "V - H";
        var unit = shape.Model.Cell switch
        {
            Cell.Lstm => $$"""
                        const float i = sigma({{Row($"4 * {at}")}});
                        const float f = sigma({{Row($"4 * {at} + 1")}});
                        const float g = hyperbolic({{Row($"4 * {at} + 2")}});
                        const float o = sigma({{Row($"4 * {at} + 3")}});
                        s->c[{{at}}] = f * s->c[{{at}}] + i * g;
                        s->h[{{at}}] = o * hyperbolic(s->c[{{at}}]);
                """,
            Cell.Gru => $$"""
                        const float r = sigma({{Row($"3 * {at}")}});
                        const float z = sigma({{Row($"3 * {at} + 1")}});
                        /* U h + b_hh apart until r */
                        const float p = r * dot({{candidate}}, v, H, READ(&candidate_bias[{{at}}]));
                        const float n = hyperbolic(dot({{candidateInputs}}, v + H, {{inputCount}}, READ(&bias[3 * {{at}} + 2])) + p);
                        s->h[{{at}}] = n + z * (v[u] - n);
                """,
            _ => $$"""
                        s->h[{{at}}] = hyperbolic({{Row(at)}});
                """,
        };
        var difference = """
                    v[H + CHANNELS + u] = s->n == 0u ? 0.0f : (x[u] - s->last[u]) * READ(&difference_factor[u]);
                    s->last[u] = x[u];

            """;
        var after = shape.IsMean
            ? """
                    if (++s->n == 65536u) {
                        s->n = 32768u;
                        for (u = 0; u < H; ++u) {
                            s->sum[u] *= 0.5f;
                        }
                    }

                """
            : If(shape.HasDifferences, "    s->n = 1;\n");
        if (shape.HasLayers)
        {
            return $$"""
                void {{shape.Name}}_step({{shape.Name}}_state_t *s, const float x[{{shape.Upper}}_INPUTS])
                {
                    float v[V > 2 * H ? V : 2 * H];
                    int layer;
                    int u;
                    for (layer = 0; layer < LAYERS; ++layer) {
                        for (u = 0; u < H; ++u) {
                            v[u] = s->h[layer * H + u];
                        }
                        if (layer == 0) {
                            for (u = 0; u < CHANNELS; ++u) {
                                v[H + u] = x[u];
                {{If(shape.HasDifferences, Indented(Indented(difference.TrimEnd('\n'))) + "\n")}}            }
                        } else {
                            for (u = 0; u < H; ++u) {
                                v[H + u] = s->h[(layer - 1) * H + u];
                            }
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
            void {{shape.Name}}_step({{shape.Name}}_state_t *s, const float x[{{shape.Upper}}_INPUTS])
            {
                float v[V];
                int u;
                for (u = 0; u < H; ++u) {
                    v[u] = s->h[u];
                }
                for (u = 0; u < CHANNELS; ++u) {
                    v[H + u] = x[u];
            {{If(shape.HasDifferences, difference)}}    }
                for (u = 0; u < H; ++u) {
            {{unit}}
            {{If(shape.IsMean, "        s->sum[u] += s->h[u];\n")}}    }
            {{after}}}
            """;
    }

    private string Logits()
    {
        var pooled =
            shape.IsMean ? "s->sum[j] / n"
            : shape.HasLayers ? "s->h[(LAYERS - 1) * H + j]"
            : "s->h[j]";
        return $$"""
            int {{shape.Name}}_logits(const {{shape.Name}}_state_t *s, float z[{{shape.Upper}}_CLASSES])
            {
                int best = 0;
                int j;
                int k;
            {{If(shape.IsMean, "    const float n = s->n == 0u ? 1.0f : (float)s->n;\n")}}    for (k = 0; k < K; ++k) {
                    float sum = READ(&head_bias[k]);
                    for (j = 0; j < H; ++j) {
                        sum += READ(&head[k * H + j]) * ({{pooled}});
                    }
                    z[k] = sum;
                    if (z[k] > z[best]) {
                        best = k;
                    }
                }
                return best;
            }

            void {{shape.Name}}_scores(const {{shape.Name}}_state_t *s, float p[{{shape.Upper}}_CLASSES])
            {
                float total = 0.0f;
                int k;
                const int best = {{shape.Name}}_logits(s, p);
                const float highest = p[best];
                for (k = 0; k < K; ++k) {
                    p[k] = exponential(p[k] - highest);
                    total += p[k];
                }
                for (k = 0; k < K; ++k) {
                    p[k] /= total;
                }
            }

            int {{shape.Name}}_class(const {{shape.Name}}_state_t *s)
            {
                float z[K];
                return {{shape.Name}}_logits(s, z);
            }
            """;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
