namespace MemKD.Runtime.Streaming;

/// <summary>
/// A network with its state of one stream: all that floats and integers do differently. Gaps, rates, windows, resets and
/// snapshots are the same for both.
/// </summary>
internal interface IStreamNetwork
{
    /// <summary>What it computes with, one word a kind.</summary>
    string Numbers { get; }

    /// <summary>
    /// Samples are scaled in float32 as exported C does it, and differences are the network's own affair; else it takes both
    /// in training's precision.
    /// </summary>
    bool IsExported { get; }

    /// <summary>The class of the largest logit, the first of equal ones.</summary>
    int Class { get; }

    /// <summary>Takes a prepared time point: scaled samples [C], where not <see cref="IsExported"/> with their differences [D].</summary>
    void Step(ReadOnlySpan<float> input);

    /// <summary>The linear layer's outputs, [K].</summary>
    void Logits(Span<float> values);

    /// <summary>Probabilities, [K].</summary>
    void Scores(Span<float> probabilities);

    /// <summary>Forgets everything.</summary>
    void Reset();

    /// <summary>Writes the state.</summary>
    void Write(BinaryWriter writer);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <returns>Whether it can be.</returns>
    bool Read(BinaryReader reader);
}
