using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using MemKD.Cli.Commands;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Cli;

/// <summary>The command <c>memkd</c>: its verbs, and what becomes of errors.</summary>
internal static class CommandLine
{
    private const string TraceVariable = "MEMKD_TRACE";

    /// <summary>The whole tree of verbs.</summary>
    public static RootCommand Create(Session session)
    {
        var root = new RootCommand(
            "Trains recurrent time-series classifiers and distils them into students about 500 times smaller."
        )
        {
            DataCommand.Create(session),
            TrainCommand.Create(session),
            DistillCommand.Create(session),
            EvaluateCommand.Create(session),
            PredictCommand.Create(session),
            StreamCommand.Create(session),
            EarlyCommand.Create(session),
            ExportCommand.Create(session),
            BenchmarkCommand.Create(session),
            CompareCommand.Create(session),
            AuditCommand.Create(session),
            WorkCommand.Create(session),
            DemoCommand.Create(session),
            VerifyCommand.Create(session),
            MethodsCommand.Create(session),
            CompletionCommand.Create(session),
        };
        root.HelpName = "memkd";
        ShowsHelp(root);
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new HelpWithExamples((HelpAction)help.Action!);
                help.Aliases.Remove("/h");
                help.Aliases.Remove("/?");
            }
            else if (option is VersionOption version)
            {
                version.Action = new VersionAction();
            }
        }

        return root;
    }

    /// <summary>Makes a command that only groups others print its help.</summary>
    public static void ShowsHelp(Command group) =>
        group.SetAction(parsed => new HelpWithExamples(new HelpAction()).Invoke(parsed));

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments, Session session)
    {
        try
        {
            var parsed = Create(session).Parse(arguments);
            if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
            {
                session.Error.WriteLine($"memkd: {Explain(parsed)}");
                return ExitCode.Usage;
            }

            var code = parsed.Invoke(
                new InvocationConfiguration
                {
                    Output = session.Out,
                    Error = session.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                }
            );
            session.Out.Flush();
            return code;
        }
        catch (UsageException e)
        {
            return Fail(session, ExitCode.Usage, e.Message, e);
        }
        catch (InputException e)
        {
            return Fail(session, ExitCode.BadInput, e.Message, e);
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            return Fail(
                session,
                ExitCode.BadInput,
                "the series are too long, or the batch too large, for the memory; resample with --length, or use a smaller --batch.",
                e
            );
        }
        catch (OperationCanceledException e)
        {
            return Fail(session, ExitCode.Interrupted, "interrupted", e);
        }
#pragma warning disable CA1031 // whatever went wrong, a person gets one line and not a stack trace
        catch (Exception e)
#pragma warning restore CA1031
        {
            var cause = e is TypeInitializationException { InnerException: { } inner } ? inner : e;
            return Fail(
                session,
                ExitCode.Failure,
                $"{cause.Message.ReplaceLineEndings(" ")} ({cause.GetType().Name}; set {TraceVariable}=1 to see where)",
                e
            );
        }
    }

    private static int Fail(Session session, int code, string message, Exception e)
    {
        session.Error.WriteLine($"memkd: {message}");
        if (Environment.GetEnvironmentVariable(TraceVariable) is "1")
        {
            session.Error.WriteLine(e);
        }

        return code;
    }

    /// <summary>The first parse error, with what was probably meant, and where to read on.</summary>
    private static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var message = parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
        if (parsed.UnmatchedTokens.Count > 0)
        {
            var token = parsed.UnmatchedTokens[0];
            var names = token.StartsWith('-')
                ? command.Options.SelectMany(o => (string[])[o.Name, .. o.Aliases])
                : command.Subcommands.Select(c => c.Name);
            message =
                $"'{token}' is not known here"
                + (NearestName.Of(token, names) is { } nearest ? $"; did you mean {nearest}?" : ".");
        }
        else
        {
            message += ".";
        }

        return $"{message} See '{FullName(command)} --help'.";
    }

    /// <summary>A command as it is typed, for example <c>memkd data get</c>.</summary>
    public static string FullName(Command command) =>
        command is RootCommand ? "memkd"
        : command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {command.Name}"
        : command.Name;

    private sealed class VersionAction : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"memkd {ModelOrigin.LibraryVersion}");
            return ExitCode.Ok;
        }
    }
}
