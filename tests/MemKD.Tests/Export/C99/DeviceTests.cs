using System.Globalization;
using MemKD.Export.C99;
using MemKD.Export.C99.Verification;
using MemKD.Runtime.Integer;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.C99;

/// <summary>
/// Exported C on four processors under emulators: the same scores as in .NET, and no more flash, stack and instructions
/// than budget.csv allows. All of it is the same on every computer with the same compiler, so it may fail a build.
/// </summary>
public sealed class DeviceTests
{
    private static readonly string[] Budget = File.ReadAllLines(
        Path.Combine(Repository.Root, "tests", "MemKD.Tests", "Export", "C99", "budget.csv")
    );

    public static TheoryData<string> Rows => [.. Budget.Skip(1)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Scores_are_those_of_dotnet_and_size_and_speed_are_within_the_budget(string row)
    {
        var cells = row.Split(',');
        var target = DeviceTarget.All.Single(t => t.Id == cells[2]);
        Toolchain.Need(target);
        using var folder = new TemporaryFolder();
        Export(cells[0], cells[1], folder.Path);

        var code = Assert.Single(ExportedCode.In(folder.Path));
        var result = C99Verifier.Verify(code, target, cells[3]);

        Assert.True(result.Outcome == VerificationOutcome.Passed, result.Detail);
        var (m, most) = (
            result.Measurement!,
            cells[4..].Select(c => int.Parse(c, CultureInfo.InvariantCulture)).ToArray()
        );
        var measured = $"{cells[0]},{cells[1]},{cells[2]},{cells[3]},{m.FlashBytes},{m.StackBytes},{m.Step}";
        TestContext.Current.TestOutputHelper?.WriteLine(measured);
        Assert.True(
            m.FlashBytes <= most[0] && m.StackBytes <= most[1] && m.Step <= most[2],
            $"{measured} exceeds {row}"
        );
    }

    [Fact]
    public void The_goals_hold()
    {
        int[] Row(string start) =>
            [
                .. Budget
                    .Single(r => r.StartsWith(start, StringComparison.Ordinal))
                    .Split(',')[4..]
                    .Select(c => int.Parse(c, CultureInfo.InvariantCulture)),
            ];
        const string Plain = "lstm 8 1 3 last";
        const int StateBytes = 48;

        // Of the design: flash of int8, RAM with stack, 1.6 instructions a product and 90 a unit (288 products with 8 units).
        Assert.True(Row($"{Plain},int8,cortex-m4,-Os")[0] <= 1600);
        Assert.True(Row($"{Plain},int8,cortex-m0+,-Os")[0] <= 1700);
        Assert.True(StateBytes + Row($"{Plain},int8,cortex-m0+,-O2")[1] <= 192);
        Assert.True(Row($"{Plain},int16,cortex-m4,-O2")[2] <= (1.6 * 288) + (90 * 8));
        Assert.True(StateBytes + Row($"{Plain},int16,cortex-m4,-O2")[1] <= 192);
        Assert.True(Row("lstm 4 1 3 last,int16,cortex-m4,-O2")[2] <= (1.6 * 80) + (90 * 4));
        Assert.True(Row("lstm 16 1 3 last,int16,cortex-m4,-O2")[2] <= (1.6 * 1088) + (90 * 16));
        Assert.True(Row($"{Plain},int8,cortex-m0+,-O2")[2] <= 3400);
        Assert.True(Row($"{Plain},float32,cortex-m4,-O2")[2] <= 3000);

        // CMSIS-NN's arm_nn_lstm_step_s8 of the same shape: 6,606 instructions.
        Assert.True(5 * Row($"{Plain},int8,cortex-m4,-O2")[2] <= 6606);
        Assert.True(5 * Row($"{Plain},int16,cortex-m4,-O2")[2] <= 6606);
    }

    [Fact]
    public void A_target_reports_a_wrong_score()
    {
        var target = DeviceTarget.All.Single(t => t.Id == "host");
        Toolchain.Need(target);
        using var folder = new TemporaryFolder();
        Export("lstm 8 1 3 last", "int8", folder.Path);
        var source = Path.Combine(folder.Path, "m.c");
        File.WriteAllText(
            source,
            File.ReadAllText(source).Replace("+ 64) >> 7", "+ 65) >> 7", StringComparison.Ordinal)
        );

        var result = C99Verifier.Verify(ExportedCode.In(folder.Path)[0], target);

        Assert.Equal(VerificationOutcome.Failed, result.Outcome);
        Assert.Contains("scores", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_exported_code_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "other.json"), "{ \"format\": 3 }");
        File.WriteAllText(Path.Combine(folder.Path, "broken.json"), "{");

        var e = Assert.Throws<InputException>(() => ExportedCode.In(folder.Path));

        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("no exported C code", e.Message, StringComparison.Ordinal);
    }

    private static void Export(string shape, string numbers, string folder)
    {
        var model = MadeStudents.Of(shape);
        if (numbers == "float32")
        {
            C99Export.Write(model, new C99Options("m", C99Numbers.FloatingPoint), folder);
            return;
        }

        var format = Enum.GetValues<WeightFormat>().Single(f => ManifestText.WeightText(f) == numbers);
        foreach (var (name, text) in C99Export.Make(model, "m", Quantizer.Quantize(model, format), []).Files)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }
}
