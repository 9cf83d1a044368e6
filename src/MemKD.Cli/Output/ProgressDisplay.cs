using System.Diagnostics;
using Spectre.Console;

namespace MemKD.Cli.Output;

/// <summary>A bar with the time left on standard error, only where a person looks at it.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Does some work that tells the share done, 0..1, from any thread.</summary>
    public static T Run<T>(Session session, bool quiet, string what, Func<Action<double>, T> work) =>
        Run(session, quiet, what, (share, _) => work(share), [new RemainingTimeColumn()]);

    /// <summary>Does some work that tells the share done and what to say of it, its time left included.</summary>
    public static T Run<T>(
        Session session,
        bool quiet,
        string what,
        Func<Action<double>, Action<string>, T> work,
        params ProgressColumn[] more
    )
    {
        if (quiet || !session.HasTerminal)
        {
            return work(_ => { }, _ => { });
        }

        // Spectre keeps to NO_COLOR and TERM=dumb by itself.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Error) });
        var clock = Stopwatch.StartNew();
        var shown = TimeSpan.Zero;
        return console
            .Progress()
            .AutoClear(true)
            .Columns([new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), .. more])
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what));
                return work(
                    share =>
                    {
                        if (clock.Elapsed - shown > Step)
                        {
                            shown = clock.Elapsed;
                            task.Value = 100 * share;
                        }
                    },
                    text => task.Description = Markup.Escape(text)
                );
            });
    }
}
