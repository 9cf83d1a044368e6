using System.Text;
using MemKD.Engine;
using MemKD.Export.C99.Verification;
using MemKD.Export.Quantization;
using MemKD.Models;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using MemKD.Series;

namespace MemKD.Export.C99;

/// <summary>C code as formats of <c>memkd export</c>: made, compiled and run here where there is a compiler.</summary>
internal static class C99Formats
{
    /// <summary>int16 weights.</summary>
    public static ExportedModel SixteenBit(ExportRequest request) => Export(request, C99Numbers.SixteenBit);

    /// <summary>int8 weights; int16 where validation cases are given and int8 costs too much on them.</summary>
    public static ExportedModel EightBit(ExportRequest request) => Export(request, C99Numbers.EightBit);

    /// <summary>float.</summary>
    public static ExportedModel FloatingPoint(ExportRequest request) => Export(request, C99Numbers.FloatingPoint);

    private static ExportedModel Export(ExportRequest request, C99Numbers numbers)
    {
        var student = request.Model.ToStudent();
        var (files, report) = C99Export.Make(student, new C99Options(request.Name, numbers, request.Gate));
        var checks = new List<string>();
        var notChecked = new List<string> { "Cortex-M, RISC-V and AVR: `memkd verify` runs the files there" };
        if (Compile(files) is { } missing)
        {
            notChecked.Add($"that the code compiles: {missing} is not here");
        }
        else
        {
            checks.Add(
                "compiled by gcc without a warning and run on this computer: all scores of the self-test are those of .NET, bit for bit"
            );
        }

        if (report.Format is { } format)
        {
            checks.Add("no sum can leave 32 bits, whatever the samples: proved from the weights");
            checks.AddRange(
                report.Costs.Select(c =>
                    FormattableString.Invariant(
                        $"{ManifestText.WeightText(c.Format)} on copies of the training cases: {100 * c.AucPrcLoss:0.000} points of AUC-PRC lost, {100 * c.Agreement:0.00} % decided alike{(c.Format == format ? "; taken" : "")}"
                    )
                )
            );
            if (report.Costs.Count == 0 && numbers == C99Numbers.EightBit)
            {
                notChecked.Add(
                    "what int8 costs: with --data NAME or --train FILE it is measured, and int16 taken where it costs too much"
                );
            }
        }
        else
        {
            checks.Add("every score is computed by the same operations in the same order in .NET");
        }

        return new ExportedModel([.. files.Select(f => new ExportedFile(f.Name, Encoding.UTF8.GetBytes(f.Text)))])
        {
            Preparation = PreparationSteps.Of(request.Model.Preparation, ExportStage.Sequence),
            WeightBytes = report.TableBytes,
            StateBytes = report.StateBytes,
            Checks = checks,
            NotChecked = notChecked,
            Probabilities = (cases, _) =>
                report.Format is { } weights
                    ? QuantizationGate.Probabilities(
                        Quantizer.Quantize(student, weights),
                        GateCases.Series(request.Model, request.Model.Preparation.Apply(cases))
                    )
                    : Probabilities(student, GateCases.Series(request.Model, request.Model.Preparation.Apply(cases))),
            ProbabilitiesBy =
                "the arithmetic of the C code in .NET, with the exact soft-max of its logits for integers",
        };
    }

    /// <summary>Compiles and runs the self-test; the tool that is missing, or null.</summary>
    private static string? Compile(IReadOnlyList<(string Name, string Text)> files)
    {
        var host = DeviceTarget.All[0];
        if (host.MissingTool is { } tool)
        {
            return tool;
        }

        var folder = Directory.CreateTempSubdirectory("memkd-export-").FullName;
        try
        {
            foreach (var (name, text) in files)
            {
                File.WriteAllText(Path.Combine(folder, name), text);
            }

            var result = C99Verifier.Verify(ExportedCode.In(folder)[0], host);
            return result.Outcome == VerificationOutcome.Passed
                ? null
                : throw new InvalidOperationException(
                    $"the exported code does not pass its self-test: {result.Detail}"
                );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static float[] Probabilities(StudentModel student, float[][] series)
    {
        var oracle = new FloatOracle(student);
        return
        [
            .. series.SelectMany(values =>
            {
                oracle.Reset();
                var length = values.Length / student.ChannelCount;
                for (var t = 0; t < length; t++)
                {
                    oracle.Step([.. Enumerable.Range(0, student.ChannelCount).Select(c => values[(c * length) + t])]);
                }

                return oracle.Scores();
            }),
        ];
    }
}
