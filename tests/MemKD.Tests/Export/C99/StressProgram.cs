using System.Globalization;
using MemKD.Runtime.Integer;

namespace MemKD.Tests.Export.C99;

/// <summary>
/// Many steps over drawn samples, quiet, wild and from rail to rail by turns, with resets between: once in C, once in .NET.
/// Both give a hash over logits, scores and classes.
/// </summary>
internal static class StressProgram
{
    /// <summary>The C program for a student called m.</summary>
    public static string Source(int steps, int resetEvery, bool isFloat) =>
        $$"""
            #include <inttypes.h>
            #include <stdio.h>
            #include <string.h>
            #include "m.h"
            #define IS_FLOAT {{(isFloat ? 1 : 0)}}
            #if IS_FLOAT
            typedef float sample_t;
            typedef float score_t;
            typedef float logit_t;
            #else
            typedef int16_t sample_t;
            typedef uint16_t score_t;
            typedef int32_t logit_t;
            #endif
            int main(void)
            {
                m_state_t s;
                sample_t x[M_INPUTS];
                score_t p[M_CLASSES];
                logit_t z[M_CLASSES];
                uint32_t random = 1;
                uint32_t hash = 2166136261u;
                int32_t t;
                int c;
                memset(&s, 0x5A, sizeof s);
                for (t = 0; t < {{steps}}; ++t) {
                    if (t % {{resetEvery}} == 0) {
                        m_reset(&s);
                    }
                    for (c = 0; c < M_INPUTS; ++c) {
                        int32_t v;
                        random = random * 1664525u + 1013904223u;
                        v = (int32_t)(random >> 16) - 32768;
                        v = t / 50 % 3 == 0 ? v / 16 : t / 50 % 3 == 1 ? v : v < 0 ? -32768 : 32767;
                        x[c] = (sample_t)v{{(isFloat ? " / 4096.0f" : "")}};
                    }
                    m_step(&s, x);
                    if (t % 7 == 0) {
                        m_scores(&s, p);
                        hash = (hash ^ (uint32_t)m_logits(&s, z)) * 16777619u;
                        hash = (hash ^ (uint32_t)m_class(&s)) * 16777619u;
                        for (c = 0; c < M_CLASSES; ++c) {
                            uint32_t bits[2] = {0, 0};
                            memcpy(&bits[0], &p[c], sizeof p[c]);
                            memcpy(&bits[1], &z[c], sizeof z[c]);
                            hash = (hash ^ bits[0]) * 16777619u;
                            hash = (hash ^ bits[1]) * 16777619u;
                        }
                    }
                }
                printf("%08" PRIx32 "\n", hash);
                return 0;
            }

            """;

    /// <summary>The same with an integer student.</summary>
    public static string Hash(IntegerStudent student, int steps, int resetEvery)
    {
        var state = new IntegerState(student);
        var scores = new ushort[student.ClassCount];
        var logits = new int[student.ClassCount];
        return Hash(
            student.ChannelCount,
            steps,
            resetEvery,
            state.Reset,
            x => student.Step(state, x),
            () =>
            {
                student.Scores(state, scores);
                var best = student.Logits(state, logits);
                return
                [
                    (uint)best,
                    (uint)student.Class(state),
                    .. scores.Zip(logits).SelectMany(v => (uint[])[v.First, (uint)v.Second]),
                ];
            }
        );
    }

    private static string Hash(
        int channels,
        int steps,
        int resetEvery,
        Action reset,
        Action<short[]> step,
        Func<uint[]> values
    )
    {
        var (random, hash) = (1u, 2166136261u);
        var x = new short[channels];
        for (var t = 0; t < steps; t++)
        {
            if (t % resetEvery == 0)
            {
                reset();
            }

            for (var c = 0; c < channels; c++)
            {
                random = (random * 1664525) + 1013904223;
                var v = (int)(random >> 16) - 32768;
                x[c] = (short)(
                    (t / 50 % 3) switch
                    {
                        0 => v / 16,
                        1 => v,
                        _ => v < 0 ? short.MinValue : short.MaxValue,
                    }
                );
            }

            step(x);
            if (t % 7 == 0)
            {
                hash = values().Aggregate(hash, (h, value) => (h ^ value) * 16777619);
            }
        }

        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
