using System.Diagnostics;
using System.Globalization;

namespace MemKD.Cli.Tests;

/// <summary>Benchmarks as processes that are disturbed while they run.</summary>
internal static class BenchmarkProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Sends SIGTERM to a benchmark as soon as something is the case; no child may be left.</summary>
    public static CliResult StopWhen(Func<bool> holds, string[] arguments) =>
        Disturb(
            arguments,
            process =>
            {
                if (!holds())
                {
                    return false;
                }

                var children = Children(process.Id);
                using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                kill.WaitForExit();
                process.WaitForExit(Limit);
                Assert.All(children, c => Assert.False(IsRunning(c), "a child is left"));
                return true;
            }
        );

    /// <summary>Kills the first child that a benchmark starts.</summary>
    public static CliResult KillFirstChild(string[] arguments) =>
        Disturb(
            arguments,
            process =>
            {
                if (Children(process.Id).FirstOrDefault() is not (> 0 and var child))
                {
                    return false;
                }

                using var victim = Process.GetProcessById(child);
                victim.Kill();
                return true;
            }
        );

    private static CliResult Disturb(string[] arguments, Func<Process, bool> disturb)
    {
        var start = new ProcessStartInfo(Cli.Dotnet, [Cli.Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var clock = Stopwatch.StartNew();
        while (!process.HasExited && !disturb(process))
        {
            Assert.True(clock.Elapsed < Limit, "the program did not get so far");
            Thread.Sleep(5);
        }

        Assert.True(process.WaitForExit(Limit), "the program did not end");
        return new CliResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    private static List<int> Children(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.Exists("/proc") ? Directory.GetDirectories("/proc") : [])
        {
            if (
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && ParentOf(id) == parent
            )
            {
                children.Add(id);
            }
        }

        return children;
    }

    private static bool IsRunning(int id) => ParentOf(id) >= 0;

    /// <summary>The parent of a living process; −1 for none and for what is only waited for.</summary>
    private static int ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? -1 : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
