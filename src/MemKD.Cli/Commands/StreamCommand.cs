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
            "memkd stream runs/student --window 24 --from my_TEST.ts --case 3 --rate 50",
            "memkd stream runs/student --window 24 --hop 1 --early 0.95,3 < samples.csv"
        );
        var model = new Argument<string>("DIR") { Description = "Folder of a run, or a model file" };
        verb.Add(model);
        var choice = new StreamChoice(verb);
        var input = new SampleInput(verb, session);
        var early = EarlyOption.Of(
            "Print a decision alone, as soon as so many answers in a row name one class with that probability; then end, or with --reset-after wait for the next recording"
        );
        var every = NumberOption.Whole("--every", "Print every N-th answer, and the last one (default 1)", 1);
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No notes" };
        verb.Add(early);
        verb.Add(every);
        verb.Add(json);
        verb.Add(quiet);
        verb.SetAction(parsed =>
        {
            var student = StudentModel.Load(parsed.GetValue(model)!);
            var window = choice.WindowOrUsual(student, parsed);
            var stream = choice.Begin(student, parsed, window);
            if (choice.Window(parsed) is null && window is not null && !parsed.GetValue(quiet))
            {
                session.Note(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"windows of {window} samples, the length of the {(student.RawLengths is { } raw && raw.Shortest < raw.Longest ? "longest " : "")}training series (--window)"
                    )
                );
            }

            var rule = parsed.GetValue(early);
            if (rule is not null && parsed.GetResult(every) is not null)
            {
                throw new UsageException("--every does not go with --early, which prints decisions alone.");
            }

            AnswerWriter? writer = null;
            var source = input.Open(parsed, stream.ChannelCount, () => writer?.Flush());
            session.StopsCleanly = true;
            try
            {
                writer = new AnswerWriter(
                    session.OpenLiveOut(),
                    stream.Classes,
                    parsed.GetValue(json),
                    withDecisions: rule is not null
                );
                long samples;
                try
                {
                    samples = rule is null
                        ? Answer(stream, source, writer, parsed.GetValue(every) ?? 1)
                        : Decide(stream, source, new Decisions(stream, rule, writer), choice.StartsAnew(parsed));
                }
                finally
                {
                    // Also when a bad line or Ctrl-C ends the run: what is known has been said.
                    writer.Flush();
                }

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

    /// <summary>Classifies until the input ends: every N-th answer, and the last one.</summary>
    /// <returns>Samples read.</returns>
    private static long Answer(IStreamClassifier stream, ISampleSource source, AnswerWriter writer, long every)
    {
        var sample = new float[stream.ChannelCount];
        var probabilities = new float[stream.Classes.Count];
        var (count, answers, answered, written) = (0L, 0L, -1L, -1L);
        void Write(long at)
        {
            stream.Scores(probabilities);
            writer.Write(at, stream.Class, probabilities);
            written = at;
        }

        for (; source.Next(sample); count++)
        {
            if (!stream.Step(sample))
            {
                continue;
            }

            answered = count;
            if (++answers % every == 0)
            {
                Write(count);
            }
        }

        if (written < answered)
        {
            Write(answered);
        }

        return count;
    }

    /// <summary>Decides about a recording, or about one after the other.</summary>
    /// <returns>Samples read.</returns>
    private static long Decide(IStreamClassifier stream, ISampleSource source, Decisions decisions, bool goesOn)
    {
        var sample = new float[stream.ChannelCount];
        var count = 0L;
        while ((goesOn || !decisions.IsMade) && source.Next(sample))
        {
            decisions.Observe(count++, stream.Step(sample));
        }

        decisions.End();
        return count;
    }
}
