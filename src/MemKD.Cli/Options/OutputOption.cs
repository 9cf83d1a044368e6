using System.CommandLine;

namespace MemKD.Cli.Options;

/// <summary>Where a run goes.</summary>
internal static class OutputOption
{
    /// <summary>Adds <c>--out</c> (required) and <c>--overwrite</c>.</summary>
    public static Option<string> AddTo(Command verb, out Option<bool> overwrite)
    {
        var output = new Option<string>("--out", "-o")
        {
            Description = "Folder for the results",
            HelpName = "DIR",
            Required = true,
        };
        overwrite = new Option<bool>("--overwrite") { Description = "Replace a finished run in that folder" };
        verb.Add(output);
        verb.Add(overwrite);
        return output;
    }
}
