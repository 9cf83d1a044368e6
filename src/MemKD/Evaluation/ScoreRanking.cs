namespace MemKD.Evaluation;

/// <summary>Areas under the curves of one class against the rest.</summary>
/// <param name="AucPrc">Under the precision-recall curve, trapezoids; NaN without a positive case.</param>
/// <param name="AveragePrecision">The same curve, steps; NaN without a positive case.</param>
/// <param name="RocAuc">Under the ROC curve; NaN without a positive or without a negative case.</param>
internal readonly record struct CurveAreas(double AucPrc, double AveragePrecision, double RocAuc);

/// <summary>
/// For each class the cases from the highest score to the lowest, sorted once. Every curve of the cases, and of any
/// resample of them, is then one pass without sorting: O(K n log n) once, O(K n) a resample.
/// </summary>
internal sealed class ScoreRanking
{
    // One entry a case: case number << 2 | positive << 1 | last of its tie. Case numbers stay below 2^30, because
    // n cases of at least two classes fit one span.
    private const int CaseShift = 2;
    private const uint Positive = 2;
    private const uint LastOfTie = 1;

    private readonly uint[][] entries;

    private ScoreRanking(uint[][] entries) => this.entries = entries;

    /// <summary>Number of classes.</summary>
    public int ClassCount => entries.Length;

    /// <summary>Sorts.</summary>
    /// <param name="labels">Class number of each case, checked.</param>
    /// <param name="scores">[case, class], finite.</param>
    /// <param name="classCount">K.</param>
    public static ScoreRanking Of(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount)
    {
        var keys = new ulong[labels.Length];
        var orders = new uint[classCount][];
        for (var k = 0; k < classCount; k++)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                keys[i] = DescendingKey(scores[(i * classCount) + k], i);
            }

            Array.Sort(keys);
            orders[k] = Pack(keys, labels, k);
        }

        return new ScoreRanking(orders);
    }

    /// <summary>The areas of one class.</summary>
    /// <param name="classNumber">The positive class.</param>
    /// <param name="weights">How often each case occurs: 1 for the cases as they are, counts for a resample.</param>
    public CurveAreas Areas(int classNumber, ReadOnlySpan<int> weights)
    {
        // True positives and all predicted positives at this threshold and at the one before. With recall = tp / P:
        // each trapezoid is (tp - tp') / P * (precision + precision') / 2; the division by 2 P is taken out of the sum.
        // A threshold that no case of the resample has changes nothing, so a weighted pass equals a pass over the
        // written-out resample bit for bit.
        long positives = 0;
        long all = 0;
        long positivesBefore = 0;
        long allBefore = 0;
        long rocTwice = 0;
        var trapezoids = 0.0;
        var steps = 0.0;
        foreach (var entry in entries[classNumber])
        {
            var weight = weights[(int)(entry >> CaseShift)];
            all += weight;
            positives += weight * ((entry & Positive) >> 1);
            if ((entry & LastOfTie) == 0)
            {
                continue;
            }

            var gained = positives - positivesBefore;
            var falsePositives = all - allBefore - gained;
            rocTwice += falsePositives * (positives + positivesBefore);
            if (gained > 0)
            {
                var precision = positives / (double)all;
                // before the first threshold: recall 0 at precision 1, the end point of precision_recall_curve
                var precisionBefore = allBefore == 0 ? 1 : positivesBefore / (double)allBefore;
                trapezoids += gained * (precision + precisionBefore);
                steps += gained * precision;
            }

            positivesBefore = positives;
            allBefore = all;
        }

        return positives == 0
            ? new CurveAreas(double.NaN, double.NaN, double.NaN)
            : new CurveAreas(
                trapezoids / (2.0 * positives),
                steps / positives,
                rocTwice / (2.0 * positives * (all - positives)) // 0 / 0 without a negative: NaN
            );
    }

    private static uint[] Pack(ulong[] sortedKeys, ReadOnlySpan<int> labels, int classNumber)
    {
        var packed = new uint[sortedKeys.Length];
        for (var r = 0; r < packed.Length; r++)
        {
            var index = (uint)sortedKeys[r];
            var last = r + 1 == packed.Length || sortedKeys[r] >> 32 != sortedKeys[r + 1] >> 32;
            packed[r] =
                (index << CaseShift) | (labels[(int)index] == classNumber ? Positive : 0) | (last ? LastOfTie : 0);
        }

        return packed;
    }

    /// <summary>
    /// A number that sorts by falling score, then by rising case number. The bits of a float, read as an integer,
    /// rise with a positive value and fall with a negative one.
    /// </summary>
    private static ulong DescendingKey(float score, int index)
    {
        var bits = BitConverter.SingleToUInt32Bits(score + 0f); // -0 becomes +0: they are a tie
        var rising = (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
        return ((ulong)~rising << 32) | (uint)index;
    }
}
