using MemKD.Export.C99;
using MemKD.Runtime.Integer;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.C99;

/// <summary>Exported C on this computer, under the address and the undefined behaviour sanitizer, against .NET.</summary>
public sealed class HostTests
{
    [Theory]
    [InlineData("lstm 8 1 3 last", WeightFormat.SixteenBit)]
    [InlineData("lstm 8 1 3 last", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 8 1 3 last", WeightFormat.EightBitMultiplier)]
    [InlineData("lstm 8 1 2 mean differences series", WeightFormat.SixteenBit)]
    [InlineData("lstm 8 1 2 mean differences series", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 4 2 2 last differences", WeightFormat.EightBitMultiplier)]
    [InlineData("lstm 16 3 3 mean", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 5 3 4 last", WeightFormat.SixteenBit)]
    [InlineData("gru 8 1 3 mean differences", WeightFormat.SixteenBit)]
    [InlineData("gru 8 1 3 last series", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("gru 7 2 2 mean", WeightFormat.EightBitMultiplier)]
    [InlineData("gru 16 3 3 last differences", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("rnn 6 1 2 mean differences", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 1 1 2 last", WeightFormat.SixteenBit)]
    [InlineData("gru 5 2 3 last", WeightFormat.SixteenBit)]
    [InlineData("rnn 6 3 2 last", WeightFormat.SixteenBit)]
    [InlineData("lstm 8 1 3 last 2-layers", WeightFormat.SixteenBit)]
    [InlineData("lstm 8 1 3 last 2-layers", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("lstm 5 2 2 mean differences 2-layers", WeightFormat.EightBitMultiplier)]
    [InlineData("lstm 3 4 4 last differences 3-layers", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("gru 7 2 2 mean 2-layers", WeightFormat.SixteenBit)]
    [InlineData("gru 8 1 3 mean differences 2-layers", WeightFormat.EightBitPowerOfTwo)]
    [InlineData("gru 2 3 2 last differences series 3-layers", WeightFormat.EightBitMultiplier)]
    [InlineData("rnn 6 1 2 mean differences 2-layers", WeightFormat.EightBitMultiplier)]
    [InlineData("rnn 5 1 2 last 4-layers", WeightFormat.SixteenBit)]
    public void Integers_give_the_bits_of_dotnet(string shape, WeightFormat format)
    {
        using var folder = new TemporaryFolder();
        var model = MadeStudents.Of(shape);
        var student = Quantizer.Quantize(model, format);
        Write(folder.Path, C99Export.Make(model, "m", student, []).Files);
        File.WriteAllText(Path.Combine(folder.Path, "stress.c"), StressProgram.Source(20_000, 1_000, isFloat: false));

        Assert.Equal(
            StressProgram.Hash(student, 20_000, 1_000),
            Toolchain.CompileAndRun(folder.Path, "m.c", "stress.c")
        );
        Toolchain.CompileAndRun(folder.Path, "-O0", "-DM_SELFTEST", "m.c", "m_test.c");
    }

    /// <summary>A row whose inputs need a scale far below the others' and its own state's.</summary>
    [Theory]
    [InlineData("lstm 4 2 3 last differences", 100)]
    [InlineData("gru 4 1 2 mean differences", 100)]
    public void One_row_of_huge_weights_gives_the_bits_of_dotnet(string shape, float factor)
    {
        foreach (var row in (int[])[3, 9])
        {
            using var folder = new TemporaryFolder();
            var model = MadeStudents.Of(shape).WithLargeRow(row, factor);
            var student = Quantizer.Quantize(model, WeightFormat.SixteenBit);
            Write(folder.Path, C99Export.Make(model, "m", student, []).Files);
            File.WriteAllText(
                Path.Combine(folder.Path, "stress.c"),
                StressProgram.Source(20_000, 1_000, isFloat: false)
            );

            Assert.Equal(
                StressProgram.Hash(student, 20_000, 1_000),
                Toolchain.CompileAndRun(folder.Path, "m.c", "stress.c")
            );
        }
    }

    /// <summary>Past 65,536 samples sums and count are halved.</summary>
    [Fact]
    public void The_mean_of_an_endless_stream_gives_the_bits_of_dotnet()
    {
        using var folder = new TemporaryFolder();
        var model = MadeStudents.Of("gru 2 1 2 mean");
        var student = Quantizer.Quantize(model, WeightFormat.EightBitPowerOfTwo);
        Write(folder.Path, C99Export.Make(model, "m", student, []).Files);
        File.WriteAllText(
            Path.Combine(folder.Path, "stress.c"),
            StressProgram.Source(140_000, 1_000_000, isFloat: false)
        );

        Assert.Equal(
            StressProgram.Hash(student, 140_000, 1_000_000),
            Toolchain.CompileAndRun(folder.Path, "m.c", "stress.c")
        );
    }

    [Theory]
    [InlineData("lstm 8 1 3 last")]
    [InlineData("lstm 5 2 2 mean differences series")]
    [InlineData("gru 8 1 3 mean differences")]
    [InlineData("rnn 3 3 2 last raw")]
    [InlineData("lstm 5 2 2 mean differences series 2-layers")]
    [InlineData("lstm 3 4 3 last differences 3-layers")]
    [InlineData("gru 8 1 3 last 2-layers")]
    [InlineData("rnn 3 1 2 mean raw 3-layers")]
    public void Floats_give_the_bits_of_dotnet_and_stay_defined_on_wild_samples(string shape)
    {
        using var folder = new TemporaryFolder();
        C99Export.Write(MadeStudents.Of(shape), new C99Options("m", C99Numbers.FloatingPoint), folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "stress.c"), StressProgram.Source(20_000, 1_000, isFloat: true));

        Toolchain.CompileAndRun(folder.Path, "-O0", "-DM_SELFTEST", "m.c", "m_test.c");
        Assert.Matches("^[0-9a-f]{8}$", Toolchain.CompileAndRun(folder.Path, "m.c", "stress.c"));
    }

    [Fact]
    public void Two_students_link_together()
    {
        using var folder = new TemporaryFolder();
        C99Export.Write(MadeStudents.Of("lstm 8 1 3 last"), new C99Options("a"), folder.Path);
        C99Export.Write(
            MadeStudents.Of("gru 8 1 2 mean series"),
            new C99Options("b", C99Numbers.EightBit),
            folder.Path
        );
        C99Export.Write(MadeStudents.Of("gru 4 1 2 mean"), new C99Options("c", C99Numbers.FloatingPoint), folder.Path);
        File.WriteAllText(
            Path.Combine(folder.Path, "all.c"),
            """
            int a_selftest(void);
            int b_selftest(void);
            int c_selftest(void);
            int main(void)
            {
                return a_selftest() + b_selftest() + c_selftest();
            }

            """
        );

        Toolchain.CompileAndRun(folder.Path, "a.c", "a_test.c", "b.c", "b_test.c", "c.c", "c_test.c", "all.c");
    }

    /// <summary>One gate one too high, in the last of 15 bits.</summary>
    [Fact]
    public void A_planted_error_fails_the_selftest()
    {
        using var folder = new TemporaryFolder();
        var model = MadeStudents.Of("lstm 8 1 3 last");
        var student = Quantizer.Quantize(model, WeightFormat.SixteenBit);
        Write(folder.Path, C99Export.Make(model, "m", student, []).Files);
        var source = Path.Combine(folder.Path, "m.c");
        var text = File.ReadAllText(source);
        var other = text.Replace(
            "const int32_t i = sigma(row(4 * u, v));",
            "const int32_t i = sigma(row(4 * u, v)) + 1;",
            StringComparison.Ordinal
        );
        Assert.NotEqual(text, other);
        File.WriteAllText(source, other);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
            Toolchain.CompileAndRun(folder.Path, "-DM_SELFTEST", "m.c", "m_test.c")
        );
    }

    private static void Write(string folder, IReadOnlyList<(string Name, string Text)> files)
    {
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }
}
