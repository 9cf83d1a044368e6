using System.CommandLine;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd data</c>: the group of verbs about data sets.</summary>
internal static class DataCommand
{
    /// <summary>The group.</summary>
    public static Command Create(Session session)
    {
        var group = new Verb("data", "List, describe, fetch and make data sets")
        {
            DataListCommand.Create(session),
            DataShowCommand.Create(session),
            DataGetCommand.Create(session),
            DataMakeCommand.Create(session),
        };
        CommandLine.ShowsHelp(group);
        return group;
    }
}
