using System.Diagnostics;
using System.Text.Json;

namespace MemKD.Cli.Tests;

/// <summary>What a command line did.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliResult(int Code, string Out, string Error)
{
    /// <summary>Standard output as exactly one JSON object.</summary>
    public JsonElement Json()
    {
        Assert.True(Code == 0, $"exit code {Code}: {Error}");
        using var document = JsonDocument.Parse(Out);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        return document.RootElement.Clone();
    }

    /// <summary>Checks an error: its code, nothing on standard output, one line that starts with the program's name.</summary>
    public string Fails(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, not {code}: {Error}");
        Assert.Empty(Out);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("memkd: ", line, StringComparison.Ordinal);
        return line;
    }
}

/// <summary>Runs command lines: in this process, or as the built program where the process itself matters.</summary>
internal static class Cli
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The program's assembly, which lies beside the tests'.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "MemKD.Cli.dll");

    /// <summary>What runs it.</summary>
    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs in this process.</summary>
    public static CliResult Run(params string[] arguments) => RunWith([], arguments);

    /// <summary>Runs in this process with something on standard input.</summary>
    public static CliResult RunWith(byte[] input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var session = new Session(output, error, TestContext.Current.CancellationToken)
        {
            OpenInput = () => new MemoryStream(input),
        };
        var code = CommandLine.Run(arguments, session);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a line of shell; $0, $1, … are the arguments.</summary>
    public static CliResult Shell(string script, params string[] arguments) => Shell(Limit, script, arguments);

    /// <summary>Runs a line of shell that may take longer than others.</summary>
    public static CliResult Shell(TimeSpan limit, string script, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", script, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        return End(process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync(), limit);
    }

    /// <summary>Runs the program, with a terminal that could do colours, and environment variables as NAME=VALUE.</summary>
    public static CliResult Start(string[] variables, params string[] arguments)
    {
        using var process = Begin(variables, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        return End(process, output, error);
    }

    /// <summary>Runs the program with its standard output going to a file, by a shell.</summary>
    public static CliResult StartInto(string file, string argument)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "\"$0\" \"$1\" \"$2\" > \"$3\"", Dotnet, Program, argument, file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        return End(process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>Starts the program, asks it to stop some time after it has noted that it trains, and waits.</summary>
    public static CliResult StopWhileTraining(string[] arguments, int milliseconds)
    {
        using var process = Begin([], arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var first = process.StandardError.ReadLine() ?? "";
        Thread.Sleep(milliseconds);
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(null as IFormatProvider)]))
        {
            kill.WaitForExit();
        }

        var (code, stdout, stderr) = End(process, output, process.StandardError.ReadToEndAsync());
        return new CliResult(code, stdout, first + "\n" + stderr);
    }

    private static Process Begin(string[] variables, string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet, [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach (var variable in variables)
        {
            var at = variable.IndexOf('=', StringComparison.Ordinal);
            start.Environment[variable[..at]] = variable[(at + 1)..];
        }

        return Process.Start(start)!;
    }

    private static CliResult End(Process process, Task<string> output, Task<string> error, TimeSpan? limit = null)
    {
        if (!process.WaitForExit(limit ?? Limit))
        {
            process.Kill();
            Assert.Fail("the program did not end");
        }

        return new CliResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
