namespace MemKD.Series;

/// <summary>
/// The resamples of published archive results: resample 0 is the given split; resample r puts TRAIN and TEST together
/// and draws a new TRAIN with the same number of cases of each class, in the very same way as the field's
/// evaluation tools (numpy's <c>RandomState(r)</c>), so that results can be compared case by case.
/// </summary>
public static class Resample
{
    /// <summary>Makes resample <paramref name="resample"/> of a split. Its class list stays as it is.</summary>
    /// <param name="split">The archive's split.</param>
    /// <param name="resample">0 for the split itself, else the seed.</param>
    /// <exception cref="InputException"><paramref name="resample"/> is negative.</exception>
    public static TrainTestSplit Apply(TrainTestSplit split, int resample)
    {
        if (resample < 0)
        {
            throw new InputException(
                $"resample {resample} does not exist; use 0 for the archive's split, or 1, 2, ..."
            );
        }

        if (resample == 0)
        {
            return split;
        }

        var (train, test) = Indices(
            [.. split.Train.Cases.Select(c => c.Label)],
            [.. split.Test.Cases.Select(c => c.Label)],
            (uint)resample
        );
        TimeSeriesCase[] all = [.. split.Train.Cases, .. split.Test.Cases];
        TimeSeriesDataset Part(TimeSeriesDataset of, int[] indices) =>
            new(of.Name, [.. indices.Select(i => all[i])], split.Train.Classes);
        return new TrainTestSplit(Part(split.Train, train), Part(split.Test, test));
    }

    /// <summary>
    /// Case numbers of the new TRAIN and TEST in TRAIN followed by TEST. One generator serves all classes, so their
    /// order matters: the peers' tools sort labels as text (10 before 2) and lower-case them when reading.
    /// </summary>
    internal static (int[] Train, int[] Test) Indices(string[] train, string[] test, uint seed)
    {
        string[] labels = [.. train, .. test];
        var random = new NumpyRandomState(seed);
        var newTrain = new List<int>(train.Length);
        var newTest = new List<int>(test.Length);
        var classes = train
            .GroupBy(l => l, StringComparer.Ordinal)
            .OrderBy(g => g.Key.ToLowerInvariant(), StringComparer.Ordinal)
            .ThenBy(g => g.Key, StringComparer.Ordinal);
        foreach (var group in classes)
        {
            int[] members =
            [
                .. Enumerable
                    .Range(0, labels.Length)
                    .Where(i => string.Equals(labels[i], group.Key, StringComparison.Ordinal)),
            ];
            random.Shuffle(members);
            var count = group.Count();
            newTrain.AddRange(members[..count]);
            newTest.AddRange(members[count..]);
        }

        return ([.. newTrain], [.. newTest]);
    }
}
