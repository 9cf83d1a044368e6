using System.Globalization;
using System.Text.RegularExpressions;

namespace MemKD.Export.C99.Verification;

/// <summary>How a verification ended.</summary>
public enum VerificationOutcome
{
    /// <summary>Compiled without a warning, and every score is the one that .NET computed.</summary>
    Passed,

    /// <summary>Did not compile, did not run, or gave other scores.</summary>
    Failed,

    /// <summary>A compiler or an emulator is not in PATH.</summary>
    MissingTool,
}

/// <summary>Size and speed on a target.</summary>
/// <param name="FlashBytes">Code and tables without _norm and _window.</param>
/// <param name="StackBytes">Most stack below a caller of any function.</param>
/// <param name="Step">Instructions or cycles of a step, mean of many.</param>
public sealed record DeviceMeasurement(int FlashBytes, int StackBytes, int Step);

/// <summary>One student on one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">What is missing or went wrong; empty when passed.</param>
/// <param name="Measurement">Size and speed; null on this computer, and when not passed.</param>
public sealed record VerificationResult(
    DeviceTarget Target,
    VerificationOutcome Outcome,
    string Detail,
    DeviceMeasurement? Measurement
);

/// <summary>Compiles exported C for a target, runs its self-test there and measures it.</summary>
public static partial class C99Verifier
{
    /// <summary>Warnings that are errors: exported code has none.</summary>
    public static IReadOnlyList<string> Warnings { get; } =
    [
        .. "-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wcast-align -Wstrict-prototypes".Split(
            ' '
        ),
        .. "-Wmissing-prototypes -Wundef -Wdouble-promotion -Wfloat-equal -Wvla -Wswitch-default -Werror".Split(' '),
    ];

    private static readonly string[] Dialect = ["-std=c99", "-ffp-contract=off"];

    // main and board: freestanding, so that loops do not become calls of memset; AVR has its library.
    private static readonly string[] Harness =
    [
        .. "-std=gnu99 -Os -ffunction-sections -fdata-sections -fno-tree-loop-distribute-patterns".Split(' '),
    ];

