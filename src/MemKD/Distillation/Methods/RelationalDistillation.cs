using MemKD.Engine.Losses;

namespace MemKD.Distillation.Methods;

// Relational knowledge distillation (RKD).
// Source    Park, Kim, Lu, Cho, "Relational Knowledge Distillation", CVPR 2019, arXiv 1904.05068. docs/methods/rkd.md
// Squares   D_ij = ‖e_i − e_j‖², e the cases' features; n_ij = √D_ij
// Distance  d_ij = max(n_ij, 1e-6), μ its mean over the pairs i ≠ j, student and teacher each its own;
//           L_D = 1/B² Σ_ij SmoothL1( d^S_ij/μ^S − d^T_ij/μ^T )
// Angle     at i between j and k, by the law of cosines: a_ijk = (D_ij + D_ik − D_jk)/(2·n_ij·n_ik), 0 where n_ij or n_ik ≤ 1e-12;
//           L_A = 1/B³ Σ_ijk SmoothL1( a^S_ijk − a^T_ijk )
// Loss      w_D·L_D + w_A·L_A
// Gradient  g_ij = ∂L_D/∂(d_ij/μ):  ∂/∂d_ij = g_ij/μ − Σ_kl g_kl·d_kl/(μ²·B(B−1)), for μ depends on the student too;
//           ∂d/∂D = 1/(2d), 0 where d is held at 1e-6
//           ∂a/∂D_jk = −1/(2·n_ij·n_ik);  ∂a/∂D_ij = 1/(2·n_ij·n_ik) − a/(2·D_ij), and so for D_ik
//           ∂D_ij/∂e_i = 2(e_i − e_j)

/// <summary>
/// Distances and angles between the cases of a batch are for the student what they are for the teacher. Park et al. 2019,
/// arXiv 1904.05068.
/// </summary>
/// <param name="features">What stands for a case.</param>
/// <param name="distanceWeight">w_D; 0 leaves the distances out.</param>
/// <param name="angleWeight">w_A; 0 leaves the angles out.</param>
public sealed class RelationalDistillation(BatchFeatures features, double distanceWeight, double angleWeight)
    : IDistillationMethod
{
    private const double LeastDistance = 1e-6;
    private readonly RelationalAngles angles = new();
    private double[] student = [];
    private double[] teacher = [];
    private double[] studentNorms = [];
    private double[] teacherNorms = [];
    private double[] dStudent = [];
    private int count;

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "rkd",
            Name = "Relational distillation",
            Source = "Park, Kim, Lu, Cho, CVPR 2019, arXiv 1904.05068",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Real("distance", 25, "weight of distances between cases"),
                MethodParameter.Real("angle", 50, "weight of angles between cases"),
                BatchFeatures.Parameter,
            ],
            WeightGrid = [3, 9, 30, 90, 300],
            UntunedWeight = 30,
            Create = c => new RelationalDistillation(
                new BatchFeatures(c.Parameters, c.Student.Shape, c.Teacher.Network.Shape),
                c.Parameters.Real("distance"),
                c.Parameters.Real("angle")
            ),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        features.Load(batch);
        count = features.CaseCount;
        if (count < 2)
        {
            return 0;
        }

        Resize(count * count);
        PairSums.SquaredDistances(features.Student, count, student);
        PairSums.SquaredDistances(features.Teacher, count, teacher);
        for (var ij = 0; ij < count * count; ij++)
        {
            studentNorms[ij] = Math.Sqrt(student[ij]);
            teacherNorms[ij] = Math.Sqrt(teacher[ij]);
            dStudent[ij] = 0;
        }

        var loss = distanceWeight > 0 ? distanceWeight * Distances() : 0;
        loss += angleWeight > 0 ? angleWeight * angles.Evaluate(student, teacher, count, angleWeight, dStudent) : 0;
        PairSums.SquaredDistancesBackward(features.Student, count, dStudent, features.Gradient);
        features.AddGradientTo(batch);
        return loss;
    }

    private void Resize(int needed)
    {
        if (student.Length < needed)
        {
            student = new double[needed];
            teacher = new double[needed];
            studentNorms = new double[needed];
            teacherNorms = new double[needed];
            dStudent = new double[needed];
        }
    }

    private double Distances()
    {
        var studentMean = MeanDistance(studentNorms);
        var teacherMean = MeanDistance(teacherNorms);
        double loss = 0,
            dMean = 0;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                if (i != j)
                {
                    var u = Difference((i * count) + j, studentMean, teacherMean);
                    loss += SmoothL1.Value(u);
                    dMean -=
                        SmoothL1.Derivative(u) * Distance(studentNorms[(i * count) + j]) / (studentMean * studentMean);
                }
            }
        }

        var pairs = count * (count - 1);
        var scale = distanceWeight / ((double)count * count);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                var ij = (i * count) + j;
                if (i != j && studentNorms[ij] > LeastDistance)
                {
                    var slope = SmoothL1.Derivative(Difference(ij, studentMean, teacherMean)) / studentMean;
                    dStudent[ij] += scale * (slope + (dMean / pairs)) / (2 * studentNorms[ij]);
                }
            }
        }

        return loss / ((double)count * count);
    }

    private double Difference(int ij, double studentMean, double teacherMean) =>
        (Distance(studentNorms[ij]) / studentMean) - (Distance(teacherNorms[ij]) / teacherMean);

    private static double Distance(double norm) => Math.Max(norm, LeastDistance);

    private double MeanDistance(double[] norms)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            for (var j = i + 1; j < count; j++)
            {
                sum += Distance(norms[(i * count) + j]);
            }
        }

        return 2 * sum / ((double)count * (count - 1));
    }
}
