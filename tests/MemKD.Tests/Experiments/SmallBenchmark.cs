using MemKD.Engine;
using MemKD.Experiments;
using MemKD.Series;
using MemKD.Tests.Series;

namespace MemKD.Tests.Experiments;

/// <summary>Folders with a small data set and benchmarks of tiny networks.</summary>
internal sealed class SmallBenchmark : IDisposable
{
    public const string Recipe = """
        datasets: Small
        methods: [none, memkd]
        seeds: 0..1
        hidden: 2
        lambda_grid: [0.5, 5]
        teacher: {hidden: 3, layers: 1, updates: 6}
        student: {updates: 6}
        """;

    private readonly TemporaryFolder folder = new();

    public SmallBenchmark()
    {
        var split = Generators.Find("CBF")!.Generate();
        Directory.CreateDirectory(Path.Combine(folder.Path, "data", "Small"));
        SeriesFile.Write(split.Train, TrainFile);
        SeriesFile.Write(split.Test.Select(Enumerable.Range(0, 30)), TestFile);
    }

    public string TrainFile => Path.Combine(folder.Path, "data", "Small", "Small_TRAIN.ts");

    public string TestFile => Path.Combine(folder.Path, "data", "Small", "Small_TEST.ts");

    public ArchiveCatalog Catalog =>
        new(
            ArchiveFolders.FromEnvironment(n =>
                n switch
                {
                    "MEMKD_DATA" => Path.Combine(folder.Path, "data"),
                    "XDG_CACHE_HOME" => folder.Path,
                    _ => null,
                }
            )
        );

    public void Dispose() => folder.Dispose();

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>The small recipe with some keys set to other values.</summary>
    public BenchmarkRecipe Read(params (string Key, string Value)[] changes)
    {
        var map = RecipeFile.Read(WriteFile("small.yaml", Recipe));
        foreach (var (key, value) in changes)
        {
            RecipeNode[] words = [.. value.Split(' ').Select(v => new RecipeWord(v, "test"))];
            map.Set(key, words.Length == 1 ? words[0] : new RecipeList(words, "test"));
        }

        return BenchmarkRecipe.Read(map);
    }

    public Plan Plan(params (string Key, string Value)[] changes) => new Planner(Read(changes), Catalog).Make();

    /// <summary>Begins a benchmark in a new folder.</summary>
    public BenchmarkFolder Begin(Plan plan)
    {
        var begun = new BenchmarkFolder(Path.Combine(folder.Path, Guid.NewGuid().ToString("N")));
        begun.Begin(plan, new Dictionary<string, string>(StringComparer.Ordinal) { ["Small"] = "Small" });
        return begun;
    }

    /// <summary>Does runs in this process, in the given order.</summary>
    public string[] Work(BenchmarkFolder begun, IEnumerable<PlannedRun> runs, int threads = 1)
    {
        using var team = new WorkerTeam(threads);
        using var ids = new StringReader(string.Join('\n', runs.Select(r => r.Id)));
        using var answers = new StringWriter();
        WorkLoop.Run(begun, new RunExecutor(begun, Catalog, team), ids, answers, CancellationToken.None);
        return
        [
            .. answers
                .ToString()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.TrimEnd())
                .Where(l => !l.StartsWith(WorkLoop.Progress, StringComparison.Ordinal)),
        ];
    }
}
