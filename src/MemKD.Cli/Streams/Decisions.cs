using MemKD.Runtime.Streaming;

namespace MemKD.Cli.Streams;

/// <summary>
/// One row a recording: the answer that decided, or the last one where none was sure enough. A recording ends with the
/// input, or where the stream starts anew after a gap.
/// </summary>
internal sealed class Decisions(IStreamClassifier stream, EarlyRule rule, AnswerWriter writer)
{
    private readonly EarlyDecision decision = new(rule);
    private readonly float[] probabilities = new float[stream.Classes.Count];
    private long answered = -1; // sample of the recording's latest answer
    private int latest;
    private long seen;

    /// <summary>Whether the recording has been decided.</summary>
    public bool IsMade => decision.Class is not null;

    /// <summary>Looks at the stream after a step.</summary>
    /// <param name="sample">Number of the sample, from 0.</param>
    /// <param name="isAnswer">Whether the step gave an answer.</param>
    public void Observe(long sample, bool isAnswer)
    {
        if (stream.SampleCount < seen)
        {
            End(); // the stream has started anew
        }

        seen = stream.SampleCount;
        if (!isAnswer || IsMade)
        {
            return;
        }

        (answered, latest) = (sample, stream.Class);
        stream.Scores(probabilities);
        if (decision.Observe(probabilities))
        {
            writer.Write(sample, latest, probabilities, isDecided: true);
            writer.Flush(); // who waits for a decision waits for it now
        }
    }

    /// <summary>Ends a recording: the last answer where nothing was decided.</summary>
    public void End()
    {
        if (!IsMade && answered >= 0)
        {
            writer.Write(answered, latest, probabilities, isDecided: false);
        }

        decision.Reset();
        answered = -1;
    }
}
