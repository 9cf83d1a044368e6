namespace MemKD.Distillation.Methods;

// Logit standardization (LSKD).
// Source    Sun, Ren, Li, Wang, Cao, "Logit Standardization in Knowledge Distillation", CVPR 2024, arXiv 2403.01427.
//           docs/methods/lskd.md
// Loss      z̃ = (z − mean_k z)/(s + ε), s the standard deviation over the classes (K − 1), ε = 1e-7, teacher and student;
//           L = τ² · mean over cases of KL( softmax(z̃^T/τ) ‖ softmax(z̃^S/τ) )
// Gradient  q = ∂L/∂z̃ as for soft targets, a = z − mean z, D = s + ε:
//           ∂/∂a = q/D − ⟨q, a⟩·a/((K − 1)·s·D²);  ∂/∂z = ∂/∂a − mean ∂/∂a
// s ≤ ε     Logits that are all alike have no shape: z̃ = 0 and no gradient
// K = 2     z̃ = (±0.7071, ∓0.7071) whatever the logits: nothing to learn, refused

/// <summary>
/// Soft targets of logits brought to mean 0 and deviation 1 over the classes, so that the student learns their shape and
/// not their size. Sun et al. 2024, arXiv 2403.01427.
/// </summary>
/// <param name="temperature">τ.</param>
public sealed class LogitStandardization(double temperature) : IDistillationMethod
{
    private const double Epsilon = 1e-7;
    private readonly BatchLogits logits = new();
    private double[] scratch = [];

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "lskd",
            Name = "Logit standardization",
            Source = "Sun, Ren, Li, Wang, Cao, CVPR 2024, arXiv 2403.01427",
            Needs = MethodNeeds.Logits,
            Parameters = [MethodParameter.Real("temperature", 2, "softens both networks' probabilities", 0.01, 1000)],
            WeightGrid = [9, 27, 90, 270, 900], // about 90: 9 of this loss to 0.1 of the labels'
            UntunedWeight = 90,
            Create = c => new LogitStandardization(c.Parameters.Real("temperature")),
            Refusal = (student, _) =>
                student.ClassCount > 2
                    ? null
                    : "with two classes standardized logits are the same whatever the network says; use kd.",
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        logits.Load(batch);
        var classes = logits.ClassCount;
        if (scratch.Length < 3 * classes)
        {
            scratch = new double[3 * classes];
        }

        var student = scratch.AsSpan(0, classes);
        var teacher = scratch.AsSpan(classes, classes);
        var dStudent = scratch.AsSpan(2 * classes, classes);
        var loss = 0.0;
        for (var i = 0; i < logits.CaseCount; i++)
        {
            var deviation = Standardize(logits.StudentOf(i), student);
            Standardize(logits.TeacherOf(i), teacher);
            dStudent.Clear();
            loss += SoftTargets.Divergence(student, teacher, temperature, dStudent);
            if (deviation > Epsilon)
            {
                AddBack(student, dStudent, deviation, logits.GradientOf(i));
            }
        }

        logits.AddGradientTo(batch, 1.0 / logits.CaseCount);
        return loss / logits.CaseCount;
    }

    /// <summary>Writes z̃ and returns s.</summary>
    private static double Standardize(ReadOnlySpan<double> z, Span<double> standardized)
    {
        var mean = 0.0;
        foreach (var value in z)
        {
            mean += value / z.Length;
        }

        var squares = 0.0;
        foreach (var value in z)
        {
            squares += (value - mean) * (value - mean);
        }

        var deviation = Math.Sqrt(squares / (z.Length - 1));
        for (var k = 0; k < z.Length; k++)
        {
            standardized[k] = deviation > Epsilon ? (z[k] - mean) / (deviation + Epsilon) : 0;
        }

        return deviation;
    }

    /// <summary>Gradient with respect to z from that with respect to z̃ = a/D.</summary>
    private static void AddBack(
        ReadOnlySpan<double> standardized,
        ReadOnlySpan<double> dStandardized,
        double deviation,
        Span<double> gradient
    )
    {
        var classes = standardized.Length;
        var along = 0.0;
        var mean = 0.0;
        for (var k = 0; k < classes; k++)
        {
            along += dStandardized[k] * standardized[k];
            mean += dStandardized[k] / classes;
        }

        // ⟨q, a⟩·a/((K−1)·s·D²) = ⟨q, z̃⟩·z̃/((K−1)·s), of mean 0 already.
        var guarded = deviation + Epsilon;
        for (var k = 0; k < classes; k++)
        {
            gradient[k] +=
                ((dStandardized[k] - mean) / guarded) - (along * standardized[k] / ((classes - 1) * deviation));
        }
    }
}
