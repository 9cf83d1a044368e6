namespace MemKD.Distillation.Methods;

// Distillation from a stronger teacher (DIST).
// Source    Huang, You, Wang, Qian, Xu, "Knowledge Distillation from A Stronger Teacher", NeurIPS 2022, arXiv 2205.10536.
//           docs/methods/dist.md
// Loss      Y = softmax(z/τ), [case, class]; ρ Pearson's correlation
//           L = τ²·( w_inter·[1 − mean over cases of ρ(Y^S_i·, Y^T_i·)] + w_intra·[1 − mean over classes of ρ(Y^S_·k, Y^T_·k)] )
// Gradient  a, b: Y^S, Y^T of a row or column less its mean; ∂ρ/∂a = (b/‖b‖ − ρ·a/‖a‖)/‖a‖, of mean 0 already;
//           ∂/∂z_k = p_k(∂/∂p_k − Σ_j p_j ∂/∂p_j)/τ
// Ends      ‖a‖·‖b‖ < 1e-8: something does not vary, ρ = 0 without gradient. One case: no second term.
// K = 2     Rows are (p, 1 − p), ρ = ±1: the first term has no gradient, only the second acts

/// <summary>
/// The student's probabilities correlate with the teacher's over the classes of a case and over the cases of a class.
/// Huang et al. 2022, arXiv 2205.10536.
/// </summary>
/// <param name="inter">Weight of the correlation over the classes of a case.</param>
/// <param name="intra">Weight of the correlation over the cases of a class.</param>
/// <param name="temperature">τ.</param>
public sealed class StrongerTeacher(double inter, double intra, double temperature) : IDistillationMethod
{
    private const double LeastNorms = 1e-8;
    private readonly BatchLogits logits = new();
    private double[] student = [];
    private double[] teacher = [];
    private double[] dStudent = [];

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "dist",
            Name = "Distillation from a stronger teacher",
            Source = "Huang, You, Wang, Qian, Xu, NeurIPS 2022, arXiv 2205.10536",
            Needs = MethodNeeds.Logits,
            Parameters =
            [
                MethodParameter.Real("inter", 1, "weight of the classes of a case (two classes: no effect)"),
                MethodParameter.Real("intra", 1, "weight of the cases of a class"),
                MethodParameter.Real("temperature", 4, "softens both networks' probabilities", 0.01, 1000),
            ],
            WeightGrid = [0.2, 0.6, 2, 6, 20],
            UntunedWeight = 2,
            Create = c => new StrongerTeacher(
                c.Parameters.Real("inter"),
                c.Parameters.Real("intra"),
                c.Parameters.Real("temperature")
            ),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        logits.Load(batch);
        var (cases, classes) = (logits.CaseCount, logits.ClassCount);
        if (student.Length < cases * classes)
        {
            student = new double[cases * classes];
            teacher = new double[cases * classes];
            dStudent = new double[cases * classes];
        }

        for (var i = 0; i < cases; i++)
        {
            Soften(logits.StudentOf(i), student.AsSpan(i * classes, classes));
            Soften(logits.TeacherOf(i), teacher.AsSpan(i * classes, classes));
        }

        dStudent.AsSpan(0, cases * classes).Clear();
        var square = temperature * temperature;
        var loss = square * inter;
        for (var i = 0; i < cases; i++)
        {
            loss -= Correlate(i * classes, 1, classes, square * inter / cases);
        }

        if (cases > 1)
        {
            loss += square * intra;
            for (var k = 0; k < classes; k++)
            {
                loss -= Correlate(k, classes, cases, square * intra / classes);
            }
        }

        BackThroughSoftmax();
        logits.AddGradientTo(batch, 1);
        return loss;
    }

    private void Soften(ReadOnlySpan<double> z, Span<double> probabilities)
    {
        var sum = BatchLogits.LogSumExp(z, temperature);
        for (var k = 0; k < z.Length; k++)
        {
            probabilities[k] = Math.Exp((z[k] / temperature) - sum);
        }
    }

    /// <summary>weight·ρ of a row or column; subtracts its gradient, since the loss is less it.</summary>
    private double Correlate(int first, int stride, int count, double weight)
    {
        double meanS = 0,
            meanT = 0;
        for (var i = 0; i < count; i++)
        {
            meanS += student[first + (i * stride)] / count;
            meanT += teacher[first + (i * stride)] / count;
        }

        double squareS = 0,
            squareT = 0,
            product = 0;
        for (var i = 0; i < count; i++)
        {
            var a = student[first + (i * stride)] - meanS;
            var b = teacher[first + (i * stride)] - meanT;
            squareS += a * a;
            squareT += b * b;
            product += a * b;
        }

        var normS = Math.Sqrt(squareS);
        var normT = Math.Sqrt(squareT);
        if (normS * normT < LeastNorms)
        {
            return 0;
        }

        var correlation = product / (normS * normT);
        for (var i = 0; i < count; i++)
        {
            var a = student[first + (i * stride)] - meanS;
            var b = teacher[first + (i * stride)] - meanT;
            dStudent[first + (i * stride)] -= weight * ((b / normT) - (correlation * a / normS)) / normS;
        }

        return weight * correlation;
    }

    private void BackThroughSoftmax()
    {
        var classes = logits.ClassCount;
        for (var i = 0; i < logits.CaseCount; i++)
        {
            var p = student.AsSpan(i * classes, classes);
            var dP = dStudent.AsSpan(i * classes, classes);
            var mean = 0.0;
            for (var k = 0; k < classes; k++)
            {
                mean += p[k] * dP[k];
            }

            var gradient = logits.GradientOf(i);
            for (var k = 0; k < classes; k++)
            {
                gradient[k] += p[k] * (dP[k] - mean) / temperature;
            }
        }
    }
}
