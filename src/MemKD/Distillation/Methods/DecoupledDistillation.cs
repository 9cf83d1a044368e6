namespace MemKD.Distillation.Methods;

// Decoupled knowledge distillation (DKD).
// Source    Zhao, Cui, Song, Qiu, Liang, "Decoupled Knowledge Distillation", CVPR 2022, arXiv 2203.08679. docs/methods/dkd.md
// Parts     g the case's class, p = softmax(z/τ), p̂_k = p_k/(1 − p_g) for k ≠ g
//           TCKD = KL( (p^T_g, 1 − p^T_g) ‖ (p^S_g, 1 − p^S_g) ),  NCKD = KL( p̂^T ‖ p̂^S )
// Loss      L = τ² · mean over cases of α·TCKD + β·NCKD;  soft targets would be TCKD + (1 − p^T_g)·NCKD
// Gradient  of one case: ∂/∂z_g = ατ(p^S_g − p^T_g);  k ≠ g: −ατ(p^S_g − p^T_g)·p̂^S_k + βτ(p̂^S_k − p̂^T_k);  over B
// K = 2     One class is left beside g, p̂ = 1, NCKD = 0: L = α times soft targets
// Numbers   log(1 − p_g) is a log-sum over the other classes, never a subtraction from 1

/// <summary>
/// Soft targets with the case's own class and the order of the other classes weighted apart. Zhao et al. 2022,
/// arXiv 2203.08679.
/// </summary>
/// <param name="alpha">α, weight of the case's own class against all others.</param>
/// <param name="beta">β, weight of the other classes among themselves.</param>
/// <param name="temperature">τ.</param>
public sealed class DecoupledDistillation(double alpha, double beta, double temperature) : IDistillationMethod
{
    private readonly BatchLogits logits = new();

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "dkd",
            Name = "Decoupled distillation",
            Source = "Zhao, Cui, Song, Qiu, Liang, CVPR 2022, arXiv 2203.08679",
            Needs = MethodNeeds.Logits,
            Parameters =
            [
                MethodParameter.Real("alpha", 1, "weight of the case's class against the others"),
                MethodParameter.Real(
                    "beta",
                    8,
                    "weight of the other classes among themselves (two classes: no effect)"
                ),
                MethodParameter.Real("temperature", 4, "softens both networks' probabilities", 0.01, 1000),
            ],
            WeightGrid = [0.01, 0.03, 0.1, 0.3, 1],
            UntunedWeight = 0.1,
            Create = c => new DecoupledDistillation(
                c.Parameters.Real("alpha"),
                c.Parameters.Real("beta"),
                c.Parameters.Real("temperature")
            ),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        logits.Load(batch);
        var loss = 0.0;
        for (var i = 0; i < logits.CaseCount; i++)
        {
            loss += EvaluateCase(logits.StudentOf(i), logits.TeacherOf(i), batch.Labels[i], logits.GradientOf(i));
        }

        logits.AddGradientTo(batch, 1.0 / logits.CaseCount);
        return loss / logits.CaseCount;
    }

    private double EvaluateCase(
        ReadOnlySpan<double> student,
        ReadOnlySpan<double> teacher,
        int label,
        Span<double> gradient
    )
    {
        var (studentAll, studentOthers) = Sums(student, label);
        var (teacherAll, teacherOthers) = Sums(teacher, label);
        var logS = (student[label] / temperature) - studentAll;
        var logT = (teacher[label] / temperature) - teacherAll;
        var pS = Math.Exp(logS);
        var pT = Math.Exp(logT);
        var (logRestS, logRestT) = (studentOthers - studentAll, teacherOthers - teacherAll);
        var target = (pT * (logT - logS)) + (Math.Exp(logRestT) * (logRestT - logRestS));
        gradient[label] += alpha * temperature * (pS - pT);
        var others = 0.0;
        for (var k = 0; k < student.Length; k++)
        {
            if (k == label)
            {
                continue;
            }

            var otherS = (student[k] / temperature) - studentOthers;
            var otherT = (teacher[k] / temperature) - teacherOthers;
            others += Math.Exp(otherT) * (otherT - otherS);
            gradient[k] +=
                temperature * ((beta * (Math.Exp(otherS) - Math.Exp(otherT))) - (alpha * (pS - pT) * Math.Exp(otherS)));
        }

        return temperature * temperature * ((alpha * target) + (beta * others));
    }

    private (double All, double Others) Sums(ReadOnlySpan<double> z, int label) =>
        (BatchLogits.LogSumExp(z, temperature), BatchLogits.LogSumExp(z, temperature, except: label));
}
