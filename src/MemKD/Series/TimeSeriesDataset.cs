namespace MemKD.Series;

/// <summary>
/// Labelled series in memory: cases × channels × time points, float32, original labels kept, variable length and
/// missing values represented, never silently padded or filled.
/// </summary>
public sealed class TimeSeriesDataset
{
    /// <summary>Creates a data set.</summary>
    /// <param name="name">The data set's name, for example <c>GunPoint</c>.</param>
    /// <param name="cases">The cases in file order. All have the same number of channels.</param>
    /// <param name="classes">
    /// The class labels in their fixed order (index = class number); when null, the distinct labels of
    /// <paramref name="cases"/>: by number when every label is one, else by ordinal text order.
    /// </param>
    /// <exception cref="InputException">No case, cases with different channel counts, or a label that is not a class.</exception>
    public TimeSeriesDataset(string name, IReadOnlyList<TimeSeriesCase> cases, IReadOnlyList<string>? classes = null)
    {
        Name = name;
        Cases = cases;
        if (cases.Count == 0)
        {
            throw new InputException($"{name}: no cases; a data set needs at least one series.");
        }

        ChannelCount = cases[0].Channels.Length;
        for (var i = 0; i < cases.Count; i++)
        {
            if (cases[i].Channels.Length != ChannelCount)
            {
                throw new InputException(
                    $"{name}: case {i + 1} has {cases[i].Channels.Length} channels, the first has {ChannelCount}; give every case the same channels."
                );
            }
        }

        Classes = classes ?? SortLabels(cases.Select(c => c.Label));
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var k = 0; k < Classes.Count; k++)
        {
            index[Classes[k]] = k;
        }

        Labels = new int[cases.Count];
        for (var i = 0; i < cases.Count; i++)
        {
            if (!index.TryGetValue(cases[i].Label, out Labels[i]))
            {
                throw new InputException(
                    $"{name}: case {i + 1} has the label '{cases[i].Label}', which is not one of the classes {string.Join(", ", Classes.Take(20))}; correct the label or add the class to the training data."
                );
            }
        }
    }

    /// <summary>The data set's name.</summary>
    public string Name { get; }

    /// <summary>The cases in file order.</summary>
    public IReadOnlyList<TimeSeriesCase> Cases { get; }

    /// <summary>Class labels; a case's class number is an index into this list.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Class number of each case.</summary>
    public int[] Labels { get; }

    /// <summary>Channels of every case.</summary>
    public int ChannelCount { get; }

    /// <summary>The same cases under another class list (the one of TRAIN); a label outside it is an error.</summary>
    /// <exception cref="InputException">A case has a label that is not in <paramref name="classes"/>.</exception>
    public TimeSeriesDataset WithClasses(IReadOnlyList<string> classes) => new(Name, Cases, classes);

    /// <summary>The chosen cases, in the given order, under the same class list.</summary>
    public TimeSeriesDataset Select(IEnumerable<int> indices) => new(Name, [.. indices.Select(i => Cases[i])], Classes);

    private static string[] SortLabels(IEnumerable<string> labels)
    {
        var distinct = labels.Distinct(StringComparer.Ordinal).ToArray();
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        return distinct.All(l => double.TryParse(l, culture, out _))
            ? [.. distinct.OrderBy(l => double.Parse(l, culture)).ThenBy(l => l, StringComparer.Ordinal)]
            : [.. distinct.Order(StringComparer.Ordinal)];
    }
}
