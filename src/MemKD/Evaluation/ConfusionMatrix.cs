namespace MemKD.Evaluation;

/// <summary>How often each class was taken for each class, and the measures that follow from it.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[] labelled;
    private readonly int[] predicted;
    private readonly int caseCount;

    private ConfusionMatrix(int[][] counts)
    {
        Counts = counts;
        labelled = new int[counts.Length];
        predicted = new int[counts.Length];
        for (var k = 0; k < counts.Length; k++)
        {
            for (var j = 0; j < counts.Length; j++)
            {
                labelled[k] += counts[k][j];
                predicted[j] += counts[k][j];
                caseCount += counts[k][j];
            }
        }
    }

    /// <summary>Counts the decisions; a case is decided for the class of its highest score.</summary>
    /// <param name="labels">Class number of each case.</param>
    /// <param name="scores">[case, class].</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of scores a label.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a score that is not finite.</exception>
    public static ConfusionMatrix Of(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount)
    {
        EvaluationChecks.Scores(labels, scores, classCount);
        var counts = new int[classCount][];
        for (var k = 0; k < classCount; k++)
        {
            counts[k] = new int[classCount];
        }

        for (var i = 0; i < labels.Length; i++)
        {
            counts[labels[i]][Decide(scores.Slice(i * classCount, classCount))]++;
        }

        return new ConfusionMatrix(counts);
    }

    /// <summary>The class a row of scores decides for: the highest score, of equal ones the lowest class number.</summary>
    public static int Decide(ReadOnlySpan<float> scores)
    {
        var top = 0;
        for (var k = 1; k < scores.Length; k++)
        {
            if (scores[k] > scores[top])
            {
                top = k;
            }
        }

        return top;
    }

    /// <summary>Cases, [true class][predicted class].</summary>
    public int[][] Counts { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount => Counts.Length;

    /// <summary>Share of cases decided rightly.</summary>
    public double Accuracy => Enumerable.Range(0, ClassCount).Sum(k => Counts[k][k]) / (double)caseCount;

    /// <summary>
    /// Mean <see cref="Recall"/> over the classes that have cases, as scikit-learn's
    /// <c>balanced_accuracy_score</c> (not adjusted for chance).
    /// </summary>
    public double BalancedAccuracy => MacroAverage.Of([.. Enumerable.Range(0, ClassCount).Select(Recall)]).Mean;

    /// <summary>
    /// Mean <see cref="F1"/> over all K classes, as scikit-learn's <c>f1_score</c> with
    /// <c>average="macro", labels=range(K), zero_division=0</c>.
    /// </summary>
    public double MacroF1 => Enumerable.Range(0, ClassCount).Average(F1);

    /// <summary>Cases of a class.</summary>
    public int CaseCount(int classNumber) => labelled[classNumber];

    /// <summary>Share of a class's cases that were found; NaN for a class without cases.</summary>
    public double Recall(int classNumber) => Counts[classNumber][classNumber] / (double)labelled[classNumber];

    /// <summary>Share of the decisions for a class that were right; NaN for a class never decided for.</summary>
    public double Precision(int classNumber) => Counts[classNumber][classNumber] / (double)predicted[classNumber];

    /// <summary>
    /// Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); 0 for a class without a right decision,
    /// also where it has neither cases nor decisions.
    /// </summary>
    public double F1(int classNumber)
    {
        var right = Counts[classNumber][classNumber];
        return right == 0 ? 0 : 2.0 * right / (labelled[classNumber] + predicted[classNumber]);
    }
}
