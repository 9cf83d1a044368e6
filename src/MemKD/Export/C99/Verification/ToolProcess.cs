using System.Diagnostics;

namespace MemKD.Export.C99.Verification;

/// <summary>Runs compilers and emulators.</summary>
internal static class ToolProcess
{
    private const int MostMilliseconds = 60_000;
    private const int MostCharacters = 100_000;

    /// <summary>A program of PATH; null: not there.</summary>
    public static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, tool))
            .FirstOrDefault(File.Exists);

    /// <summary>The exit code and all output; −1 after a minute, when the program is ended.</summary>
    public static (int Code, string Output) Run(string folder, string tool, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = ReadAsync(process.StandardOutput);
        var errors = ReadAsync(process.StandardError);
        var ended = process.WaitForExit(MostMilliseconds);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        var text = output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
        return ended ? (process.ExitCode, text) : (-1, $"{text}\n{tool}: not done after a minute");
    }

    /// <summary>The beginning of what a program prints; the rest is read and dropped, so that it does not wait.</summary>
    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            text.Append(buffer, 0, Math.Min(count, MostCharacters - text.Length));
        }

        return text.ToString();
    }
}
