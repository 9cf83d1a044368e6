using System.Globalization;
using System.Runtime.InteropServices;
using MemKD.Engine.Random;
using MemKD.Export.C99;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.C99;

/// <summary>The same measured floats into streams of .NET and into compiled C: samples, scores and classes, bit for bit.</summary>
public sealed class StreamBitsTests
{
    private const int Samples = 1200;

    [Theory]
    [InlineData("lstm 8 1 2 mean differences", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 8 3 3 last", WeightFormat.SixteenBit)]
    [InlineData("gru 7 2 4 mean differences", WeightFormat.EightBitMultiplier)]
    [InlineData("rnn 6 1 2 last differences", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 8 1 2 mean differences 2-layers", WeightFormat.SixteenBit)]
    public void Sample_by_sample(string shape, WeightFormat format)
    {
        // Deviations whose reciprocals are not exact, and means that float32 rounds by several steps of Q4.12.
        var made = MadeStudents.Of(shape);
        var model = made.Changed(
            means: [.. made.ChannelMeans.Select(m => m + 20_000.0004)],
            deviations: [.. made.ChannelDeviations.Select(d => d + .2)]
        );
        var student = Quantizer.Quantize(model, format);
        var raw = Raw(model.ChannelCount, 20_020);
        var stream = new StreamingStudent(student);

        var actual = Enumerable
            .Range(0, Samples)
            .Select(t =>
            {
                stream.Step(raw.AsSpan(t * model.ChannelCount, model.ChannelCount));
                return Line(stream);
            });

        Compare(
            student,
            raw,
            """
                m_reset(&s);
                for (t = 0; t < n; ++t) {
                    for (c = 0; c < M_INPUTS; ++c) {
                        x[c] = m_norm(raw[t * M_INPUTS + c], c);
                    }
                    m_step(&s, x);
                    print(&s);
                }
            """,
            actual
        );
    }

    [Theory]
    [InlineData("lstm 8 1 2 mean differences series", WeightFormat.EightBitPowerOfTwo, 20)]
    [InlineData("lstm 8 1 3 mean differences series", WeightFormat.SixteenBit, 47)]
    [InlineData("gru 7 2 4 last series", WeightFormat.EightBitMultiplier, 33)]
    [InlineData("lstm 4 2 2 mean series any-length", WeightFormat.EightBitPowerOfTwo, 75)]
    [InlineData("gru 5 1 3 mean series 2-layers", WeightFormat.EightBitPowerOfTwo, 47)]
    public void Window_by_window(string shape, WeightFormat format, int length)
    {
        const int Hop = 7;
        var model = MadeStudents.Of(shape);
        var student = Quantizer.Quantize(model, format);
        var raw = Raw(model.ChannelCount, 20);
        var windows = new WindowClassifier(student, new WindowOptions(length, Hop));

        var actual = Enumerable
            .Range(0, Samples)
            .Where(t => windows.Step(raw.AsSpan(t * model.ChannelCount, model.ChannelCount)))
            .Select(_ => Line(windows));

        Compare(
            student,
            raw,
            $$"""
                for (t = 0; t + {{length}} <= n; t += {{Hop}}) {
                    const int points = m_window(raw + t * M_INPUTS, {{length}}, x);
                    m_reset(&s);
                    for (c = 0; c < points; ++c) {
                        m_step(&s, x + c * M_INPUTS);
                    }
                    print(&s);
                }
            """,
            actual
        );
    }

    private static void Compare(IntegerStudent student, float[] raw, string loop, IEnumerable<string> actual)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, text) in C99Export.Make(student.Model, "m", student, []).Files)
        {
            File.WriteAllText(Path.Combine(folder.Path, name), text);
        }

        File.WriteAllBytes(Path.Combine(folder.Path, "raw"), MemoryMarshal.AsBytes<float>(raw).ToArray());
        File.WriteAllText(
            Path.Combine(folder.Path, "main.c"),
            $$"""
            #include <stdio.h>
            #include "m.h"
            static void print(const m_state_t *s)
            {
                uint16_t p[M_CLASSES];
                int k;
                m_scores(s, p);
                printf("%d", m_class(s));
                for (k = 0; k < M_CLASSES; ++k) {
                    printf(" %d", p[k]);
                }
                printf("\n");
            }
            int main(void)
            {
                static float raw[{{raw.Length}}];
                static int16_t x[{{raw.Length}}];
                m_state_t s;
                const int n = {{Samples}};
                int t;
                int c;
                FILE *file = fopen("raw", "rb");
                if (file == NULL || fread(raw, sizeof raw, 1, file) != 1) {
                    return 1;
                }
                fclose(file);
            {{loop}}
                return 0;
            }

            """
        );

        var expected = Toolchain.CompileAndRun(folder.Path, "m.c", "main.c").Split('\n');

        Assert.Equal(expected, actual);
    }

    /// <summary>Quiet, then a drift, then far beyond the ±8 deviations that Q4.12 holds.</summary>
    private static float[] Raw(int channels, double middle)
    {
        var random = new SeededRandom(4, "samples");
        return
        [
            .. Enumerable
                .Range(0, Samples * channels)
                .Select(i =>
                {
                    var t = i / channels;
                    var wide = t < 900 ? 2.0 : 40.0;
                    return (float)(middle + (t % 200 * .01) + (wide * random.NextGaussian()));
                }),
        ];
    }

    private static string Line(IStreamClassifier stream)
    {
        var scores = new float[stream.Classes.Count];
        stream.Scores(scores);
        return string.Join(
            ' ',
            scores
                .Select(p => (p * IntegerStudent.ProbabilityOne).ToString(CultureInfo.InvariantCulture))
                .Prepend(stream.Class.ToString(CultureInfo.InvariantCulture))
        );
    }
}
