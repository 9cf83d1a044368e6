using System.Text.Json.Nodes;
using MemKD.Tests.Series;

namespace MemKD.Tests.Export.Onnx;

/// <summary>ONNX Runtime by way of node and oracle/onnxruntime/run.js.</summary>
internal static class OnnxRuntime
{
    /// <summary>
    /// Runs jobs (see run.js) in one process; a result each. Skips the test when node or the npm package is missing, and
    /// fails it instead with MEMKD_REQUIRE_TOOLS=1.
    /// </summary>
    /// <param name="files">ONNX files by name.</param>
    /// <param name="jobs">What to run.</param>
    public static JsonArray Run(IReadOnlyDictionary<string, byte[]> files, JsonArray jobs)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(Path.Combine(folder.Path, name), bytes);
        }

        folder.Write("jobs.json", jobs.ToJsonString());
        var text = OracleScript.Run("node", "onnxruntime/run.js", [folder.Path], ("NODE_PATH", Modules));
        return JsonNode.Parse(text)!.AsArray();
    }

    /// <summary>Where .ci/run puts npm packages.</summary>
    private static string Modules
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return Path.Combine(
                string.IsNullOrEmpty(cache)
                    ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache")
                    : cache,
                "memkd-tools",
                "onnxruntime",
                "node_modules"
            );
        }
    }
}
