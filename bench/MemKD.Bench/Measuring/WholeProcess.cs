using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MemKD.Bench.Measuring;

/// <summary>Times programs from start to end.</summary>
internal static unsafe partial class WholeProcess
{
    private const int Children = -1;
    private const int UsageLength = 18; // struct rusage of 64-bit Linux: two times of two words, 14 counters

    /// <summary>Runs a program to its end; its CPU time and the time that passed.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="environment">Variables of its environment.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Seconds Run(
        IReadOnlyList<string> command,
        string input = "",
        IEnumerable<(string Name, string Value)>? environment = null
    ) => Run(command, out _, input, environment);

    /// <summary>The same, and what it said.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="output">Its standard output.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="environment">Variables of its environment.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Seconds Run(
        IReadOnlyList<string> command,
        out string output,
        string input = "",
        IEnumerable<(string Name, string Value)>? environment = null
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var cpu = ChildrenCpu();
        var clock = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var wall = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        return process.ExitCode == 0
            ? new Seconds(ChildrenCpu() - cpu, wall)
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    /// <summary>CPU seconds of all child processes that have ended.</summary>
    private static double ChildrenCpu()
    {
        var usage = stackalloc long[UsageLength];
        return GetUsage(Children, usage) == 0 ? usage[0] + usage[2] + ((usage[1] + usage[3]) * 1e-6) : double.NaN;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int GetUsage(int who, long* usage);
}
