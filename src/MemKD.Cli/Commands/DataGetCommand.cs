using System.CommandLine;
using System.Text.Json.Nodes;
using MemKD.Cli.Options;
using MemKD.Cli.Output;
using MemKD.Series;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd data get</c>: fetches a data set of the archives into the cache.</summary>
internal static class DataGetCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "get",
            "Fetch a data set of the UCR and UEA archives into the cache",
            "memkd data get GunPoint",
            "memkd data get GunPoint --overwrite --json"
        );
        var name = new Argument<string>("NAME") { Description = "Name of the data set" };
        var record = NumberOption.Whole("--record", "Zenodo record to take instead of the known one", 1, long.MaxValue);
        var overwrite = new Option<bool>("--overwrite") { Description = "Fetch again and replace what is there" };
        verb.Add(name);
        verb.Add(record);
        verb.Add(overwrite);
        var common = new CommonOptions(verb);
        verb.SetAction(parsed =>
        {
            session.StopsCleanly = true;
            var folder = ProgressDisplay.Run(
                session,
                common.Quiet(parsed),
                $"fetching {parsed.GetValue(name)}",
                report =>
                    new ArchiveDownload()
                        .GetAsync(
                            parsed.GetValue(name)!,
                            parsed.GetValue(record),
                            parsed.GetValue(overwrite),
                            new ByteCount(report),
                            session.Stop
                        )
                        .GetAwaiter()
                        .GetResult()
            );
            if (common.Json(parsed))
            {
                session.WriteJson(new JsonObject { ["name"] = Path.GetFileName(folder), ["folder"] = folder });
            }
            else
            {
                session.Out.WriteLine(folder);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private sealed class ByteCount(Action<double> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Total > 0)
            {
                report((double)value.Bytes / value.Total.Value);
            }
        }
    }
}
