using System.Diagnostics;

namespace MemKD.Tests;

/// <summary>Runs a script of oracle/ by another program.</summary>
internal static class OracleScript
{
    /// <summary>
    /// The script's output. Skips the test when the program is missing, or when the script ends with code 77 because a module
    /// is (fails instead with MEMKD_REQUIRE_TOOLS=1); fails it when the script does.
    /// </summary>
    /// <param name="program">Python or node.</param>
    /// <param name="script">Path below oracle/.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <param name="variable">An environment variable for it, or null.</param>
    public static string Run(
        string program,
        string script,
        string[] arguments,
        (string Name, string Value)? variable = null
    )
    {
        var start = new ProcessStartInfo(program, [Path.Combine(Repository.Root, "oracle", script), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (variable is var (name, value))
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing($"{program} is missing.");
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
