using System.Globalization;
using System.Text;
using MemKD.Bench.Measuring;
using MemKD.Comparison.Tables;
using MemKD.Experiments;

namespace MemKD.Bench;

/// <summary>One measuring run, from the command line to the report.</summary>
internal static class Session
{
    /// <summary>Measures all groups or one, prints each as it is done, and writes the report where one is asked for.</summary>
    /// <exception cref="InputException">An unknown option or group.</exception>
    public static int Run(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var effort = Effort.Full;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    effort = Effort.Quick;
                    break;
                case "--only"
                or "--output"
                or "--note"
                or "--python"
                or "--onednn"
                or "--onnxruntime"
                or "--memkd" when i + 1 < args.Length:
                    options[args[i]] = args[++i];
                    break;
                default:
                    throw new InputException($"option '{args[i]}' is not known; bench/run.sh names them.");
            }
        }

        string? Get(string option) => options.GetValueOrDefault(option) is { Length: > 0 } value ? value : null;
        var groups = Groups(Get("--only"));
        var contest = new Contest(
            effort,
            new PeerFiles
            {
                Python = Get("--python"),
                OneDnn = Get("--onednn"),
                OnnxRuntime = Get("--onnxruntime"),
                Memkd = Get("--memkd"),
            }
        );
        var facts = Facts(contest, Get("--note"));
        var sections = new List<(Group, Section)>();
        foreach (var group in groups)
        {
            var start = DateTime.UtcNow;
            var section = Measure(group, contest);
            sections.Add((group, section));
            Console.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{group.Id}: {(DateTime.UtcNow - start).TotalSeconds:F0} s"
                )
            );
            foreach (var table in section.Tables)
            {
                Console.Error.WriteLine(TextRenderer.Render(table));
            }
        }

        var report = Report.Markdown(Processor, facts, sections);
        if (Get("--output") is { } output)
        {
            WholeFile.Write(output, stream => stream.Write(Encoding.UTF8.GetBytes(report)));
            Console.Error.WriteLine(output);
        }
        else
        {
            Console.Write(report);
        }

        return 0;
    }

    /// <summary>A group that fails says so, and the others are measured.</summary>
    private static Section Measure(Group group, Contest contest)
    {
        try
        {
            return group.Run(contest);
        }
        catch (InvalidOperationException e)
        {
            var section = new Section();
            section.Add("Failed", [e.Message.ReplaceLineEndings(" ")], []);
            return section;
        }
    }

    private static string Processor => Machine.Describe()["processor"]!.GetValue<string>();

    private static IReadOnlyList<Group> Groups(string? only) =>
        only == null ? Group.All
        : Group.All.FirstOrDefault(g => string.Equals(g.Id, only, StringComparison.Ordinal)) is { } group ? [group]
        : throw new InputException(
            $"group '{only}' is not known; use {string.Join(", ", Group.All.Select(g => g.Id))}."
        );

    /// <summary>Versions and circumstances.</summary>
    private static List<(string, string)> Facts(Contest contest, string? note)
    {
        var facts = new List<(string, string)>();
        foreach (var (name, value) in Machine.Describe())
        {
            facts.Add((name.Replace('_', ' '), value?.ToString() ?? ""));
        }

        facts.Add(("load when it began", File.ReadAllText("/proc/loadavg").Trim()));
        facts.Add(("written", DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)));
        facts.Add(
            (
                "effort",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{contest.Effort.Rounds} rounds of at least {contest.Effort.RunSeconds} s each"
                )
            )
        );
        using var torch = contest.Torch();
        using var oneDnn = contest.OneDnn();
        facts.Add(("PyTorch", torch?.Versions ?? "missing: left out"));
        facts.Add(("oneDNN", oneDnn?.Versions ?? "missing: left out"));
        facts.Add(
            (
                "ONNX Runtime",
                (contest.Peers.OnnxRuntime is { } library ? MemKD.Bench.Groups.OnnxRuntime.VersionOf(library) : null)
                    ?? "missing: left out"
            )
        );
        if (note != null)
        {
            facts.Add(("note", note));
        }

        return facts;
    }
}