    /// <summary>Verifies one student on one target.</summary>
    /// <param name="code">The student.</param>
    /// <param name="target">The target.</param>
    /// <param name="optimization">The compiler's option, -O2 or -Os.</param>
    public static VerificationResult Verify(ExportedCode code, DeviceTarget target, string optimization = "-O2")
    {
        if (target.MissingTool is { } tool)
        {
            return new(target, VerificationOutcome.MissingTool, $"{tool} (Debian: {target.Packages})", null);
        }

        var work = Directory.CreateTempSubdirectory("memkd-verify-").FullName;
        try
        {
            var (fault, measurement) =
                target.Board.Length == 0
                    ? (OnThisComputer(code, target, optimization, work), null)
                    : OnBoard(code, target, optimization, work);
            return fault == null
                ? new(target, VerificationOutcome.Passed, "", measurement)
                : new(target, VerificationOutcome.Failed, fault, null);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string? OnThisComputer(ExportedCode code, DeviceTarget target, string optimization, string work)
    {
        var program = Path.Combine(work, "selftest");
        var define = $"-D{code.Name.ToUpperInvariant()}_SELFTEST";
        return Compile(
                work,
                target.Tools[0],
                [.. Dialect, .. Warnings, optimization, define, Source(code, ""), Source(code, "_test"), "-o", program]
            ) ?? Judge(ToolProcess.Run(work, program).Code);
    }

    private static (string? Fault, DeviceMeasurement? Measurement) OnBoard(
        ExportedCode code,
        DeviceTarget target,
        string optimization,
        string work
    )
    {
        var compiler = target.Tools[0];
        var isHosted = target.LinkScript.Length == 0;
        string[] free = isHosted ? [] : ["-ffreestanding"];
        foreach (var file in (string[])["board.h", "main.c", target.Board, target.LinkScript])
        {
            Extract(file, work);
        }

        string[] student =
        [
            .. target.Processing,
            .. Dialect,
            .. Warnings,
            .. free,
            optimization,
            "-ffunction-sections",
            "-fdata-sections",
            "-c",
        ];
        string[] harness = [.. Harness, .. free, .. target.Defines, .. Names(code), "-c"];
        string[] link = isHosted
            ? ["-Wl,--gc-sections", "board.o", "main.o", "student.o", "test.o"]
            :
            [
                "-nostdlib",
                "-nostartfiles",
                "-Wl,--gc-sections",
                "-T",
                target.LinkScript,
                "board.o",
                "main.o",
                "student.o",
                "test.o",
                "-lgcc",
            ];
        var fault =
            Compile(work, compiler, [.. student, Source(code, ""), "-o", "student.o"])
            ?? Compile(work, compiler, [.. student, Source(code, "_test"), "-o", "test.o"])
            ?? Compile(work, compiler, [.. target.Processing, .. harness, "main.c", "-o", "main.o"])
            ?? Compile(work, compiler, [.. target.BoardProcessing, .. harness, target.Board, "-o", "board.o"])
            ?? Compile(work, compiler, [.. target.Processing, .. link, "-o", "firmware.elf"]);
        if (fault != null)
        {
            return (fault, null);
        }

        var (_, output) = ToolProcess.Run(work, target.Tools[1], [.. target.Emulator, "firmware.elf"]);
        var values = Report()
            .Matches(output)
            .DistinctBy(m => m.Groups["key"].Value, StringComparer.Ordinal)
            .ToDictionary(
                m => m.Groups["key"].Value,
                m => int.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture),
                StringComparer.Ordinal
            );
        if (!values.ContainsKey("end"))
        {
            return ($"{target.Tools[1]}: the program did not come to its end: {LastLine(output)}", null);
        }

        return (
            Judge(values["fault"]),
            new DeviceMeasurement(FlashBytes(code, compiler, work), values["stack"], values["step"])
        );
    }

    /// <summary>Sections of the student's object that hold code or constants, without those of _norm and _window.</summary>
    private static int FlashBytes(ExportedCode code, string compiler, string work)
    {
        var (_, output) = ToolProcess.Run(work, compiler[..^"gcc".Length] + "size", "-A", "student.o");
        string[] scaling =
        [
            $"{code.Name}_norm",
            $"{code.Name}_window",
            "sample",
            "inverse_root",
            "point",
            "mean",
            "factor",
        ];
        return Section()
            .Matches(output)
            .Where(m => !scaling.Any(s => $"{m.Groups["of"].Value}.".StartsWith($"{s}.", StringComparison.Ordinal)))
            .Sum(m => int.Parse(m.Groups["size"].Value, CultureInfo.InvariantCulture));
    }

    private static string[] Names(ExportedCode code) =>
        [
            $"-DMODEL={code.Name}",
            $"-DUPPER={code.Name.ToUpperInvariant()}",
            $"-DMODEL_HEADER=\"{code.Name}.h\"",
            $"-DSAMPLE={(code.IsFloat ? "float" : "int16_t")}",
            $"-DSCORE={(code.IsFloat ? "float" : "uint16_t")}",
            "-I",
            code.Folder,
        ];

    private static string? Compile(string work, string compiler, string[] arguments)
    {
        var (exit, output) = ToolProcess.Run(work, compiler, arguments);
        return exit == 0 ? null : $"{compiler}: {FirstError(output)}";
    }

    private static string? Judge(int fault) =>
        fault switch
        {
            0 => null,
            > 0 and <= SelfTest.SeriesCount =>
                $"other scores after series {fault.ToString(CultureInfo.InvariantCulture)} of the self-test",
            SelfTest.SeriesCount + 1 => "other scores within a series of the self-test",
            _ => "the self-test did not come to its end",
        };

    private static string FirstError(string output) =>
        output.Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.OrdinalIgnoreCase))?.Trim()
        ?? LastLine(output);

    private static string LastLine(string output) =>
        output.Split('\n').Select(l => l.Trim()).LastOrDefault(l => l.Length > 0) ?? "no output";

    private static string Source(ExportedCode code, string suffix) =>
        Path.Combine(code.Folder, $"{code.Name}{suffix}.c");

    /// <summary>Writes one of the files that are kept in this assembly.</summary>
    private static void Extract(string name, string folder)
    {
        if (name.Length == 0)
        {
            return;
        }

        using var resource = typeof(C99Verifier).Assembly.GetManifestResourceStream($"firmware/{name}")!;
        using var file = File.Create(Path.Combine(folder, name));
        resource.CopyTo(file);
    }

    [GeneratedRegex(@"memkd (?<key>[a-z]+) (?<value>[0-9]{1,9})", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Report();

    [GeneratedRegex(
        @"^\.(text|rodata|progmem\.data|data)(\.(?<of>\S+))?\s+(?<size>[0-9]{1,9})\s",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000
    )]
    private static partial Regex Section();
}
