using MemKD.Export.C99.Verification;

namespace MemKD.Tests.Export.C99;

/// <summary>The C compiler of this computer, and what tests compile with it.</summary>
internal static class Toolchain
{
    /// <summary>Skips the test when a tool is missing, with MEMKD_REQUIRE_TOOLS=1 fails it.</summary>
    public static void Need(DeviceTarget target)
    {
        if (target.MissingTool is { } tool)
        {
            var reason = $"{tool} is missing (Debian: {target.Packages})";
            Assert.False(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS") == "1", reason);
            Assert.Skip(reason);
        }
    }

    /// <summary>Compiles sources of a folder with warnings as errors and the sanitizers, runs the program, and returns what it prints.</summary>
    public static string CompileAndRun(string folder, params string[] options)
    {
        Need(DeviceTarget.All[0]);
        var program = Path.Combine(folder, "program");
        var (code, output) = ToolProcess.Run(
            folder,
            "gcc",
            [
                "-std=c99",
                "-O1",
                "-g",
                "-ffp-contract=off",
                .. C99Verifier.Warnings,
                "-fsanitize=address,undefined,float-cast-overflow",
                "-fno-sanitize-recover=all",
                .. options,
                "-o",
                program,
            ]
        );
        Assert.True(code == 0, output);
        (code, output) = ToolProcess.Run(folder, program);
        Assert.True(code == 0, $"exit code {code}: {output}");
        return output.Trim();
    }
}
