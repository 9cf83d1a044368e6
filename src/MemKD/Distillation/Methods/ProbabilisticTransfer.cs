namespace MemKD.Distillation.Methods;

// Probabilistic knowledge transfer (PKT).
// Source    Passalis, Tefas, "Learning Deep Representations with Probabilistic Knowledge Transfer", ECCV 2018,
//           arXiv 1803.10837. docs/methods/pkt.md
// Kernel    N_i = ‖f_i‖ + ε, c_ij = ⟨f_i, f_j⟩/(N_i·N_j), K_ij = (c_ij + 1)/2, P_ij = K_ij/Σ_k K_ik (j = i among them), ε = 1e-7
// Loss      L = 1/B² Σ_ij P^T_ij·log( (P^T_ij + ε)/(P^S_ij + ε) )
// Gradient  q_ij = ∂L/∂P^S_ij = −P^T_ij/((P^S_ij + ε)·B²);  ∂/∂K_ij = (q_ij − Σ_k q_ik·P_ik)/Σ_k K_ik;  ∂/∂c_ij = half of it
//           ∂c_ij/∂G_ij = 1/(N_i·N_j) with G_ij = ⟨f_i, f_j⟩;  ∂c_ij/∂N_i = −c_ij/N_i;  ∂N_i/∂G_ii = 1/(2‖f_i‖), 0 where f_i = 0

/// <summary>
/// The chance with which a case picks each other as its neighbour is for the student what it is for the teacher. Passalis
/// and Tefas 2018, arXiv 1803.10837.
/// </summary>
/// <param name="features">What stands for a case.</param>
public sealed class ProbabilisticTransfer(BatchFeatures features) : IDistillationMethod
{
    private const double Epsilon = 1e-7;
    private readonly Kernel student = new();
    private readonly Kernel teacher = new();
    private double[] gradient = [];

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "pkt",
            Name = "Probabilistic knowledge transfer",
            Source = "Passalis, Tefas, ECCV 2018, arXiv 1803.10837",
            Needs = MethodNeeds.HiddenStates,
            Parameters = [BatchFeatures.Parameter],
            WeightGrid = [3000, 9000, 30_000, 90_000, 300_000],
            UntunedWeight = 30_000,
            Create = c => new ProbabilisticTransfer(
                new BatchFeatures(c.Parameters, c.Student.Shape, c.Teacher.Network.Shape)
            ),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        features.Load(batch);
        var count = features.CaseCount;
        if (gradient.Length < count * count)
        {
            gradient = new double[count * count];
        }

        student.Compute(features.Student, count);
        teacher.Compute(features.Teacher, count);
        var loss = 0.0;
        for (var i = 0; i < count; i++)
        {
            loss += EvaluateRow(i, count);
        }

        BackToProducts(count);
        PairSums.ProductsBackward(features.Student, count, gradient, features.Gradient);
        features.AddGradientTo(batch);
        return loss;
    }

    /// <summary>Loss of a row of P, and its gradient with respect to c.</summary>
    private double EvaluateRow(int i, int count)
    {
        var s = student.Probabilities.AsSpan(i * count, count);
        var t = teacher.Probabilities.AsSpan(i * count, count);
        var row = gradient.AsSpan(i * count, count);
        var scale = 1 / ((double)count * count);
        double loss = 0,
            along = 0;
        for (var j = 0; j < count; j++)
        {
            loss += scale * t[j] * Math.Log((t[j] + Epsilon) / (s[j] + Epsilon));
            row[j] = -scale * t[j] / (s[j] + Epsilon);
            along += row[j] * s[j];
        }

        for (var j = 0; j < count; j++)
        {
            row[j] = (row[j] - along) / (2 * student.RowSums[i]);
        }

        return loss;
    }

    /// <summary>Turns the gradient with respect to c into that with respect to G.</summary>
    private void BackToProducts(int count)
    {
        for (var i = 0; i < count; i++)
        {
            // c_ij and c_ji are one number; ∂/∂N_i sees row and column i. Their cosines are needed before any is overwritten.
            var dNorm = 0.0;
            for (var j = 0; j < count; j++)
            {
                var both = gradient[(i * count) + j] + gradient[(j * count) + i];
                dNorm -= both * student.Cosines[(i * count) + j] / student.Norms[i];
            }

            student.DNorms[i] = dNorm;
        }

        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                gradient[(i * count) + j] /= student.Norms[i] * student.Norms[j];
            }

            var size = student.Norms[i] - Epsilon;
            gradient[(i * count) + i] += size > 0 ? student.DNorms[i] / (2 * size) : 0;
        }
    }

    /// <summary>Cosines c, their guarded norms N, and the neighbour probabilities P of one network.</summary>
    private sealed class Kernel
    {
        public double[] Cosines { get; private set; } = [];

        public double[] Probabilities { get; private set; } = [];

        public double[] Norms { get; private set; } = [];

        public double[] DNorms { get; private set; } = [];

        public double[] RowSums { get; private set; } = [];

        public void Compute(ReadOnlySpan<double> rows, int count)
        {
            if (Norms.Length < count)
            {
                Cosines = new double[count * count];
                Probabilities = new double[count * count];
                Norms = new double[count];
                DNorms = new double[count];
                RowSums = new double[count];
            }

            PairSums.Products(rows, count, Cosines);
            for (var i = 0; i < count; i++)
            {
                Norms[i] = Math.Sqrt(Cosines[(i * count) + i]) + Epsilon;
            }

            for (var i = 0; i < count; i++)
            {
                var sum = 0.0;
                for (var j = 0; j < count; j++)
                {
                    Cosines[(i * count) + j] /= Norms[i] * Norms[j];
                    sum += (Cosines[(i * count) + j] + 1) / 2;
                }

                RowSums[i] = sum;
                for (var j = 0; j < count; j++)
                {
                    Probabilities[(i * count) + j] = (Cosines[(i * count) + j] + 1) / 2 / sum;
                }
            }
        }
    }
}
