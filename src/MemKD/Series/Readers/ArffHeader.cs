namespace MemKD.Series.Readers;

/// <summary>
/// The header of an .arff file: numeric attributes (one a time point) and the class, or one relational attribute
/// (a row a channel) and the class. Keywords in any case; names are not kept.
/// </summary>
internal sealed class ArffHeader
{
    private string? misplaced;
    private bool lastIsClass;

    private ArffHeader() { }

    /// <summary>Whether a case is a relation: its rows are the channels.</summary>
    public bool IsRelational { get; private set; }

    /// <summary>Time points of every channel.</summary>
    public int Timepoints { get; private set; }

    /// <summary>The labels of the class attribute.</summary>
    public DeclaredLabels Labels { get; private set; } = null!;

    /// <summary>Reads up to and including the <c>@data</c> line.</summary>
    /// <exception cref="InputException">A line that is no header, or attributes that are no labelled series.</exception>
    public static ArffHeader Read(LineReader lines, CaseCollector collector)
    {
        var header = new ArffHeader();
        var inside = false;
        while (lines.ReadNonBlank())
        {
            var line = lines.Line.Trim();
            if (line[0] == '%')
            {
                continue;
            }

            var rest = line;
            var keyword = ArffTokens.Word(ref rest);
            if (Is(keyword, "@data") && !inside)
            {
                return header.Finish(lines);
            }

            if (Is(keyword, "@end") && inside)
            {
                inside = false;
            }
            else if (Is(keyword, "@attribute"))
            {
                inside |= header.Attribute(lines, collector, rest, inside);
            }
            else if (!Is(keyword, "@relation"))
            {
                throw lines.Error(
                    line,
                    $"{LineReader.Quote(line)} is not expected in the header; write '@attribute', '@end' (closes a relational attribute), '@data', or '%' before a comment."
                );
            }
        }

        throw lines.FileError("no '@data' line; put it between the attributes and the cases.");
    }

    /// <summary>Takes one attribute; returns whether it opens a relational one.</summary>
    private bool Attribute(LineReader lines, CaseCollector collector, ReadOnlySpan<char> rest, bool inside)
    {
        ArffTokens.Name(lines, ref rest);
        var type = rest.Trim();
        if (lastIsClass)
        {
            misplaced ??= "an attribute follows a nominal one; the class must be the last, and alone";
        }

        lastIsClass = false;
        if (Is(type, "numeric") || Is(type, "real") || Is(type, "integer"))
        {
            if (IsRelational && !inside)
            {
                misplaced ??= "a numeric attribute stands beside a relational one";
            }

            Timepoints++;
            return false;
        }

        if (Is(type, "relational") && !inside)
        {
            if (IsRelational || Timepoints > 0)
            {
                misplaced ??= "a relational attribute stands beside another attribute";
            }

            IsRelational = true;
            return true;
        }

        if (type.Length > 1 && type[0] == '{' && type[^1] == '}' && !inside)
        {
            Labels = new DeclaredLabels();
            var list = type[1..^1];
            while (!list.IsWhiteSpace())
            {
                var label = ArffTokens.Field(lines, ref list, out _);
                Labels.Add(collector.Label(ArffTokens.Unescape(label)));
            }

            lastIsClass = true;
            return false;
        }

        throw lines.Error(
            rest,
            $"the attribute type {LineReader.Quote(type)} is no series value; use numeric, or relational with numeric rows, and a nominal class '{{a,b}}'."
        );
    }

    private ArffHeader Finish(LineReader lines)
    {
        if (misplaced != null)
        {
            throw lines.Error(
                $"{misplaced}; a file holds numeric attributes or one relational attribute, then the nominal class."
            );
        }

        if (!lastIsClass)
        {
            throw lines.Error(
                "the last attribute is not nominal, so there are no class labels (a regression problem?); give a classification file."
            );
        }

        return Timepoints > 0 ? this : throw lines.Error("no numeric attribute; declare one for every time point.");
    }

    private static bool Is(ReadOnlySpan<char> text, string keyword) =>
        text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}
