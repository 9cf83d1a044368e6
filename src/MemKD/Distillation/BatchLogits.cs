namespace MemKD.Distillation;

/// <summary>
/// Logits of student and teacher on a batch in double, and the gradient with respect to the student's. Nothing is
/// allocated once the largest batch has been seen.
/// </summary>
public sealed class BatchLogits
{
    private double[] student = [];
    private double[] teacher = [];
    private double[] gradient = [];

    /// <summary>Cases B.</summary>
    public int CaseCount { get; private set; }

    /// <summary>Classes K.</summary>
    public int ClassCount { get; private set; }

    /// <summary>The student's logits, [case, class].</summary>
    public ReadOnlySpan<double> Student => student.AsSpan(0, CaseCount * ClassCount);

    /// <summary>The teacher's logits, [case, class]; constants.</summary>
    public ReadOnlySpan<double> Teacher => teacher.AsSpan(0, CaseCount * ClassCount);

    /// <summary>The gradient with respect to <see cref="Student"/>, [case, class]; ADD to it.</summary>
    public Span<double> Gradient => gradient.AsSpan(0, CaseCount * ClassCount);

    /// <summary>Reads a batch; the gradient becomes 0.</summary>
    public void Load(in DistillationBatch batch)
    {
        CaseCount = batch.Cases.Length;
        ClassCount = batch.Teacher.ClassCount;
        if (student.Length < batch.Logits.Length)
        {
            student = new double[batch.Logits.Length];
            teacher = new double[batch.Logits.Length];
            gradient = new double[batch.Logits.Length];
        }

        for (var i = 0; i < CaseCount; i++)
        {
            var kept = batch.Teacher.Logits(batch.Cases[i]);
            for (var k = 0; k < ClassCount; k++)
            {
                var at = (i * ClassCount) + k;
                (student[at], teacher[at], gradient[at]) = (batch.Logits[at], kept[k], 0);
            }
        }
    }

    /// <summary>The student's logits of a case [K].</summary>
    public ReadOnlySpan<double> StudentOf(int index) => student.AsSpan(index * ClassCount, ClassCount);

    /// <summary>The teacher's logits of a case [K].</summary>
    public ReadOnlySpan<double> TeacherOf(int index) => teacher.AsSpan(index * ClassCount, ClassCount);

    /// <summary>The gradient of a case [K]; ADD to it.</summary>
    public Span<double> GradientOf(int index) => gradient.AsSpan(index * ClassCount, ClassCount);

    /// <summary>Adds the gradient, times <paramref name="factor"/> and the batch's weight, to that of the batch.</summary>
    public void AddGradientTo(in DistillationBatch batch, double factor)
    {
        for (var at = 0; at < CaseCount * ClassCount; at++)
        {
            batch.LogitGradient[at] += (float)(batch.Weight * factor * gradient[at]);
        }
    }

    /// <summary>log Σ exp(z_k/τ) over the classes of a case, but for class <paramref name="except"/>; stable for any size of z.</summary>
    internal static double LogSumExp(ReadOnlySpan<double> logits, double temperature, int except = -1)
    {
        var max = double.NegativeInfinity;
        for (var k = 0; k < logits.Length; k++)
        {
            max = k == except ? max : Math.Max(max, logits[k] / temperature);
        }

        var sum = 0.0;
        for (var k = 0; k < logits.Length; k++)
        {
            sum += k == except ? 0 : Math.Exp((logits[k] / temperature) - max);
        }

        return max + Math.Log(sum);
    }
}
