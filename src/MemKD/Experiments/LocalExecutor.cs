using System.Diagnostics;
using System.Globalization;

namespace MemKD.Experiments;

/// <summary>
/// Does the runs of a queue in child processes of this machine, one run at a time each: a crash, a leak or a lack of memory
/// ends one run and no other.
/// </summary>
public sealed class LocalExecutor
{
    // A child that Ctrl-C reached, perhaps before it reached us.
    private const int Interrupted = 130;
    private static readonly TimeSpan SignalDelay = TimeSpan.FromSeconds(1);

    private readonly Func<ProcessStartInfo> child;
    private readonly BenchmarkFolder folder;
    private readonly PendingRuns queue;
    private readonly BenchmarkProgress progress;
    private readonly int workers;

    /// <summary>Prepares the work.</summary>
    /// <param name="child">How a child is started that runs <see cref="WorkLoop"/> on its standard streams.</param>
    /// <param name="folder">The benchmark's folder.</param>
    /// <param name="queue">What is to be done.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="workers">Children at once.</param>
    public LocalExecutor(
        Func<ProcessStartInfo> child,
        BenchmarkFolder folder,
        PendingRuns queue,
        BenchmarkProgress progress,
        int workers
    )
    {
        this.child = child;
        this.folder = folder;
        this.queue = queue;
        this.progress = progress;
        this.workers = workers;
    }

    /// <summary>Works until nothing is left that can be done, or until it is stopped; then no child is left.</summary>
    public void Run(CancellationToken stop)
    {
        Exception? broken = null;
        var threads = Enumerable
            .Range(0, workers)
            .Select(_ => new Thread(() =>
            {
                try
                {
                    Work(stop);
                }
#pragma warning disable CA1031 // carried to the caller
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref broken, e, null);
                }
            }))
            .ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        if (broken is not null)
        {
            throw new InputException($"a child process could not be started: {broken.Message}", broken);
        }
    }

    private void Work(CancellationToken stop)
    {
        Child? worker = null;
        try
        {
            while (queue.Take(stop) is { } run)
            {
                progress.Start(run);
                try
                {
                    worker ??= new Child(child());
                }
                catch
                {
                    queue.Fail(run, mayRetry: false);
                    throw;
                }

                var answer = worker.Do(run.Id, share => progress.Advance(run, share), stop);
                var died = "";
                if (answer is null)
                {
                    var (code, last) = worker.End();
                    worker = null;
                    if (stop.IsCancellationRequested || (code == Interrupted && stop.WaitHandle.WaitOne(SignalDelay)))
                    {
                        return;
                    }

                    died = string.Create(CultureInfo.InvariantCulture, $"its process ended with code {code} {last}")
                        .TrimEnd();
                }

                // Whatever was said: a run is finished when its record is there.
                if (folder.TryRead(run) is { } record)
                {
                    queue.Finish(run);
                    progress.Finish(run, record.Seconds);
                }
                else if (died.Length > 0)
                {
                    folder.WriteFailure(run.Spec, died);
                    progress.Fail(run, died, queue.Fail(run, mayRetry: true));
                }
                else
                {
                    progress.Fail(
                        run,
                        answer is { Length: > 0 } ? answer : "its record cannot be read",
                        queue.Fail(run, mayRetry: false)
                    );
                }
            }
        }
        finally
        {
            worker?.End();
        }
    }

    /// <summary>One child process.</summary>
    private sealed class Child
    {
        private readonly Process process;
        private string lastError = "";

        public Child(ProcessStartInfo start)
        {
            start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
            start.UseShellExecute = false;
            process = Process.Start(start)!;
            process.ErrorDataReceived += (_, e) => lastError = e.Data is { Length: > 0 } line ? line : lastError;
            process.BeginErrorReadLine();
        }

        /// <summary>Has a run done. Returns "" when it is, the message when it failed, null when the process died.</summary>
        public string? Do(string id, Action<double> advance, CancellationToken stop)
        {
            using var kill = stop.Register(Kill);
            try
            {
                process.StandardInput.WriteLine(id);
                process.StandardInput.Flush();
            }
            catch (IOException)
            {
                return null;
            }

            while (process.StandardOutput.ReadLine() is { } line)
            {
                switch (line.Split(' ', 3))
                {
                    case [WorkLoop.Progress, var share]:
                        advance(double.Parse(share, CultureInfo.InvariantCulture));
                        break;
                    case [WorkLoop.Done, ..]:
                        return "";
                    case [WorkLoop.Failed, _, var message]:
                        return message;
                }
            }

            return null;
        }

        /// <summary>Has the process end, and waits for it.</summary>
        public (int Code, string LastError) End()
        {
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It is gone already.
            }

            process.WaitForExit();
            var code = process.ExitCode;
            process.Dispose();
            return (code, lastError);
        }

        // Records appear whole or not at all, so a child can be ended at any moment.
        private void Kill()
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It is gone already.
            }
        }
    }
}
