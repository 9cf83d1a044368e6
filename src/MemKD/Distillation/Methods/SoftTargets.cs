namespace MemKD.Distillation.Methods;

// Soft targets (the classical knowledge distillation).
// Source    Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015, arXiv 1503.02531. docs/methods/kd.md
// Loss      L = τ² · mean over cases of KL( p^T(τ) ‖ p^S(τ) ),  p(τ) = softmax(z/τ)
// Gradient  ∂L/∂z^S = (τ/B)·(p^S(τ) − p^T(τ));  τ² is here and nowhere else

/// <summary>
/// The student's class probabilities, softened by a temperature, follow the teacher's. Hinton et al. 2015,
/// arXiv 1503.02531.
/// </summary>
/// <param name="temperature">τ.</param>
public sealed class SoftTargets(double temperature) : IDistillationMethod
{
    private readonly BatchLogits logits = new();

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "kd",
            Name = "Soft targets",
            Source = "Hinton, Vinyals, Dean, 2015, arXiv 1503.02531",
            Needs = MethodNeeds.Logits,
            Parameters = [MethodParameter.Real("temperature", 4, "softens both networks' probabilities", 0.01, 1000)],
            WeightGrid = [0.09, 0.27, 0.9, 2.7, 9],
            UntunedWeight = 0.9,
            Create = c => new SoftTargets(c.Parameters.Real("temperature")),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        logits.Load(batch);
        var loss = 0.0;
        for (var i = 0; i < logits.CaseCount; i++)
        {
            loss += Divergence(logits.StudentOf(i), logits.TeacherOf(i), temperature, logits.GradientOf(i));
        }

        logits.AddGradientTo(batch, 1.0 / logits.CaseCount);
        return loss / logits.CaseCount;
    }

    /// <summary>τ²·KL( softmax(z^T/τ) ‖ softmax(z^S/τ) ) of one case.</summary>
    /// <param name="student">z^S [K].</param>
    /// <param name="teacher">z^T [K].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="gradient">∂/∂z^S [K]; ADDED to.</param>
    internal static double Divergence(
        ReadOnlySpan<double> student,
        ReadOnlySpan<double> teacher,
        double temperature,
        Span<double> gradient
    )
    {
        var studentSum = BatchLogits.LogSumExp(student, temperature);
        var teacherSum = BatchLogits.LogSumExp(teacher, temperature);
        var divergence = 0.0;
        for (var k = 0; k < student.Length; k++)
        {
            var logS = (student[k] / temperature) - studentSum;
            var logT = (teacher[k] / temperature) - teacherSum;
            divergence += Math.Exp(logT) * (logT - logS);
            gradient[k] += temperature * (Math.Exp(logS) - Math.Exp(logT));
        }

        return temperature * temperature * divergence;
    }
}
