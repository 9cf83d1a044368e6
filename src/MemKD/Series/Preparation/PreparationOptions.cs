namespace MemKD.Series;

/// <summary>What <see cref="Preparation.Fit"/> shall do.</summary>
public sealed record PreparationOptions
{
    /// <summary>How values are scaled; <see cref="Normalization.Auto"/> is resolved when fitted and recorded.</summary>
    public Normalization Normalization { get; init; } = Normalization.Auto;

    /// <summary>
    /// A series with more time points is interpolated down to this many; a shorter one keeps its length. At least 2;
    /// null keeps every length.
    /// </summary>
    public int? MaxLength { get; init; } = 100;

    /// <summary>Whether the network also sees first differences, one further channel for each (<see cref="MemKD.Series.Differences"/>).</summary>
    public bool Differences { get; init; } = true;
}
