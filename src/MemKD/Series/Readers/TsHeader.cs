namespace MemKD.Series.Readers;

/// <summary>
/// The header of a .ts file: <c>#</c> or <c>%</c> description lines, then <c>@id value</c> lines, ids in any case
/// and order, then <c>@data</c>.
/// </summary>
internal sealed class TsHeader
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private bool? univariate;

    private TsHeader() { }

    /// <summary>Whether each value is <c>(time stamp,value)</c>.</summary>
    public bool HasTimeStamps { get; private set; }

    /// <summary>Channels of every case, when stated.</summary>
    public int? ChannelCount { get; private set; }

    /// <summary>Whether every series has the same length.</summary>
    public bool EqualLength { get; private set; }

    /// <summary>Time points of every series, when stated and <see cref="EqualLength"/>.</summary>
    public int? SeriesLength { get; private set; }

    /// <summary>The labels that may occur.</summary>
    public DeclaredLabels Labels { get; private set; } = null!;

    /// <summary>Reads up to and including the <c>@data</c> line.</summary>
    /// <exception cref="InputException">A line that is no header, no class labels, or a regression problem.</exception>
    public static TsHeader Read(LineReader lines, CaseCollector collector)
    {
        var header = new TsHeader();
        while (lines.ReadNonBlank())
        {
            var line = lines.Line.Trim();
            if (line[0] is '#' or '%')
            {
                continue;
            }

            if (line[0] != '@')
            {
                throw lines.Error(
                    line,
                    $"{LineReader.Quote(line)} is no header line; start it with '#' (description) or '@', or put the missing '@data' before the first case."
                );
            }

            var idEnd = line.IndexOfAny(' ', '\t');
            var id = idEnd < 0 ? line[1..] : line[1..idEnd];
            var value = idEnd < 0 ? default : line[idEnd..].Trim();
            if (id.Equals("data", StringComparison.OrdinalIgnoreCase))
            {
                return header.Finish(lines);
            }

            header.Set(lines, collector, id, value);
        }

        throw lines.FileError("no '@data' line; put it between the header and the cases.");
    }

    private void Set(LineReader lines, CaseCollector collector, ReadOnlySpan<char> id, ReadOnlySpan<char> value)
    {
        var key = id.Length > 20 ? "" : id.ToString().ToLowerInvariant();
        key = key is "dimension" ? "dimensions" : key;
        if (key is not "problemname" && !seen.Add(key))
        {
            throw lines.Error(id, $"@{key} occurs twice in the header; keep the line that is right.");
        }

        switch (key)
        {
            case "problemname":
                break;
            case "missing":
                Bool(lines, id, value);
                break;
            case "timestamps":
                HasTimeStamps = Bool(lines, id, value);
                break;
            case "univariate":
                univariate = Bool(lines, id, value);
                break;
            case "dimensions":
                ChannelCount = Positive(lines, id, value);
                break;
            case "equallength":
                EqualLength = Bool(lines, id, value);
                break;
            case "serieslength":
                SeriesLength = Positive(lines, id, value);
                break;
            case "targetlabel":
                if (Bool(lines, id, value))
                {
                    throw Regression(lines);
                }

                break;
            case "classlabel":
                SetLabels(lines, collector, id, value);
                break;
            default:
                throw lines.Error(
                    id,
                    $"unknown header id {LineReader.Quote(id)}; correct its spelling, or put '#' before the line."
                );
        }
    }

    private void SetLabels(LineReader lines, CaseCollector collector, ReadOnlySpan<char> id, ReadOnlySpan<char> value)
    {
        var flagEnd = value.IndexOfAny(' ', '\t');
        if (!Bool(lines, id, flagEnd < 0 ? value : value[..flagEnd]))
        {
            throw Regression(lines);
        }

        var labels = new DeclaredLabels();
        var rest = flagEnd < 0 ? default : value[flagEnd..].Trim();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny(' ', '\t');
            end = end < 0 ? rest.Length : end;
            labels.Add(collector.Label(rest[..end]));
            rest = rest[end..].TrimStart();
        }

        if (labels.Count == 0)
        {
            throw lines.Error(
                id,
                "@classLabel names no labels; write '@classLabel true' and the labels, separated by spaces."
            );
        }

        Labels = labels;
    }

    private TsHeader Finish(LineReader lines)
    {
        if (Labels is null)
        {
            throw lines.Error(
                "the header has no '@classLabel' line; write '@classLabel true' and the labels, separated by spaces."
            );
        }

        if (univariate == true && ChannelCount is not (null or 1))
        {
            throw lines.Error(
                $"the header says '@univariate true' and '@dimensions {ChannelCount}'; correct one of them."
            );
        }

        ChannelCount ??= univariate == true ? 1 : null;
        SeriesLength = EqualLength ? SeriesLength : null;
        return this;
    }

    private static InputException Regression(LineReader lines) =>
        lines.Error(
            "the file has no class labels (a regression problem, or unlabelled); give a classification file with '@classLabel true' and the labels."
        );

    private static bool Bool(LineReader lines, ReadOnlySpan<char> id, ReadOnlySpan<char> value) =>
        value.Equals("true", StringComparison.OrdinalIgnoreCase)
        || (
            value.Equals("false", StringComparison.OrdinalIgnoreCase)
                ? false
                : throw lines.Error(id, $"@{id} has the value {LineReader.Quote(value)}; write true or false.")
        );

    private static int Positive(LineReader lines, ReadOnlySpan<char> id, ReadOnlySpan<char> value) =>
        int.TryParse(
            value,
            System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture,
            out var number
        )
        && number > 0
            ? number
            : throw lines.Error(
                id,
                $"@{id} has the value {LineReader.Quote(value)}; write a whole number of at least 1."
            );
}
