namespace MemKD.Runtime.Streaming;

/// <summary>
/// Classifies one stream, sample by sample. One object a stream, used by one thread at a time; the model behind it may be
/// shared by any number of streams and threads.
/// </summary>
public interface IStreamClassifier
{
    /// <summary>Class labels; index = class number.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Values of one sample.</summary>
    int ChannelCount { get; }

    /// <summary>Samples handed in since the last reset, missing ones included.</summary>
    long SampleCount { get; }

    /// <summary>Number of the most probable class of the latest answer; the first of equal ones. Before any answer, that of no sample.</summary>
    int Class { get; }

    /// <summary>Takes one time point.</summary>
    /// <param name="sample">One value a channel, in the units of the training series; a value that is not finite is missing.</param>
    /// <returns>Whether there is a new answer.</returns>
    /// <exception cref="ArgumentException">Not one value a channel.</exception>
    bool Step(ReadOnlySpan<float> sample);

    /// <summary>Soft-max probabilities of the latest answer.</summary>
    /// <param name="probabilities">Destination, one value a class.</param>
    void Scores(Span<float> probabilities);

    /// <summary>Forgets the stream: the next sample is the first.</summary>
    void Reset();

    /// <summary>Everything that is remembered of the stream; the same bytes on every machine.</summary>
    byte[] Snapshot();

    /// <summary>Goes on from a snapshot, taken with the same model and the same options.</summary>
    /// <param name="snapshot">What <see cref="Snapshot"/> gave.</param>
    /// <exception cref="InputException">Not such a snapshot; the stream is then reset.</exception>
    void Restore(ReadOnlySpan<byte> snapshot);
}
