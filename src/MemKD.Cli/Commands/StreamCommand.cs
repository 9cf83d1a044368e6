using System.CommandLine;
using System.Globalization;
using MemKD.Cli.Options;
using MemKD.Cli.Streams;
using MemKD.Runtime;
using MemKD.Runtime.Streaming;

namespace MemKD.Cli.Commands;

/// <summary><c>memkd stream</c>: a student's answers about samples as they come.</summary>
internal static class StreamCommand
{
    /// <summary>The verb.</summary>
    public static Command Create(Session session)
    {
        var verb = new Verb(
            "stream",
            "Classify samples as they come; writes CSV: sample,class,p_CLASS...",
            "memkd stream runs/student --window 96 --hop 8 < samples.csv",
            "memkd stream runs/student --scaling running --every 100 --input float32 < samples.f32",
            "memkd stream runs/student --numbers int8 --window 96 < samples.csv",
            "memkd stream runs/student --window 24 --from my_TEST.ts --case 3 --rate 50"
        );
        var model = new Argument<string>("DIR") { Description = "Folder of a run, or a model file" };
        verb.Add(model);
        var choice = new StreamChoice(verb);
        var input = new SampleInput(verb, session);
        var every = NumberOption.Whole("--every", "Print every N-th answer, and the last one (default 1)", 1);
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No notes" };
        verb.Add(every);
        verb.Add(json);
        verb.Add(quiet);
        verb.SetAction(parsed =>
        {
            var stream = choice.Begin(StudentModel.Load(parsed.GetValue(model)!), parsed);
            AnswerWriter? writer = null;
            var source = input.Open(parsed, stream.ChannelCount, () => writer?.Flush());
            session.StopsCleanly = true;
            try
            {
                writer = new AnswerWriter(session.OpenLiveOut(), stream, parsed.GetValue(json));
                var samples = Run(stream, source, writer, parsed.GetValue(every) ?? 1, session.Stop);
                if (!parsed.GetValue(quiet))
                {
                    session.Note(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{samples} samples{(input.Skipped > 0 ? $", {input.Skipped} bad lines skipped" : "")}"
                        )
                    );
                }
            }
            catch (IOException) when (writer is not null)
            {
                // Whoever read the answers has seen enough.
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>Classifies until the input ends.</summary>
    /// <returns>Samples read.</returns>
    private static long Run(
        IStreamClassifier stream,
        ISampleSource source,
        AnswerWriter writer,
        long every,
        CancellationToken stop
    )
    {
        var sample = new float[stream.ChannelCount];
        var (count, answers, answered, written) = (0L, 0L, -1L, -1L);
        try
        {
            for (; source.Next(sample); count++)
            {
                if (!stream.Step(sample))
                {
                    continue;
                }

                answered = count;
                if (++answers % every == 0)
                {
                    writer.Write(count);
                    written = count;
                }
            }

            if (written < answered)
            {
                writer.Write(answered);
            }
        }
        finally
        {
            // Also when a bad line or Ctrl-C ends the run: what is known has been said.
            writer.Flush();
        }

        return count;
    }
}
