using System.Text.Json;
using MemKD.Engine.Layers;
using MemKD.Export.C99;
using MemKD.Models;
using MemKD.Tests.Models;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.C99;

public sealed class C99ExportTests
{
    [Theory]
    [InlineData("int")]
    [InlineData("")]
    [InlineData("2nd")]
    [InlineData("a-b")]
    [InlineData("../a")]
    [InlineData("größe")]
    public void A_name_that_C_does_not_take_is_refused_in_one_line(string name)
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<InputException>(() =>
            C99Export.Write(MadeStudents.Of("lstm 2 1 2 last"), new C99Options(name), folder.Path)
        );
        Assert.DoesNotContain('\n', e.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void The_manifest_says_what_the_code_is()
    {
        using var folder = new TemporaryFolder();
        var report = C99Export.Write(
            MadeStudents.Of("lstm 8 1 2 mean differences series"),
            new C99Options("Fall", C99Numbers.EightBit),
            folder.Path
        );

        Assert.Equal(report.Files.Order(), Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "Fall.json")));
        var root = json.RootElement;
        Assert.Equal("memkd-c99-1", root.GetProperty("format").GetString());
        Assert.Equal("int8", root.GetProperty("numbers").GetString());
        Assert.Equal(402 + 16 - 16, root.GetProperty("parameters").GetInt32()); // 4·(8·2 + 8·8 + 8 + 8) + 2·8 + 2

        // c 32, sum 32, n 4, h 16, last 2, and 2 to fill the last word
        Assert.Equal(88, root.GetProperty("state_bytes").GetInt32());
        Assert.Contains(
            "FALL_STATE_BYTES 88",
            File.ReadAllText(Path.Combine(folder.Path, "Fall.h")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Header_and_manifest_say_layers_and_the_length_before_resampling()
    {
        using var folder = new TemporaryFolder();
        var model = MadeStudents.Of("lstm 8 1 2 mean series 2-layers");
        C99Export.Write(
            model.Changed(rawLengths: new(720, 720)),
            new C99Options("fall", C99Numbers.EightBit),
            folder.Path
        );
        C99Export.Write(
            model.Changed(rawLengths: new(60, 900)),
            new C99Options("two", C99Numbers.FloatingPoint),
            folder.Path
        );
        string Text(string file) => File.ReadAllText(Path.Combine(folder.Path, file));

        // two layers of c 32 and h 16, sum 32, n 4
        Assert.Contains("FALL_STATE_BYTES 132\n", Text("fall.h"), StringComparison.Ordinal);
        Assert.Contains("#define FALL_LAYERS 2\n", Text("fall.h"), StringComparison.Ordinal);
        Assert.Contains("int32_t c[FALL_LAYERS * FALL_HIDDEN];", Text("fall.h"), StringComparison.Ordinal);
        Assert.Contains("#define FALL_RAW_LENGTH 720  ", Text("fall.h"), StringComparison.Ordinal);
        Assert.Contains("#define TWO_RAW_LENGTH 900  ", Text("two.h"), StringComparison.Ordinal);
        Assert.Contains("the shortest: 60 ", Text("two.h"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Text("two.json"));
        Assert.Equal(2, json.RootElement.GetProperty("layers").GetInt32());
        var lengths = json.RootElement.GetProperty("raw_lengths");
        Assert.Equal(60, lengths.GetProperty("shortest").GetInt32());
        Assert.Equal(900, lengths.GetProperty("longest").GetInt32());
    }

    /// <summary>Every byte of weights and biases is in a table, once.</summary>
    [Theory]
    [InlineData(
        "lstm 8 2 3 last 2-layers",
        C99Numbers.SixteenBit,
        (32 * 8 * 3 + 32 * 2 + 8 * 3) * 2 + (64 + 3 + 128) * 4 + 64 * 2
    )]
    [InlineData(
        "gru 8 2 3 last 3-layers",
        C99Numbers.EightBit,
        24 * 8 * 5 + (24 * 2 + 8 * 3) * 2 + (72 + 24 + 3 + 64) * 4 + 72
    )]
    [InlineData("lstm 8 2 3 last 2-layers", C99Numbers.FloatingPoint, (32 * 8 * 3 + 32 * 2 + 8 * 3 + 64 + 3) * 4)]
    public void Table_bytes_of_several_layers(string shape, C99Numbers numbers, int bytes) =>
        Assert.Equal(bytes, C99Export.Make(MadeStudents.Of(shape), new C99Options("m", numbers)).Report.TableBytes);

    [Fact]
    public void The_same_student_gives_the_same_files()
    {
        var model = MadeStudents.Of("gru 8 1 3 mean");
        Assert.Equal(
            C99Export.Make(model, new C99Options("m", C99Numbers.EightBit)).Files,
            C99Export.Make(model, new C99Options("m", C99Numbers.EightBit)).Files
        );
    }

    /// <summary>The engine computes the same network by other code; both are float, so 1e-5.</summary>
    [Theory]
    [InlineData(CellKind.Lstm, Pooling.Last, 1)]
    [InlineData(CellKind.Gru, Pooling.Mean, 1)]
    [InlineData(CellKind.Rnn, Pooling.Mean, 1)]
    [InlineData(CellKind.Lstm, Pooling.Mean, 3)]
    [InlineData(CellKind.Gru, Pooling.Last, 2)]
    [InlineData(CellKind.Rnn, Pooling.Last, 2)]
    public void Float_code_computes_the_network(CellKind cell, Pooling pooling, int layers)
    {
        var classifier = SmallModels.Classifier(new NetworkShape(cell, 2, 8, layers, 3, Pooling: pooling));
        var series = classifier.Preparation.Apply(SmallModels.Series(2));
        var logits = SmallModels.Logits(classifier.Network, series);
        var oracle = new FloatOracle(classifier.ToStudent());
        for (var i = 0; i < series.Count; i++)
        {
            oracle.Reset();
            var length = series.Lengths[i];
            for (var t = 0; t < length; t++)
            {
                oracle.Step([series.Values(i)[t], series.Values(i)[length + t]]);
            }

            var powers = Array.ConvertAll(logits[i], z => Math.Exp(z));
            Assert.All(
                oracle.Scores().Zip(powers),
                p => Assert.InRange(p.First - (p.Second / powers.Sum()), -1e-5, 1e-5)
            );
        }
    }

    /// <summary>Against the library's exponential, in float's own accuracy.</summary>
    [Fact]
    public void The_exponential_is_right_to_the_last_bits()
    {
        for (var x = -20.0f; x <= 20; x += 0.0137f)
        {
            // x · log2 e is rounded once: |x| · 1.44 · 2^−24 · ln 2, and 1.5e-7 for the polynomial and its roundings
            Assert.InRange(FloatOracle.Exponential(x) / Math.Exp(x), 1 - 1e-5, 1 + 1e-5);
        }

        Assert.Equal(FloatOracle.Exponential(40), FloatOracle.Exponential(float.PositiveInfinity));
        Assert.Equal(FloatOracle.Exponential(-40), FloatOracle.Exponential(float.NaN));
    }
}
