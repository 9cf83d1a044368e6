using System.Globalization;
using System.Runtime.InteropServices;
using MemKD.Export.C99.Verification;

namespace MemKD.Cli.Tests.Commands;

/// <summary><c>memkd stream --numbers</c> beside what <c>memkd export</c> wrote, compiled and run on the same file.</summary>
public sealed class StreamNumbersTests(SharedRuns runs)
{
    private const int Count = 500;

    [Theory]
    [InlineData("int8", "c-int8")]
    [InlineData("int16", "c")]
    public void A_file_gets_the_scores_of_the_exported_code(string numbers, string format)
    {
        var (teacher, student) = (runs.NewFolder("teacher"), runs.NewFolder("student"));
        string[] quick = ["--updates", "20", "--normalise", "train-channel-z"];
        var trained = Cli.Run([.. SharedRuns.With(runs.TrainTeacher(teacher), "--updates", "20"), .. quick[2..]]);
        Assert.True(trained.Code == 0, trained.Error);
        var distil = SharedRuns.With(runs.Distil(student), "--teacher", teacher);
        Assert.Equal(0, Cli.Run(SharedRuns.With(distil, "--updates", "20")).Code);

        Compare(
            student,
            format,
            """
                m_reset(&s);
                for (t = 0; t < COUNT; ++t) {
                    x[0] = m_norm(raw[t], 0);
                    m_step(&s, x);
                    print(&s, t);
                }
            """,
            ["--numbers", numbers]
        );
    }

    [Fact]
    public void Windows_of_a_file_get_the_scores_of_the_exported_code() =>
        Compare(
            runs.Student,
            "c-int8",
            """
                for (t = 0; t + 128 <= COUNT; t += 30) {
                    const int points = m_window(raw + t, 128, x);
                    int i;
                    m_reset(&s);
                    for (i = 0; i < points; ++i) {
                        m_step(&s, x + i);
                    }
                    print(&s, t + 127);
                }
            """,
            ["--numbers", "int8", "--window", "128", "--hop", "30"]
        );

    [Theory]
    [InlineData("--numbers int8 --scaling running", 2, "--scaling does not go with --numbers int8")]
    [InlineData("--numbers int8 --gaps hold", 3, "--window N")]
    [InlineData("--numbers int9 --window 30", 2, "did you mean int8?")]
    public void What_integers_cannot_do_is_refused_in_one_line(string options, int code, string says) =>
        Assert.Contains(
            says,
            Cli.Run(["stream", runs.Student, .. options.Split(' ')]).Fails(code),
            StringComparison.Ordinal
        );

    private void Compare(string student, string format, string loop, string[] options)
    {
        if (DeviceTarget.All[0].MissingTool is { } tool)
        {
            Assert.False(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS") == "1", tool);
            Assert.Skip($"{tool} is missing");
        }

        var folder = runs.NewFolder("c");
        Assert.Equal(0, Cli.Run("export", student, "--format", format, "--out", folder, "--name", "m").Code);
        float[] raw = [.. Enumerable.Range(0, Count).Select(t => (2 * MathF.Sin(0.07f * t)) + (t % 13 * 0.1f) - 0.5f)];
        var samples = Path.Combine(folder, "samples.f32");
        File.WriteAllBytes(samples, MemoryMarshal.AsBytes<float>(raw).ToArray());
        File.WriteAllText(Path.Combine(folder, "main.c"), Source(loop));
        var compiled = Cli.Shell(
            "cd \"$0\" && gcc -std=c99 -O1 -Wall -Werror m.c main.c -o program && ./program < samples.f32",
            folder
        );
        Assert.True(compiled.Code == 0, compiled.Error);

        var result = Cli.Run(["stream", student, "--from", samples, "--input", "float32", "--quiet", .. options]);

        // Probabilities of C are in steps of 1/32768, which floats and their text hold exactly.
        var lines = result
            .Out.Split('\n')[1..^1]
            .Select(line =>
            {
                var fields = line.Split(',');
                var scores = fields[2..]
                    .Select(f => 32768 * decimal.Parse(f, NumberStyles.Float, CultureInfo.InvariantCulture));
                return $"{fields[0]},{fields[1]},{string.Join(',', scores.Select(s => (float)s))}";
            });
        Assert.Equal(compiled.Out.Split('\n')[..^1], lines);
    }

    private static string Source(string loop) =>
        $$"""
            #include <stdio.h>
            #include "m.h"
            #define COUNT {{Count}}
            static const char *const names[M_CLASSES] = M_CLASS_NAMES;
            static void print(const m_state_t *s, int t)
            {
                uint16_t p[M_CLASSES];
                int k;
                m_scores(s, p);
                printf("%d,%s", t, names[m_class(s)]);
                for (k = 0; k < M_CLASSES; ++k) {
                    printf(",%d", p[k]);
                }
                printf("\n");
            }
            int main(void)
            {
                static float raw[COUNT];
                static int16_t x[COUNT];
                m_state_t s;
                int t;
                if (fread(raw, sizeof raw, 1, stdin) != 1) {
                    return 1;
                }
            {{loop}}
                return 0;
            }

            """;
}
