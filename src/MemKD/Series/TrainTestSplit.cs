namespace MemKD.Series;

/// <summary>A data set's two parts. The class list is TRAIN's; a TEST label outside it is an error.</summary>
public sealed class TrainTestSplit
{
    /// <summary>Joins the two parts under TRAIN's class list.</summary>
    /// <exception cref="InputException">TEST has an unknown label or another number of channels.</exception>
    public TrainTestSplit(TimeSeriesDataset train, TimeSeriesDataset test)
    {
        if (train.ChannelCount != test.ChannelCount)
        {
            throw new InputException(
                $"{test.Name}: TEST has {test.ChannelCount} channels, TRAIN has {train.ChannelCount}; give both the same channels."
            );
        }

        Train = train;
        Test = test.WithClasses(train.Classes);
    }

    /// <summary>The training part: everything that is fitted is fitted here.</summary>
    public TimeSeriesDataset Train { get; }

    /// <summary>The test part: opened once, after every choice is made.</summary>
    public TimeSeriesDataset Test { get; }
}
