namespace MemKD.Series;

/// <summary>What a run of NaN at the end of a row means in the label-first text files (UCR .tsv and .txt).</summary>
public enum TrailingNaN
{
    /// <summary>
    /// Padding when no series of the file has NaN before its last number (the gesture sets); missing values
    /// otherwise (DodgerLoop, MelbournePedestrian).
    /// </summary>
    Auto,

    /// <summary>Padding of a short series: cut off.</summary>
    Padding,

    /// <summary>Missing values: kept.</summary>
    Missing,
}

/// <summary>Where the label stands in a wide CSV file.</summary>
public enum LabelColumn
{
    /// <summary>
    /// The end whose header is <c>label</c>, <c>class</c>, <c>target</c> or <c>y</c>; without such a header the end
    /// that is not a number in the first row; else the first column.
    /// </summary>
    Auto,

    /// <summary>The first column.</summary>
    First,

    /// <summary>The last column.</summary>
    Last,
}

/// <summary>How <see cref="SeriesFile"/> reads; the defaults fit the archives.</summary>
public sealed record SeriesFileOptions
{
    /// <summary>UCR .tsv and .txt: the meaning of NaN at the end of a row.</summary>
    public TrailingNaN TrailingNaN { get; init; }

    /// <summary>Wide CSV: where the label stands.</summary>
    public LabelColumn LabelColumn { get; init; }

    /// <summary>Wide CSV: whether the first row is a header; null looks at the row.</summary>
    public bool? Header { get; init; }

    /// <summary>Wide CSV: channels of a case; its values stand channel after channel, equally many each.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Long CSV: the file <c>case_id,label</c>, when the readings have no label column.</summary>
    public string? LabelFile { get; init; }

    /// <summary>Longest line in characters; a longer one is refused.</summary>
    public int MaxLineLength { get; init; } = 64 << 20;

    /// <summary>Most text in characters, counted after unpacking; more is refused.</summary>
    public long MaxTextLength { get; init; } = 4L << 30;

    /// <summary>Most memory in bytes for the cases (values, 64 bytes a channel, distinct labels); more is refused.</summary>
    public long MaxDatasetBytes { get; init; } = 4L << 30;
}
