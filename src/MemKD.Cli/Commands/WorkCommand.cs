using System.CommandLine;
using MemKD.Cli.Options;
using MemKD.Engine;
using MemKD.Experiments;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd work</c>: runs of a benchmark by their ids; what the children of <c>memkd benchmark</c> do.</summary>
internal static class WorkCommand
{
    /// <summary>The name as typed.</summary>
    public const string Name = "work";

    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            Name,
            "Do runs of a benchmark whose ids come on standard input, one a line",
            "memkd work runs/bench --threads 2"
        );
        var folder = new Argument<string>("DIR") { Description = "Folder of a benchmark" };
        var threads = NumberOption.Whole("--threads", "Threads of a run (default 1); results are the same", 1, 1024);
        verb.Add(folder);
        verb.Add(threads);
        verb.SetAction(parsed =>
        {
            using var team = new WorkerTeam((int)(parsed.GetValue(threads) ?? 1));
            var bench = new BenchmarkFolder(parsed.GetValue(folder)!);
            var executor = new RunExecutor(bench, new ArchiveCatalog(), team);
            var failed = WorkLoop.Run(bench, executor, Console.In, session.Out, session.Stop);
            return failed == 0 ? ExitCode.Ok : ExitCode.SomeFailed;
        });
        return verb;
    }
}
