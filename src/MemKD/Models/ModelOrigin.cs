namespace MemKD.Models;

/// <summary>Where a model comes from: enough to train it again.</summary>
public sealed record ModelOrigin
{
    /// <summary>MemKD's version.</summary>
    public string Version { get; init; } = LibraryVersion;

    /// <summary>Data set's name.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>SHA-256 of the training data as read, hexadecimal.</summary>
    public string DataHash { get; init; } = "";

    /// <summary>What was trained: <c>teacher</c>, <c>none</c> (student alone) or a distillation method's id.</summary>
    public string Method { get; init; } = "";

    /// <summary>The run's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>The recipe, as JSON.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>SHA-256 of the teacher's weights, hexadecimal; empty for a model without one.</summary>
    public string TeacherHash { get; init; } = "";

    /// <summary>This library's version.</summary>
    public static string LibraryVersion { get; } =
        typeof(ModelOrigin).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
