using System.Globalization;
using MemKD.Export.C99;
using MemKD.Runtime;
using MemKD.Series;
using MemKD.Tests.Models;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.C99;

/// <summary>_norm and _window against <see cref="Preparation"/>, which prepared the training series.</summary>
public sealed class ScalingTests
{
    [Theory]
    [InlineData(C99Numbers.SixteenBit, 1)]
    [InlineData(C99Numbers.FloatingPoint, 2)]
    public void A_window_is_prepared_as_in_training(C99Numbers numbers, int channels)
    {
        var preparation = Preparation.Fit(
            SmallModels.Series(channels),
            new PreparationOptions
            {
                MaxLength = 9,
                Differences = false,
                Normalization = Normalization.SeriesZ,
            }
        );
        var series = SmallModels.Series(channels, 25);
        var prepared = preparation.Apply(series);
        var model = MadeStudents.Of($"lstm 2 {channels} 2 last series").Changed(maxLength: 9);

        Compare(
            model,
            numbers,
            Enumerable
                .Range(0, series.Cases.Count)
                .Select(i => (Interleaved(series.Cases[i].Channels), Transposed(prepared.Values(i), channels))),
            (length, _) => $"int count = m_window(raw, {length}, x);"
        );
    }

    [Theory]
    [InlineData(C99Numbers.SixteenBit)]
    [InlineData(C99Numbers.FloatingPoint)]
    public void A_sample_is_scaled_as_in_training(C99Numbers numbers)
    {
        var model = MadeStudents.Of("lstm 2 2 2 last").Changed(means: [20, 21], deviations: [1.5, 0]);

        // (22 − 20) / 1.5, (17 − 20) / 1.5, (20 − 20) / 1.5; a channel that never changed is 0
        Compare(
            model,
            numbers,
            [([22, 5, 17, 6, 20, 7], [4f / 3, 0, -2, 0, 0, 0])],
            (_, _) => "int i; int count = 3; for (i = 0; i < 6; ++i) { x[i] = m_norm(raw[i], i % 2); }"
        );
    }

    private static void Compare(
        StudentModel model,
        C99Numbers numbers,
        IEnumerable<(float[] Raw, float[] Expected)> cases,
        Func<int, int, string> prepare
    )
    {
        using var folder = new TemporaryFolder();
        C99Export.Write(model, new C99Options("m", numbers), folder.Path);
        var all = cases.ToArray();
        var isFloat = numbers == C99Numbers.FloatingPoint;
        var blocks = all.Select(c =>
        {
            var length = c.Raw.Length / model.ChannelCount;
            var values = string.Join(", ", c.Raw.Select(v => v.ToString("E8", CultureInfo.InvariantCulture) + "f"));
            return $$"""
                    {
                        static const float raw[] = { {{values}} };
                        {{(isFloat ? "float" : "int16_t")}} x[{{c.Raw.Length}}];
                        {{prepare(length, model.ChannelCount)}}
                        for (k = 0; k < count * M_INPUTS; ++k) {
                            printf("%.9g ", (double)x[k]{{(isFloat ? "" : " / 4096.0")}});
                        }
                        printf("\n");
                    }
                """;
        });
        File.WriteAllText(
            Path.Combine(folder.Path, "main.c"),
            $"#include <stdio.h>\n#include \"m.h\"\nint main(void)\n{{\n    int k;\n{string.Join('\n', blocks)}\n    return 0;\n}}\n"
        );

        var lines = Toolchain.CompileAndRun(folder.Path, "m.c", "main.c").Split('\n');

        Assert.Equal(all.Length, lines.Length);
        for (var i = 0; i < all.Length; i++)
        {
            var values = lines[i]
                .Trim()
                .Split(' ')
                .Select(v => double.Parse(v, CultureInfo.InvariantCulture))
                .ToArray();
            Assert.Equal(all[i].Expected.Length, values.Length);

            // float against double, and steps of 1/4096 in Q4.12
            Assert.All(
                values.Zip(all[i].Expected),
                v => Assert.InRange(v.First - v.Second, isFloat ? -1e-5 : -1.3e-4, isFloat ? 1e-5 : 1.3e-4)
            );
        }
    }

    private static float[] Interleaved(IReadOnlyList<float[]> channels) =>
        [.. Enumerable.Range(0, channels[0].Length).SelectMany(t => channels.Select(c => c[t]))];

    private static float[] Transposed(ReadOnlySpan<float> values, int channels)
    {
        var copy = values.ToArray();
        var length = copy.Length / channels;
        return
        [
            .. Enumerable
                .Range(0, length)
                .SelectMany(t => Enumerable.Range(0, channels).Select(c => copy[(c * length) + t])),
        ];
    }
}
