using System.Globalization;
using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>NAME_test.c: the self-test, which any board can run.</summary>
internal static class SelfTestText
{
    public static string Of(CShape shape, SelfTest test)
    {
        var (name, upper) = (shape.Name, shape.Upper);
        var value = shape.IsFloat ? "bits(p[k])" : "p[k]";
        return $$"""
            /* Self-test of {{name}}: the same scores as in .NET, bit for bit. Build with -D{{upper}}_SELFTEST for a program that
             * returns 0 (passed) or the number of the fault. */
            #include "{{name}}.h"

            #define SERIES {{Number(SelfTest.SeriesCount)}}
            #define LENGTH {{Number(SelfTest.Length)}}
            #define HASH {{Literal(test.Hash)}}

            int {{name}}_selftest(void);

            /* Samples, Q4.12. */
            static const int16_t samples[SERIES][LENGTH][{{upper}}_INPUTS] = {
            {{string.Join(",\n", test.Samples.Chunk(SelfTest.Length * shape.Model.ChannelCount).Select(s => $"    {{\n{SamplesText(s, shape.Model.ChannelCount)}\n    }}"))}}
            };

            /* Scores after each series{{If(shape.IsFloat, ", as bits")}}. */
            static const {{(shape.IsFloat ? "uint32_t" : "uint16_t")}} expected[SERIES][{{upper}}_CLASSES] = {
            {{string.Join(",\n", test.Scores.Chunk(shape.Model.Classes.Count).Select(s => $"    {{{string.Join(", ", s.Select(v => Score(v, shape)))}}}"))}}
            };

            static const int classes[SERIES] = {{{string.Join(", ", test.Classes.Select(Number))}}};
            {{If(
                shape.IsFloat,
                """

                static uint32_t bits(float value)
                {
                    union {
                        float value;
                        uint32_t bits;
                    } u;
                    u.value = value;
                    return u.bits;
                }

                """
            )}}
            /* 0: passed; 1 ... SERIES: scores or class after that series; SERIES + 1: scores on the way. */
            int {{name}}_selftest(void)
            {
                {{name}}_state_t s;
                {{shape.Sample}} x[{{upper}}_INPUTS];
                {{shape.Score}} p[{{upper}}_CLASSES];
                uint32_t hash = 2166136261u;
                int i;
                int t;
                int k;
                for (i = 0; i < SERIES; ++i) {
                    {{name}}_reset(&s);
                    for (t = 0; t < LENGTH; ++t) {
                        for (k = 0; k < {{upper}}_INPUTS; ++k) {
                            x[k] = {{(shape.IsFloat ? "(float)samples[i][t][k] / 4096.0f" : "samples[i][t][k]")}};
                        }
                        {{name}}_step(&s, x);
                        {{name}}_scores(&s, p);
                        for (k = 0; k < {{upper}}_CLASSES; ++k) {
                            hash = (hash ^ {{value}}) * 16777619u;
                        }
                    }
                    for (k = 0; k < {{upper}}_CLASSES; ++k) {
                        if ({{value}} != expected[i][k]) {
                            return i + 1;
                        }
                    }
                    if ({{name}}_class(&s) != classes[i]) {
                        return i + 1;
                    }
                }
                return hash == HASH ? 0 : SERIES + 1;
            }

            #if defined({{upper}}_SELFTEST)
            int main(void)
            {
                return {{name}}_selftest();
            }
            #endif

            """;
    }

    private static string SamplesText(short[] series, int channels) =>
        string.Join(
            ",\n",
            series
                .Chunk(channels)
                .Select(x => $"{{{string.Join(", ", x.Select(v => Number(v)))}}}")
                .Chunk(8)
                .Select(line => "        " + string.Join(", ", line))
        );

    private static string Score(uint value, CShape shape) => shape.IsFloat ? Literal(value) : Literal((int)value);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
