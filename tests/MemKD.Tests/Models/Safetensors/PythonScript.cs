using System.Diagnostics;

namespace MemKD.Tests.Models.Safetensors;

/// <summary>Runs a script of oracle/.</summary>
internal static class PythonScript
{
    /// <summary>
    /// The script's output. Skips the test when there is no Python, or when the script ends with code 77 because a module
    /// is missing (fails instead with MEMKD_REQUIRE_TOOLS=1); fails it when the script does.
    /// </summary>
    public static string Run(string script, params string[] arguments)
    {
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        var start = new ProcessStartInfo(python, [Path.Combine(Repository.Root, "oracle", script), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing("python3 is missing.");
            throw;
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 77)
            {
                Missing(errors.GetAwaiter().GetResult());
            }

            Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
            return text;
        }
    }

    private static void Missing(string reason)
    {
        Assert.False(
            string.Equals(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS"), "1", StringComparison.Ordinal),
            $"{reason} MEMKD_REQUIRE_TOOLS is set."
        );
        Assert.Skip(reason);
    }
}
