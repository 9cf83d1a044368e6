namespace MemKD.Distillation.Methods;

// Similarity-preserving distillation (SP).
// Source    Tung, Mori, "Similarity-Preserving Knowledge Distillation", ICCV 2019, arXiv 1907.09682. docs/methods/sp.md
// Loss      G_ij = ⟨f_i, f_j⟩ over the cases of the batch, Ĝ its rows over their norms;  L = ‖Ĝ^S − Ĝ^T‖²/B²
// Gradient  q = ∂L/∂Ĝ^S = 2(Ĝ^S − Ĝ^T)/B²;  of row i: ∂/∂G = (q − ⟨q, ĝ⟩·ĝ)/‖G_i·‖;  ∂/∂f_i = Σ_j (∂/∂G_ij + ∂/∂G_ji)·f_j
// Ends      A row of norm ≤ 1e-12 is divided by 1e-12 and has no gradient

/// <summary>
/// Cases that are similar to the teacher are similar to the student. Tung and Mori 2019, arXiv 1907.09682.
/// </summary>
/// <param name="features">What stands for a case.</param>
public sealed class SimilarityPreserving(BatchFeatures features) : IDistillationMethod
{
    private const double LeastNorm = 1e-12;
    private double[] student = [];
    private double[] teacher = [];

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "sp",
            Name = "Similarity-preserving distillation",
            Source = "Tung, Mori, ICCV 2019, arXiv 1907.09682",
            Needs = MethodNeeds.HiddenStates,
            Parameters = [BatchFeatures.Parameter],
            WeightGrid = [300, 900, 3000, 9000, 30_000],
            UntunedWeight = 3000,
            Create = c => new SimilarityPreserving(
                new BatchFeatures(c.Parameters, c.Student.Shape, c.Teacher.Network.Shape)
            ),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        features.Load(batch);
        var count = features.CaseCount;
        if (student.Length < count * count)
        {
            student = new double[count * count];
            teacher = new double[count * count];
        }

        PairSums.Products(features.Student, count, student);
        PairSums.Products(features.Teacher, count, teacher);
        var loss = 0.0;
        for (var i = 0; i < count; i++)
        {
            loss += EvaluateRow(
                student.AsSpan(i * count, count),
                teacher.AsSpan(i * count, count),
                1 / ((double)count * count)
            );
        }

        PairSums.ProductsBackward(features.Student, count, student, features.Gradient);
        features.AddGradientTo(batch);
        return loss;
    }

    /// <summary>Loss of a row of G; the student's row becomes its gradient.</summary>
    private static double EvaluateRow(Span<double> s, Span<double> t, double scale)
    {
        var norm = Normalize(s);
        Normalize(t);
        double loss = 0,
            along = 0;
        for (var j = 0; j < s.Length; j++)
        {
            var difference = s[j] - t[j];
            loss += scale * difference * difference;
            along += 2 * scale * difference * s[j];
        }

        for (var j = 0; j < s.Length; j++)
        {
            s[j] = norm <= LeastNorm ? 0 : ((2 * scale * (s[j] - t[j])) - (along * s[j])) / norm;
        }

        return loss;
    }

    private static double Normalize(Span<double> row)
    {
        var squares = 0.0;
        foreach (var value in row)
        {
            squares += value * value;
        }

        var norm = Math.Sqrt(squares);
        foreach (ref var value in row)
        {
            value /= Math.Max(norm, LeastNorm);
        }

        return norm;
    }
}
