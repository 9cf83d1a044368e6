namespace MemKD.Distillation.Methods;

// Attention transfer over time (AT).
// Source    Zagoruyko, Komodakis, "Paying More Attention to Attention", ICLR 2017, arXiv 1612.03928; over time points
//           instead of pixels. docs/methods/at.md
// Loss      A(t) = mean over units of h_u(t)²,  Â = A/‖A‖ over the case's own T time points;
//           L = mean over cases of the mean over the case's time points of (Â^S(t) − Â^T(t))²
// Gradient  q = ∂L/∂Â = 2(Â^S − Â^T)/(B·T);  ∂/∂A = (q − ⟨q, Â⟩·Â)/‖A‖;  ∂/∂h_u(t) = 2·h_u(t)/H · ∂/∂A(t)
// Ends      ‖A‖ ≤ 1e-12: no attention anywhere, Â = A/1e-12 and no gradient

/// <summary>
/// The student's attention over time, the size of its state at each time point, follows the teacher's. Zagoruyko and
/// Komodakis 2017, arXiv 1612.03928.
/// </summary>
public sealed class AttentionTransfer : IDistillationMethod
{
    private const double LeastNorm = 1e-12;
    private readonly BatchStates states = new();
    private double[] student = [];
    private double[] teacher = [];

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "at",
            Name = "Attention transfer over time",
            Source = "Zagoruyko, Komodakis, ICLR 2017, arXiv 1612.03928",
            Needs = MethodNeeds.HiddenStates,
            WeightGrid = [100, 300, 1000, 3000, 10_000],
            UntunedWeight = 1000,
            Create = _ => new AttentionTransfer(),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        batch.Teacher.Require(batch.Cases);
        states.Load(batch.Hidden);
        if (student.Length < batch.Hidden.Length)
        {
            student = new double[batch.Hidden.Length];
            teacher = new double[batch.Hidden.Length];
        }

        var loss = 0.0;
        for (var i = 0; i < states.CaseCount; i++)
        {
            loss += EvaluateCase(
                states.Student(i),
                batch.Teacher.Hidden(batch.Cases[i]),
                states.LengthOf(i),
                batch.Weight / states.CaseCount,
                states.Gradient(i)
            );
        }

        states.AddGradientTo(batch.HiddenGradient);
        return loss / states.CaseCount;
    }

    private double EvaluateCase(
        ReadOnlySpan<float> studentStates,
        ReadOnlySpan<float> teacherStates,
        int length,
        double weight,
        Span<float> gradient
    )
    {
        var s = student.AsSpan(0, length);
        var t = teacher.AsSpan(0, length);
        var norm = Attention(studentStates, s);
        Attention(teacherStates, t);
        double loss = 0,
            along = 0;
        for (var i = 0; i < length; i++)
        {
            var difference = s[i] - t[i];
            loss += difference * difference / length;
            along += 2 * difference / length * s[i];
        }

        if (norm <= LeastNorm)
        {
            return loss;
        }

        var units = studentStates.Length / length;
        for (var i = 0; i < length; i++)
        {
            var slope = weight * ((2 * (s[i] - t[i]) / length) - (along * s[i])) / norm;
            for (var u = i * units; u < (i + 1) * units; u++)
            {
                gradient[u] += (float)(slope * 2 * studentStates[u] / units);
            }
        }

        return loss;
    }

    /// <summary>Writes Â of a case and returns ‖A‖.</summary>
    private static double Attention(ReadOnlySpan<float> states, Span<double> attention)
    {
        var units = states.Length / attention.Length;
        var squares = 0.0;
        for (var i = 0; i < attention.Length; i++)
        {
            var sum = 0.0;
            foreach (var h in states.Slice(i * units, units))
            {
                sum += (double)h * h;
            }

            attention[i] = sum / units;
            squares += attention[i] * attention[i];
        }

        var norm = Math.Sqrt(squares);
        foreach (ref var a in attention)
        {
            a /= Math.Max(norm, LeastNorm);
        }

        return norm;
    }
}
