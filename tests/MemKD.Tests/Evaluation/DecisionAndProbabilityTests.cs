using MemKD.Evaluation;

namespace MemKD.Tests.Evaluation;

public class DecisionAndProbabilityTests
{
    // Four cases, probability of class 1: 7/8, 6/8, 5/8, 1/8; decided 1 1 1 0.
    private static readonly int[] Labels = [1, 0, 1, 0];
    private static readonly float[] Probabilities = [0.125f, 0.875f, 0.25f, 0.75f, 0.375f, 0.625f, 0.875f, 0.125f];

    [Fact]
    public void Four_cases_give_the_decisions_counted_by_hand()
    {
        var confusion = ConfusionMatrix.Of(Labels, Probabilities, 2);
        Assert.Equal<int[]>(
            [
                [1, 1],
                [0, 2],
            ],
            confusion.Counts
        );
        Assert.Equal(0.75, confusion.Accuracy);
        Assert.Equal(0.75, confusion.BalancedAccuracy); // recalls 1/2 and 1
        Assert.Equal(2.0 / 3, confusion.Precision(1), 1e-15);
        Assert.Equal(((2.0 / 3) + (4.0 / 5)) / 2, confusion.MacroF1, 1e-15);
    }

    [Fact]
    public void Of_equal_scores_the_lowest_class_is_decided_for()
    {
        Assert.Equal(1, ConfusionMatrix.Decide([0.2f, 0.4f, 0.4f]));
        Assert.Equal(0, ConfusionMatrix.Decide([0.25f, 0.25f, 0.25f, 0.25f]));
    }

    [Fact]
    public void A_class_without_cases_and_decisions_counts_in_f1_but_not_in_balanced_accuracy()
    {
        var confusion = ConfusionMatrix.Of([0, 1], [0.9f, 0.1f, 0f, 0.2f, 0.8f, 0f], 3);
        Assert.Equal(1, confusion.BalancedAccuracy);
        Assert.Equal(2.0 / 3, confusion.MacroF1, 1e-15);
        Assert.Equal(double.NaN, confusion.Recall(2));
        Assert.Equal(double.NaN, confusion.Precision(2));
        Assert.Equal(0, confusion.F1(2));
    }

    [Fact]
    public void Four_cases_give_the_probability_measures_worked_by_hand()
    {
        var likelihood = 7.0 / 8 * (2.0 / 8) * (5.0 / 8) * (7.0 / 8);
        Assert.Equal(
            -Math.Log(likelihood) / 4,
            ProbabilityMetrics.NegativeLogLikelihood(Labels, Probabilities, 2),
            1e-15
        );
        // both columns: 2 (1 + 36 + 9 + 1) / 64 over 4 cases
        Assert.Equal(94.0 / 256, ProbabilityMetrics.Brier(Labels, Probabilities, 2));
        // confidences 7/8 7/8 | 6/8 | 5/8 in three bins: |2 - 14/8| + |0 - 6/8| + |1 - 5/8| over 4 cases
        Assert.Equal(11.0 / 32, ProbabilityMetrics.ExpectedCalibrationError(Labels, Probabilities, 2));
    }

    [Fact]
    public void Certain_models_have_measures_at_their_limits()
    {
        float[] right = [1, 0, 0, 1];
        float[] wrong = [0, 1, 1, 0];
        int[] labels = [0, 1];
        Assert.Equal(0, ProbabilityMetrics.NegativeLogLikelihood(labels, right, 2));
        Assert.Equal(0, ProbabilityMetrics.Brier(labels, right, 2));
        Assert.Equal(0, ProbabilityMetrics.ExpectedCalibrationError(labels, right, 2));
        Assert.Equal(-Math.Log(1e-15), ProbabilityMetrics.NegativeLogLikelihood(labels, wrong, 2));
        Assert.Equal(2, ProbabilityMetrics.Brier(labels, wrong, 2));
        Assert.Equal(1, ProbabilityMetrics.ExpectedCalibrationError(labels, wrong, 2));
    }

    [Fact]
    public void Calibration_bins_are_closed_above()
    {
        // The float32 nearest 0.6 lies above 9/15, the one nearest 0.8 (12/15) too, and 0.8's lower neighbour below.
        // Together in one bin the two gaps below would cancel; apart they add.
        var above = 0.8f;
        var below = MathF.BitDecrement(above);
        Assert.True((double)above > 12.0 / 15 && (double)below < 12.0 / 15);
        float[] probabilities = [above, 1 - above, below, 1 - below];
        Assert.Equal(
            (1 - (double)above + (double)below) / 2, // first right, second wrong
            ProbabilityMetrics.ExpectedCalibrationError([0, 1], probabilities, 2),
            1e-15
        );
    }

    [Fact]
    public void Agreement_and_divergence_of_two_models_worked_by_hand()
    {
        float[] model = [0.5f, 0.5f, 0.25f, 0.75f];
        float[] reference = [1f, 0f, 0.5f, 0.5f];
        // the tie of the model and of the reference decide for class 0: case 1 equal, case 2 not
        var agreement = ModelAgreement.Of(model, reference, 2);
        Assert.Equal(0.5, agreement.Share);
        // ln 2; then (ln 2 + ln 2/3) / 2 = ln(4/3) / 2
        Assert.Equal((Math.Log(2) + (Math.Log(4.0 / 3) / 2)) / 2, agreement.MeanKl, 1e-15);
        Assert.Equal(new ModelAgreement(1, 0), ModelAgreement.Of(model, model, 2));
    }

    [Theory]
    [InlineData(0.5f, 0.4f)]
    [InlineData(1.2f, -0.2f)]
    [InlineData(0.5f, float.NaN)]
    [InlineData(float.PositiveInfinity, 0f)]
    public void Rows_that_are_no_distribution_are_refused(float first, float second)
    {
        float[] rows = [0.5f, 0.5f, first, second];
        Assert.StartsWith(
            "Case 2:",
            Assert.Throws<InputException>(() => ProbabilityMetrics.NegativeLogLikelihood([0, 1], rows, 2)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InputException>(() => ProbabilityMetrics.Brier([0, 1], rows, 2));
        Assert.Throws<InputException>(() => ProbabilityMetrics.ExpectedCalibrationError([0, 1], rows, 2));
    }

    [Fact]
    public void Models_with_different_numbers_of_rows_are_not_compared()
    {
        Assert.Throws<ArgumentException>(() => ModelAgreement.Of([0.5f, 0.5f], [1f, 0f, 1f, 0f], 2));
        Assert.Throws<ArgumentException>(() => ModelAgreement.Of([0.5f], [1f], 2));
        Assert.Throws<ArgumentException>(() => ModelAgreement.Of([], [], 2));
    }
}
