using MemKD.Bench.Measuring;
using MemKD.Models;

namespace MemKD.Bench.Groups;

/// <summary>How soon the published command answers, and how large it is.</summary>
internal static class StartGroup
{
    private const double MostSeconds = 0.15;

    public static Group Group { get; } =
        new(
            "start",
            "Start-up",
            "From start to end: `memkd --help`, and `memkd stream` with three samples, as published in one self-contained file (`dotnet publish -r linux-x64 --self-contained -p:PublishSingleFile=true "
                + "-p:PublishReadyToRun=true`). Wall time, one processor.",
            Run,
            []
        );

    private static Section Run(Contest contest)
    {
        var section = new Section();
        if (contest.Peers.Memkd is not { } memkd)
        {
            section.Add("Start-up", ["not measured: no published memkd"], []);
            return section;
        }

        var model = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        try
        {
            ModelFile.Write(model, MadeModel.Lstm(8, 1));
            var rows = new List<string[]>();
            foreach (
                var (name, arguments, input) in (ReadOnlySpan<(string, string[], string)>)
                    [
                        ("memkd --help", ["--help"], ""),
                        ("memkd stream", ["stream", model, "--quiet"], "0.1\n0.2\n0.3\n"),
                    ]
            )
            {
                string[] command = [.. Contest.Command(1, memkd), .. arguments];
                WholeProcess.Run(command, input); // from the disk into memory
                Seconds[] runs =
                [
                    .. Enumerable.Range(0, contest.Effort.Rounds).Select(_ => WholeProcess.Run(command, input)),
                ];
                var wall = Statistics.Median(runs.Select(r => r.Wall));
                rows.Add([
                    name,
                    Show.Milliseconds(wall),
                    Show.Milliseconds(runs.Min(r => r.Wall)),
                    Show.Milliseconds(Statistics.Median(runs.Select(r => r.Cpu))),
                ]);
                section.Goals.Add(Goal.AtMost($"start-up, {name}", MostSeconds, wall, "s"));
            }

            rows.Add(["size of the file, MiB", Show.Mebibytes(new FileInfo(memkd).Length), "", ""]);
            section.Add("Start to end", ["command", "ms", "least", "CPU, ms"], rows);
            return section;
        }
        finally
        {
            File.Delete(model);
        }
    }
}
