using System.Runtime.InteropServices;
using System.Text;
using MemKD.Cli;
using MemKD.Cli.Streams;

var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

// Flushed by a command that succeeds, and by nobody else: a failed one prints nothing to standard output.
var stdout = new StreamWriter(Console.OpenStandardOutput(), utf8);
using var stderr = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
using var stop = new CancellationTokenSource();
var session = new Session(stdout, stderr, stop.Token)
{
    HasTerminal = !Console.IsErrorRedirected,
    OpenLiveOut = () => LiveOutput.Open(stdout, utf8),
};

// The first Ctrl-C or SIGTERM asks a verb that can stop cleanly to do so; otherwise, and the second time, it ends here.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    if (session.StopsCleanly && !stop.IsCancellationRequested)
    {
        stop.Cancel();
        return;
    }

    stderr.WriteLine("memkd: interrupted");
    Environment.Exit(ExitCode.Interrupted);
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return CommandLine.Run(args, session);
