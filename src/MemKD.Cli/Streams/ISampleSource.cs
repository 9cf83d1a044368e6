namespace MemKD.Cli.Streams;

/// <summary>Where samples come from.</summary>
internal interface ISampleSource
{
    /// <summary>Waits for the next sample.</summary>
    /// <param name="sample">Destination, one value a channel; NaN is missing.</param>
    /// <returns>False at the end.</returns>
    bool Next(Span<float> sample);
}
