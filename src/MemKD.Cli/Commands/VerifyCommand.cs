using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Export.C99.Verification;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd verify</c>: exported C compiled and run on every processor there are tools for.</summary>
internal static class VerifyCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "verify",
            "Compile and run exported C: the same scores on every processor",
            "memkd verify exported",
            "memkd verify exported --target cortex-m4,cortex-m0+ --optimize size --json"
        );
        var folder = new Argument<string>("DIR") { Description = "Folder of an exported student (NAME.c, NAME.json)" };
        var target = ChoiceOption.Several(
            "--target",
            "Only these processors, commas between, or the option once for each (default: all)",
            [.. DeviceTarget.All.Select(t => t.Id)]
        );
        var optimize = ChoiceOption.Of("--optimize", "What the compiler aims at (default speed)", "speed", "size");
        verb.Add(folder);
        verb.Add(target);
        verb.Add(optimize);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            var students = ExportedCode.In(parsed.GetValue(folder)!);
            var option = parsed.GetValue(optimize) is "size" ? "-Os" : "-O2";
            var only = parsed.GetValue(target)!;
            var chosen = DeviceTarget
                .All.Where(t => only.Length == 0 || only.Contains(t.Id, StringComparer.Ordinal))
                .ToArray();
            var results = students
                .SelectMany(s => chosen.Select(t => (Student: s, Result: C99Verifier.Verify(s, t, option))))
                .ToArray();
            if (common.Json(parsed))
            {
                session.WriteJson(
                    new JsonObject
                    {
                        ["optimization"] = option,
                        ["results"] = new JsonArray([.. results.Select(r => (JsonNode)ToJson(r.Student, r.Result))]),
                    }
                );
            }
            else
            {
                TextTable.Write(
                    session.Out,
                    ["student", "numbers", "target", "result", "flash", "state", "stack", "step", ""],
                    [.. results.Select(r => Row(r.Student, r.Result))]
                );
            }

            return results.Any(r => r.Result.Outcome == VerificationOutcome.Failed) ? ExitCode.SomeFailed
                : results.All(r => r.Result.Outcome == VerificationOutcome.MissingTool) ? ExitCode.Incomplete
                : ExitCode.Ok;
        });
        return verb;
    }

    private static string[] Row(ExportedCode student, VerificationResult result)
    {
        var m = result.Measurement;
        return
        [
            student.Name,
            student.Numbers,
            result.Target.Id,
            Text(result.Outcome),
            m == null ? "" : Number(m.FlashBytes),
            m == null ? "" : Number(student.StateBytes),
            m == null ? "" : Number(m.StackBytes),
            m == null ? "" : Number(m.Step),
            m == null ? result.Detail : result.Target.Unit,
        ];
    }

    private static JsonObject ToJson(ExportedCode student, VerificationResult result) =>
        new()
        {
            ["student"] = student.Name,
            ["numbers"] = student.Numbers,
            ["target"] = result.Target.Id,
            ["processor"] = result.Target.Processor,
            ["result"] = Text(result.Outcome),
            ["detail"] = result.Detail,
            ["flash_bytes"] = result.Measurement?.FlashBytes,
            ["state_bytes"] = student.StateBytes,
            ["stack_bytes"] = result.Measurement?.StackBytes,
            ["step"] = result.Measurement?.Step,
            ["step_unit"] = result.Target.Unit,
        };

    private static string Text(VerificationOutcome outcome) =>
        outcome switch
        {
            VerificationOutcome.Passed => "passed",
            VerificationOutcome.Failed => "failed",
            _ => "missing tool",
        };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
