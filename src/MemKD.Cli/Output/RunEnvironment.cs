using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using MemKD.Engine.Simd;
using MemKD.Models;

namespace MemKD.Cli.Output;

/// <summary>The machine behind a run, for <c>env.json</c>: nothing in it changes a result but the version.</summary>
internal static class RunEnvironment
{
    /// <summary>Collects it.</summary>
    public static JsonObject Describe(int threads, ulong seed, TimeSpan elapsed) =>
        new()
        {
            ["memkd"] = ModelOrigin.LibraryVersion,
            ["dotnet"] = RuntimeInformation.FrameworkDescription,
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["processor"] = Processor(),
            ["processors"] = Environment.ProcessorCount,
            ["vector_path"] = VectorPaths.Current.ToString(),
            ["threads"] = threads,
            ["seed"] = seed,
            ["seconds"] = Math.Round(elapsed.TotalSeconds, 3),
            ["finished"] = DateTimeOffset.UtcNow.ToString(
                "yyyy-MM-ddTHH:mm:ssZ",
                System.Globalization.CultureInfo.InvariantCulture
            ),
        };

    private static string Processor()
    {
        const string list = "/proc/cpuinfo";
        if (!File.Exists(list))
        {
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "";
        }

        var line = File.ReadLines(list).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "";
    }
}
