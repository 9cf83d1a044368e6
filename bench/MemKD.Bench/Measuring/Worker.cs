using System.Diagnostics;
using System.Globalization;

namespace MemKD.Bench.Measuring;

/// <summary>
/// Our side of the conversation that every contestant holds with the measuring program, a line each way:
/// <list type="bullet">
/// <item><c>prepare WORDS</c> → <c>ready AMOUNT</c>, or <c>cannot REASON</c></item>
/// <item><c>run N</c> → seconds of process CPU time and of wall time for N repetitions</item>
/// <item><c>memory</c> → the largest resident memory of the process so far, in bytes</item>
/// <item><c>versions</c> → what answers, in words</item>
/// </list>
/// The end of the input ends it. <c>bench/peers</c> holds the same in Python and C++.
/// </summary>
internal static class Worker
{
    /// <summary>Answers until the input ends.</summary>
    public static void Serve(IReadOnlyList<WorkKind> kinds, TextReader input, TextWriter output)
    {
        IWork? work = null;
        while (input.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            try
            {
                output.WriteLine(
                    words[0] switch
                    {
                        "prepare" => string.Create(
                            CultureInfo.InvariantCulture,
                            $"ready {(work = Find(kinds, words[1]).Create(words[2..])).Amount:R}"
                        ),
                        "run" => Time(work!, Number(words[1])),
                        "memory" => PeakMemory(),
                        _ => $"MemKD {MemKD.Models.ModelOrigin.LibraryVersion}",
                    }
                );
            }
            catch (Exception e) when (words[0] is "prepare")
            {
                output.WriteLine($"cannot {e.Message.ReplaceLineEndings(" ")}");
            }

            output.Flush();
        }
    }

    /// <summary>A whole number of a request.</summary>
    public static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static WorkKind Find(IReadOnlyList<WorkKind> kinds, string word) =>
        kinds.First(k => string.Equals(k.Word, word, StringComparison.Ordinal));

    private static string Time(IWork work, int repetitions)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        work.Run(repetitions);
        var wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{used:R} {wall:R}");
    }

    private static string PeakMemory()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        var kibibytes = long.Parse(
            line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1)[..^2],
            CultureInfo.InvariantCulture
        );
        return (kibibytes * 1024).ToString(CultureInfo.InvariantCulture);
    }
}
