using System.Globalization;

namespace MemKD.Series.Readers;

/// <summary>
/// Where every reader puts what it reads: values into channels, channels into cases, labels checked and shared, and
/// all of it within the memory limit. Errors name the place in the line.
/// </summary>
internal sealed class CaseCollector(LineReader lines, SeriesFileOptions options)
{
    private const int LongestLabel = 1000;

    private readonly List<TimeSeriesCase> cases = [];
    private readonly List<float[]> channels = [];
    private readonly Dictionary<string, string> labels = new(StringComparer.Ordinal);
    private float[] values = new float[256];
    private int valueCount;
    private long bytes;

    /// <summary>The cases so far.</summary>
    public List<TimeSeriesCase> Cases => cases;

    /// <summary>Channels of the case being read.</summary>
    public int ChannelCount => channels.Count;

    /// <summary>Values of the channel being read.</summary>
    public int ValueCount => valueCount;

    /// <summary>
    /// Reads one value: a finite number, or <c>?</c> or <c>NaN</c> (missing). Surrounding blanks are allowed.
    /// </summary>
    /// <exception cref="InputException">Anything else, or a number outside float32.</exception>
    public float Parse(ReadOnlySpan<char> piece)
    {
        var token = piece.Trim();
        if (
            float.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && float.IsFinite(value)
        )
        {
            return value;
        }

        if (IsMissing(token))
        {
            return float.NaN;
        }

        throw token.IsEmpty ? lines.Error(piece, "a value is empty; write NaN for a missing value.")
        : float.IsInfinity(value)
            ? lines.Error(
                token,
                $"{LineReader.Quote(token)} is not a finite float32 number; correct it, or write NaN for a missing value."
            )
        : lines.Error(
            token,
            $"{LineReader.Quote(token)} is not a number; correct it, or write NaN for a missing value."
        );
    }

    /// <summary>Whether a token stands for a missing value.</summary>
    public static bool IsMissing(ReadOnlySpan<char> token) =>
        token is "?"
        || token.Equals("NaN", StringComparison.OrdinalIgnoreCase)
        || token.Equals("-NaN", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds a value to the channel being read.</summary>
    public void AddValue(float value)
    {
        if (valueCount == values.Length)
        {
            CheckBytes(bytes + (4L * valueCount));
            Array.Resize(ref values, 2 * valueCount);
        }

        values[valueCount++] = value;
    }

    /// <summary>Drops values at the end of the channel being read.</summary>
    public void RemoveLast(int count) => valueCount -= count;

    /// <summary>Ends the channel being read.</summary>
    /// <param name="place">A slice of the line for the message.</param>
    /// <exception cref="InputException">The channel has no value.</exception>
    public void EndChannel(ReadOnlySpan<char> place)
    {
        if (valueCount == 0)
        {
            throw lines.Error(
                place,
                $"channel {channels.Count + 1} has no value; a series needs at least one time point."
            );
        }

        Count(64 + (4L * valueCount));
        channels.Add(values[..valueCount]);
        valueCount = 0;
    }

    /// <summary>Ends the case being read.</summary>
    /// <param name="label">The label, already checked by <see cref="Label"/>.</param>
    /// <exception cref="InputException">The case has other channels than the first.</exception>
    public void EndCase(string label)
    {
        if (cases.Count > 0 && cases[0].Channels.Length != channels.Count)
        {
            throw lines.Error(
                $"the case has {channels.Count} channels, the first has {cases[0].Channels.Length}; give every case the same channels."
            );
        }

        Count(64);
        cases.Add(new TimeSeriesCase([.. channels], label));
        channels.Clear();
    }

    /// <summary>Checks a label and returns the one shared copy of its text.</summary>
    /// <exception cref="InputException">The label is empty, too long, or not readable text.</exception>
    public string Label(ReadOnlySpan<char> piece)
    {
        var token = piece.Trim();
        if (labels.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var known))
        {
            return known;
        }

        if (token.IsEmpty)
        {
            throw lines.Error(piece, "the class label is empty; write the label of the case.");
        }

        if (token.Length > LongestLabel)
        {
            throw lines.Error(
                token,
                $"the class label {LineReader.Quote(token)} is longer than {LongestLabel} characters; shorten it."
            );
        }

        foreach (var c in token)
        {
            if (char.IsControl(c) || c == '\uFFFD')
            {
                throw lines.Error(
                    token,
                    $"the class label {LineReader.Quote(token)} is not readable text; save the file as UTF-8."
                );
            }
        }

        Count(128 + (2L * token.Length));
        var label = token.ToString();
        labels.Add(label, label);
        return label;
    }

    /// <summary>Counts memory that the data set needs.</summary>
    /// <exception cref="InputException">The data set is over its limit.</exception>
    public void Count(long more)
    {
        bytes += more;
        CheckBytes(bytes);
    }

    /// <summary>The data set, its classes in their canonical order.</summary>
    /// <exception cref="InputException">No case was read.</exception>
    public TimeSeriesDataset Build(string name) =>
        cases.Count == 0
            ? throw lines.FileError("no cases; a data set needs at least one series.")
            : new TimeSeriesDataset(name, cases);

    private void CheckBytes(long needed)
    {
        if (needed > options.MaxDatasetBytes)
        {
            throw lines.Error(
                $"the data set needs more than {options.MaxDatasetBytes} bytes of memory; split the file, or raise the limit MaxDatasetBytes."
            );
        }
    }
}
