using System.Globalization;
using MemKD.Bench.Measuring;

namespace MemKD.Bench;

/// <summary>Where the peers are; null: not on this machine, and left out.</summary>
internal sealed record PeerFiles
{
    /// <summary>Python with PyTorch.</summary>
    public string? Python { get; init; }

    /// <summary>bench/peers/torch_bench.py.</summary>
    public string TorchScript { get; init; } = "bench/peers/torch_bench.py";

    /// <summary>The program made of bench/peers/onednn.</summary>
    public string? OneDnn { get; init; }

    /// <summary>libonnxruntime.so.1.</summary>
    public string? OnnxRuntime { get; init; }

    /// <summary>The command memkd, published as one file.</summary>
    public string? Memkd { get; init; }
}

/// <summary>What a group measures with: the effort, and contestants bound to processors.</summary>
/// <param name="effort">How long and how often.</param>
/// <param name="peers">The peers there are.</param>
internal sealed class Contest(Effort effort, PeerFiles peers)
{
    private static readonly int[] Processors = [.. AllowedProcessors()];

    /// <summary>How long and how often.</summary>
    public Effort Effort => effort;

    /// <summary>Whether this run only shows that everything runs.</summary>
    public bool IsQuick => effort == Effort.Quick;

    /// <summary>The peers there are.</summary>
    public PeerFiles Peers => peers;

    /// <summary>Whether two threads can be measured.</summary>
    public static bool HasTwoProcessors => Processors.Length > 1;

    /// <summary>What is done only in a run for results.</summary>
    public T Quick<T>(T quick, T full) => IsQuick ? quick : full;

    /// <summary>Our worker.</summary>
    public static Contestant Ours(string name = "MemKD", int threads = 1, string? path = null) =>
        new(name, Command(threads, OwnCommand("worker")), path == null ? [] : [("MEMKD_PATH", path)]);

    /// <summary>Our worker under the settings of .NET that an application has unless it chooses others, not those of <c>memkd</c>.</summary>
    public static Contestant OursInApplication(string name = "MemKD") =>
        new(name, Command(1, OwnCommand("worker")), ("DOTNET_TieredPGO", "1"), ("DOTNET_TC_QuickJitForLoops", "1"));

    /// <summary>PyTorch.</summary>
    public Contestant? Torch(int threads = 1) =>
        peers.Python == null
            ? null
            : new("PyTorch", Command(threads, peers.Python, peers.TorchScript), [.. Threads(threads)]);

    /// <summary>oneDNN.</summary>
    public Contestant? OneDnn(int threads = 1) =>
        peers.OneDnn == null ? null : new("oneDNN", Command(threads, peers.OneDnn), [.. Threads(threads)]);

    /// <summary>ONNX Runtime through its C API, in a worker of ours.</summary>
    public Contestant? OnnxRuntime() =>
        peers.OnnxRuntime == null
            ? null
            : new("ONNX Runtime", Command(1, OwnCommand("worker")), (Groups.OnnxRuntime.Variable, peers.OnnxRuntime));

    /// <summary>A command bound to as many processors as it has threads: the last ones, where less else runs.</summary>
    public static string[] Command(int threads, params string[] command) =>
        File.Exists("/usr/bin/taskset")
            ? ["/usr/bin/taskset", "-c", string.Join(',', Processors.TakeLast(threads)), .. command]
            : command;

    /// <summary>This program.</summary>
    public static string[] OwnCommand(params string[] arguments) =>
        [
            Environment.ProcessPath!,
            .. IsHosted ? [typeof(Contest).Assembly.Location] : Array.Empty<string>(),
            .. arguments,
        ];

    /// <summary>What tells a peer how many threads it has.</summary>
    public static IEnumerable<(string, string)> Threads(int threads)
    {
        var count = threads.ToString(CultureInfo.InvariantCulture);
        return [("OMP_NUM_THREADS", count), ("OPENBLAS_NUM_THREADS", count)];
    }

    /// <summary>Prepares the contestants that there are, measures them in turn, and ends them.</summary>
    /// <param name="byWall">Whether wall time counts.</param>
    /// <param name="cases">Contestants, or null, and what each is to do.</param>
    /// <returns>A measurement for each, null for a contestant that is not there.</returns>
    public Measurement?[] Measure(bool byWall, params (Contestant? Contestant, string Words)[] cases)
    {
        foreach (var (contestant, words) in cases)
        {
            contestant?.Prepare(words);
        }

        var measured = Rounds.Measure(effort, byWall, [.. cases.Select(c => c.Contestant).OfType<Contestant>()]);
        var next = 0;
        return [.. cases.Select(c => c.Contestant == null ? null : measured[next++])];
    }

    private static bool IsHosted =>
        string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.Ordinal);

    /// <summary>The processors that this process may use.</summary>
    private static IEnumerable<int> AllowedProcessors()
    {
        const string status = "/proc/self/status";
        const string key = "Cpus_allowed_list:";
        var line = File.Exists(status)
            ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))
            : null;
        foreach (var range in line?[key.Length..].Trim().Split(',') ?? ["0"])
        {
            var ends = range.Split('-').Select(Worker.Number).ToArray();
            for (var processor = ends[0]; processor <= ends[^1]; processor++)
            {
                yield return processor;
            }
        }
    }
}
