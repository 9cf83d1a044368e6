using MemKD.Comparison.Statistics;

namespace MemKD.Comparison;

/// <summary>A case on which exactly one of two runs is right.</summary>
/// <param name="Case">Its number, from 0.</param>
/// <param name="Label">Its class number.</param>
/// <param name="First">What the first run decided.</param>
/// <param name="Second">What the second run decided.</param>
public readonly record struct FlippedCase(int Case, int Label, int First, int Second);

/// <summary>Two runs on the same cases.</summary>
/// <param name="BothRight">Cases that both decide rightly.</param>
/// <param name="BothWrong">Cases that both decide wrongly, alike or not.</param>
/// <param name="Flipped">Cases that one decides rightly and the other wrongly, in case order.</param>
/// <param name="Test">McNemar's test.</param>
public sealed record RunComparison(int BothRight, int BothWrong, IReadOnlyList<FlippedCase> Flipped, McNemarTest Test)
{
    /// <summary>Compares case by case.</summary>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="first">What the first run decided.</param>
    /// <param name="second">What the second run decided.</param>
    /// <exception cref="InputException">Not as many decisions as cases in both runs.</exception>
    public static RunComparison Of(ReadOnlySpan<int> labels, ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (labels.Length != first.Length || labels.Length != second.Length)
        {
            throw new InputException(
                $"The runs do not have the same cases: {labels.Length} labels, {first.Length} and {second.Length} decisions; compare runs on the same split."
            );
        }

        var (right, wrong, onlyFirst, onlySecond) = (0, 0, 0, 0);
        var flipped = new List<FlippedCase>();
        for (var i = 0; i < labels.Length; i++)
        {
            var (a, b) = (first[i] == labels[i], second[i] == labels[i]);
            right += a && b ? 1 : 0;
            wrong += !a && !b ? 1 : 0;
            onlyFirst += a && !b ? 1 : 0;
            onlySecond += b && !a ? 1 : 0;
            if (a != b)
            {
                flipped.Add(new FlippedCase(i, labels[i], first[i], second[i]));
            }
        }

        return new RunComparison(right, wrong, flipped, McNemarTest.Of(onlyFirst, onlySecond));
    }
}
