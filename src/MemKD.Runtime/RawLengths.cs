namespace MemKD.Runtime;

/// <summary>Time points of the training cases as they were recorded, before any resampling: what a window should hold.</summary>
/// <param name="Shortest">Of the shortest case; of each case its longest channel counts.</param>
/// <param name="Longest">Of the longest case.</param>
public sealed record RawLengths(int Shortest, int Longest);
