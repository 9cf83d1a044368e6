using MemKD.Models;
using MemKD.Series;

namespace MemKD.Experiments;

/// <summary>
/// The only way of a run to its test cases: shut until the weights are fixed, open once, and then no choice can be made
/// any more. It keeps the trail that goes into the record.
/// </summary>
public sealed class TestGate
{
    /// <summary>The trail of a run that kept the rules; λ is chosen or given by students that are distilled alone.</summary>
    public static IReadOnlyList<string> LawfulTrail { get; } = [TrainRead, WeightChosen, WeightsFixed, TestRead];

    private const string TrainRead = "train read";
    private const string WeightChosen = "lambda settled";
    private const string WeightsFixed = "weights fixed";
    private const string TestRead = "test read";

    private readonly TestDoor door;
    private readonly List<string> trail = [TrainRead];
    private string? weights;

    /// <summary>Shuts the gate in front of a data set.</summary>
    public TestGate(TestDoor door) => this.door = door;

    /// <summary>The training cases.</summary>
    public TimeSeriesDataset Train => door.Train;

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<string> Trail => trail;

    /// <summary>Whether a trail is that of a run that kept the rules.</summary>
    /// <param name="trail">As in a record.</param>
    /// <param name="isDistilled">Whether λ had to be settled.</param>
    public static bool IsLawful(IReadOnlyList<string> trail, bool isDistilled) =>
        trail.SequenceEqual(LawfulTrail.Where(e => isDistilled || e is not WeightChosen), StringComparer.Ordinal);

    /// <summary>Notes that λ is settled.</summary>
    /// <exception cref="InvalidOperationException">The weights are fixed already.</exception>
    public void SettleLambda() => Note(WeightChosen, weights is null);

    /// <summary>Fixes the weights: what is opened later is for this model alone.</summary>
    /// <exception cref="InvalidOperationException">They are fixed already.</exception>
    public void Fix(RecurrentClassifier model)
    {
        Note(WeightsFixed, weights is null);
        weights = model.WeightHash;
    }

    /// <summary>Reads the test cases.</summary>
    /// <param name="model">The model that they are for; its weights are those that were fixed.</param>
    /// <exception cref="InvalidOperationException">The weights are not fixed, have changed since, or it was opened before.</exception>
    /// <exception cref="InputException">The test file is broken, or does not fit TRAIN.</exception>
    public TimeSeriesDataset Open(RecurrentClassifier model)
    {
        Note(
            TestRead,
            weights is not null
                && string.Equals(weights, model.WeightHash, StringComparison.Ordinal)
                && !trail.Contains(TestRead, StringComparer.Ordinal)
        );
        return door.Open();
    }

    private void Note(string what, bool allowed)
    {
        trail.Add(what);
        if (!allowed)
        {
            throw new InvalidOperationException(
                $"test cases may be read once, after the last choice; this run did: {string.Join(", ", trail)}"
            );
        }
    }
}
