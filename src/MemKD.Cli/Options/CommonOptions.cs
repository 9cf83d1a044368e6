using System.CommandLine;
using MemKD.Engine;

namespace MemKD.Cli.Options;

/// <summary>Options that mean the same everywhere.</summary>
internal sealed class CommonOptions
{
    private readonly Option<bool> json = new("--json") { Description = "Print one JSON object and nothing else" };
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "No progress and no notes" };
    private readonly Option<long?> seed = NumberOption.Whole(
        "--seed",
        "Seed of everything drawn (default 0)",
        0,
        long.MaxValue
    );
    private readonly Option<long?> threads = NumberOption.Whole(
        "--threads",
        "Threads (default: all cores); results are the same with any number",
        1,
        1024
    );

    /// <summary>Adds them to a verb.</summary>
    public CommonOptions(Command verb, bool withSeed = false, bool withThreads = false)
    {
        if (withSeed)
        {
            verb.Add(seed);
        }

        if (withThreads)
        {
            verb.Add(threads);
        }

        verb.Add(json);
        verb.Add(quiet);
    }

    /// <summary>Whether the result is to be one JSON object.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    /// <summary>Whether notes and progress are off.</summary>
    public bool Quiet(ParseResult parsed) => parsed.GetValue(quiet);

    /// <summary>The seed.</summary>
    public ulong Seed(ParseResult parsed) => (ulong)(parsed.GetValue(seed) ?? 0);

    /// <summary>Threads to use.</summary>
    public int Threads(ParseResult parsed) => (int)(parsed.GetValue(threads) ?? Environment.ProcessorCount);

    /// <summary>A team of that many threads.</summary>
    public WorkerTeam Team(ParseResult parsed) => new(Threads(parsed));
}
