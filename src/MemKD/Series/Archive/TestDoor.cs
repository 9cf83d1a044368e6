namespace MemKD.Series;

/// <summary>A data set whose TRAIN is read and whose TEST is not: it is read when it is opened.</summary>
public sealed class TestDoor
{
    private readonly Func<TimeSeriesDataset> open;

    /// <summary>Shuts the door.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="location">The folder of the files, or the generator.</param>
    /// <param name="train">The training cases.</param>
    /// <param name="open">Reads the test cases under TRAIN's class list.</param>
    public TestDoor(string name, string location, TimeSeriesDataset train, Func<TimeSeriesDataset> open)
    {
        Name = name;
        Location = location;
        Train = train;
        this.open = open;
    }

    /// <summary>The data set's name.</summary>
    public string Name { get; }

    /// <summary>The folder of the files, or the generator.</summary>
    public string Location { get; }

    /// <summary>The training cases.</summary>
    public TimeSeriesDataset Train { get; }

    /// <summary>Reads the test cases, under TRAIN's class list.</summary>
    /// <exception cref="InputException">The file is broken, or does not fit TRAIN.</exception>
    public TimeSeriesDataset Open() => open();
}
