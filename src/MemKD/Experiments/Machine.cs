using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using MemKD.Engine.Simd;
using MemKD.Models;

namespace MemKD.Experiments;

/// <summary>The machine behind a run: nothing in it changes a result but the version.</summary>
public static class Machine
{
    /// <summary>Version, system, processor, vector path.</summary>
    public static JsonObject Describe() =>
        new()
        {
            ["memkd"] = ModelOrigin.LibraryVersion,
            ["dotnet"] = RuntimeInformation.FrameworkDescription,
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["processor"] = Processor(),
            ["processors"] = Environment.ProcessorCount,
            ["vector_path"] = VectorPaths.Current.ToString(),
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
