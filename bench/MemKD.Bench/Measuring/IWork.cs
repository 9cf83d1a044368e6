namespace MemKD.Bench.Measuring;

/// <summary>Something that can be done again and again and timed.</summary>
internal interface IWork
{
    /// <summary>How much one repetition does, in the unit of the case: floating-point operations, bytes; 0 where nothing is counted.</summary>
    double Amount => 0;

    /// <summary>Does it.</summary>
    /// <param name="repetitions">How often.</param>
    void Run(int repetitions);
}

/// <summary>A kind of work of ours, by the word that asks for it.</summary>
/// <param name="Word">The first word of a request.</param>
/// <param name="Create">Makes it from the words that follow.</param>
internal sealed record WorkKind(string Word, Func<string[], IWork> Create);
