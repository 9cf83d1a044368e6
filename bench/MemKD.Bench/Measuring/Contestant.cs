using System.Diagnostics;
using System.Globalization;

namespace MemKD.Bench.Measuring;

/// <summary>Seconds of one run.</summary>
/// <param name="Cpu">Process CPU time.</param>
/// <param name="Wall">Time that passed.</param>
internal readonly record struct Seconds(double Cpu, double Wall)
{
    public static Seconds operator /(Seconds a, double b) => new(a.Cpu / b, a.Wall / b);
}

/// <summary>A process that does work when asked to (<see cref="Worker"/> says how it is asked), bound to some processors.</summary>
internal sealed class Contestant : IDisposable
{
    private readonly Process process;

    /// <summary>Starts it.</summary>
    /// <param name="name">Its name in tables.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables of its environment.</param>
    public Contestant(string name, IReadOnlyList<string> command, params (string Name, string Value)[] environment)
    {
        Name = name;
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        process = Process.Start(start)!;
    }

    /// <summary>Its name in tables.</summary>
    public string Name { get; }

    /// <summary>What one repetition of the prepared case does; see <see cref="IWork.Amount"/>.</summary>
    public double Amount { get; private set; }

    /// <summary>What answers, with versions.</summary>
    public string Versions => Ask("versions");

    /// <summary>The largest resident memory so far, bytes.</summary>
    public long PeakMemory => long.Parse(Ask("memory"), CultureInfo.InvariantCulture);

    /// <summary>Builds a case.</summary>
    /// <exception cref="InvalidOperationException">It cannot.</exception>
    public void Prepare(string words)
    {
        var answer = Ask($"prepare {words}");
        if (!answer.StartsWith("ready", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{Name}, {words}: {answer}");
        }

        Amount = answer.Split(' ') is [_, var amount] ? Parse(amount) : 0;
    }

    /// <summary>Does the case some times; seconds of all repetitions together.</summary>
    public Seconds Run(int repetitions)
    {
        var words = Ask(string.Create(CultureInfo.InvariantCulture, $"run {repetitions}")).Split(' ');
        return new Seconds(Parse(words[0]), Parse(words[1]));
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static double Parse(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    private string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"{Name} ended at '{line}'; its message is above.");
    }
}
