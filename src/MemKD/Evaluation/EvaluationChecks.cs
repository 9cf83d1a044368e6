namespace MemKD.Evaluation;

/// <summary>What every measure asks of its input before it computes.</summary>
internal static class EvaluationChecks
{
    /// <summary>
    /// How far a row of probabilities may be from the sum 1. Float32 soft-max is within 1e-6; the room is for
    /// the integer models, whose probabilities are fixed-point numbers.
    /// </summary>
    private const double RowSumTolerance = 1e-3;

    /// <summary>Checks the shapes and the class numbers, and that no score is NaN or infinite.</summary>
    /// <exception cref="ArgumentException">Fewer than two classes, or not one row of scores a label.</exception>
    /// <exception cref="InputException">No case, a label outside 0 … K−1, or a score that is not finite.</exception>
    public static void Scores(ReadOnlySpan<int> labels, ReadOnlySpan<float> scores, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        if (scores.Length != (long)labels.Length * classCount)
        {
            throw new ArgumentException(
                $"{labels.Length} labels and {classCount} classes need {(long)labels.Length * classCount} scores [case, class], not {scores.Length}.",
                nameof(scores)
            );
        }

        if (labels.IsEmpty)
        {
            throw new InputException("No cases to evaluate; give at least one labelled series.");
        }

        for (var i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classCount)
            {
                throw new InputException(
                    $"Case {i + 1} has the class number {labels[i]}; the model knows 0 to {classCount - 1}. Evaluate with the class list of the training data."
                );
            }
        }

        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsFinite(scores[i]))
            {
                throw new InputException(
                    $"Case {(i / classCount) + 1}: the model's score for class number {i % classCount} is not a finite number; its training diverged, train it again with a smaller learning rate."
                );
            }
        }
    }

    /// <summary>As <see cref="Scores"/>, and each row is a distribution: no negative value, sum 1 ± 0.001.</summary>
    /// <exception cref="ArgumentException">See <see cref="Scores"/>.</exception>
    /// <exception cref="InputException">See <see cref="Scores"/>; or a row that is no distribution.</exception>
    public static void Probabilities(ReadOnlySpan<int> labels, ReadOnlySpan<float> probabilities, int classCount)
    {
        Scores(labels, probabilities, classCount);
        for (var i = 0; i < labels.Length; i++)
        {
            var sum = 0.0;
            foreach (var p in probabilities.Slice(i * classCount, classCount))
            {
                sum += p < 0 ? double.NaN : p;
            }

            if (!(Math.Abs(sum - 1) <= RowSumTolerance))
            {
                throw new InputException(
                    $"Case {i + 1}: the model's scores are not probabilities (none negative, sum 1 within {RowSumTolerance}); apply soft-max to the logits."
                );
            }
        }
    }
}
