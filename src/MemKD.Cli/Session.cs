using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MemKD.Cli;

/// <summary>What a verb may touch of the outside: results go to <see cref="Out"/>, all else to <see cref="Error"/>.</summary>
internal sealed class Session(TextWriter output, TextWriter error, CancellationToken stop)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Results, and nothing else.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>
    /// The same for a verb that writes for as long as somebody reads: there a write that nobody reads is an
    /// <see cref="IOException"/>, where <see cref="Out"/> drops it.
    /// </summary>
    public Func<TextWriter> OpenLiveOut { get; init; } = () => output;

    /// <summary>Standard input.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Errors, warnings, progress.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Ctrl-C or SIGTERM.</summary>
    public CancellationToken Stop { get; } = stop;

    /// <summary>Whether a person looks at <see cref="Error"/>.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Set by a verb while it watches <see cref="Stop"/>; at other times a signal ends the process.</summary>
    public volatile bool StopsCleanly;

    /// <summary>A line for a person about what goes on.</summary>
    public void Note(string line) => Error.WriteLine(line);

    /// <summary>A line for a person about something that looks wrong.</summary>
    public void Warn(string line) => Error.WriteLine($"memkd: warning: {line}");

    /// <summary>The one JSON object of a command with <c>--json</c>.</summary>
    public void WriteJson(JsonObject value) => Out.Write(value.ToJsonString(Json) + "\n");

    /// <summary>JSON text as in <see cref="WriteJson"/>, for files.</summary>
    public static string ToText(JsonObject value) => value.ToJsonString(Json) + "\n";
}
