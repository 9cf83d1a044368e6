using System.Text.Json.Nodes;
using MemKD.Experiments;

namespace MemKD.Cli.Output;

/// <summary>The machine behind a run, for <c>env.json</c>: nothing in it changes a result but the version.</summary>
internal static class RunEnvironment
{
    /// <summary>Collects it.</summary>
    public static JsonObject Describe(int threads, ulong seed, TimeSpan elapsed)
    {
        var machine = Machine.Describe();
        machine["threads"] = threads;
        machine["seed"] = seed;
        machine["seconds"] = Math.Round(elapsed.TotalSeconds, 3);
        machine["finished"] = DateTimeOffset.UtcNow.ToString(
            "yyyy-MM-ddTHH:mm:ssZ",
            System.Globalization.CultureInfo.InvariantCulture
        );
        return machine;
    }
}
