using System.Text;
using MemKD.Export.Quantization;
using MemKD.Runtime;
using MemKD.Runtime.Integer;

namespace MemKD.Export.C99;

/// <summary>
/// A student as C99 for microcontrollers: NAME.h, NAME.c, NAME_test.c (a self-test with the scores that .NET computed),
/// NAME.json and NAME.mk, a Makefile. The caller owns the state; no memory is taken, no library called. docs/formats/c99.md.
/// </summary>
public static class C99Export
{
    /// <summary>Writes the files.</summary>
    /// <param name="model">The student.</param>
    /// <param name="options">Names and number formats.</param>
    /// <param name="folder">Where to; made when missing. Files of the same names are replaced.</param>
    /// <exception cref="InputException">The student cannot be held, the name is no C name, or the folder cannot be written.</exception>
    public static C99Report Write(StudentModel model, C99Options options, string folder)
    {
        var (files, report) = Make(model, options);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder}: cannot be made; choose another folder.", e);
        }

        foreach (var (name, text) in files)
        {
            WholeFile.Write(Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }

        return report;
    }

    /// <summary>The texts of all files.</summary>
    internal static (IReadOnlyList<(string Name, string Text)> Files, C99Report Report) Make(
        StudentModel model,
        C99Options options
    )
    {
        CText.CheckName(options.Name);
        if (options.Numbers == C99Numbers.FloatingPoint)
        {
            return MakeFloat(model, options.Name);
        }

        var costs = options.Gate == null ? [] : QuantizationGate.Measure(model, options.Gate);
        var format =
            options.Numbers == C99Numbers.SixteenBit ? WeightFormat.SixteenBit
            : costs.Count > 0 ? QuantizationGate.Choose(costs)
            : WeightFormat.EightBitPowerOfTwo;
        return Make(model, options.Name, Quantizer.Quantize(model, format), costs);
    }

    /// <summary>The texts of a given integer student.</summary>
    internal static (IReadOnlyList<(string Name, string Text)> Files, C99Report Report) Make(
        StudentModel model,
        string name,
        IntegerStudent student,
        IReadOnlyList<QuantizationCost> costs
    )
    {
        var shape = new CShape(name, model, IsFloat: false);
        var test = SelfTest.Of(student);
        return Files(
            shape,
            student,
            new IntegerSource(shape, student).Text(),
            test,
            new C99Report(
                Names(name),
                student.Format,
                costs,
                test.Hash,
                new IntegerTables(student).Bytes,
                shape.StateBytes
            )
        );
    }

    private static (IReadOnlyList<(string Name, string Text)> Files, C99Report Report) MakeFloat(
        StudentModel model,
        string name
    )
    {
        var shape = new CShape(name, model, IsFloat: true);
        var source = new FloatSource(shape).Text();
        var test = SelfTest.Of(model);
        var bytes = 4 * (model.ParameterCount - BiasesAddedUp(model) + (model.DifferenceScales?.Count ?? 0));
        return Files(
            shape,
            null,
            source,
            test,
            new C99Report(Names(name), null, [], test.Hash, bytes, shape.StateBytes)
        );
    }

    /// <summary>Both biases of a row are one number in C, but for GRU's candidate.</summary>
    private static int BiasesAddedUp(StudentModel model) =>
        (model.GateCount - (model.Cell == Cell.Gru ? 1 : 0)) * model.HiddenSize * model.Layers.Count;

    private static (IReadOnlyList<(string Name, string Text)> Files, C99Report Report) Files(
        CShape shape,
        IntegerStudent? student,
        string source,
        SelfTest test,
        C99Report report
    )
    {
        var numbers = student == null ? "float32" : ManifestText.WeightText(student.Format);
        var line =
            $"{shape.Model.Cell.ToString().ToUpperInvariant()} of {(shape.HasLayers ? $"{shape.LayerCount} x " : "")}{shape.Model.HiddenSize} units, {shape.Model.Classes.Count} classes, {numbers}";
        string[] texts =
        [
            HeaderText.Of(shape, line),
            source,
            SelfTestText.Of(shape, test),
            ManifestText.Of(shape, student, report),
            MakefileText.Of(shape),
        ];
        return ([.. report.Files.Zip(texts)], report);
    }

    private static string[] Names(string name) =>
        [$"{name}.h", $"{name}.c", $"{name}_test.c", $"{name}.json", $"{name}.mk"];
}
