using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Wide = System.Runtime.Intrinsics.Vector256<double>;

namespace MemKD.Distillation.Methods;

// The angles of relational distillation, for all i and j and four k side by side.
// Collapsed   s_ijk = ∂L_A/∂a_ijk, p_ijk = 1/(2·n_ij·n_ik), a_ijk = (D_ij + D_ik − D_jk)·p_ijk = a_ikj: so
//             ∂/∂D_ij gets 2·Σ_k s·(p − a/(2·D_ij)), and ∂/∂D_jk gets −s·p
// Ends        1/n is put to 0 where n ≤ 1e-12, and beyond the last case: there p = a = 0 and nothing is added

/// <summary>L_A of <see cref="RelationalDistillation"/> and its gradient; nothing is allocated after the largest batch.</summary>
internal sealed class RelationalAngles
{
    private const double LeastDirection = 1e-12;
    private double[] student = [];
    private double[] studentInverse = [];
    private double[] teacher = [];
    private double[] teacherInverse = [];
    private double[] gradient = [];

    /// <summary>The loss without its weight; adds the gradient with it.</summary>
    /// <param name="studentSquares">D of the student, [B, B].</param>
    /// <param name="teacherSquares">D of the teacher, [B, B].</param>
    /// <param name="count">B.</param>
    /// <param name="weight">w_A.</param>
    /// <param name="dSquares">Gradient with respect to the student's D, [B, B]; ADDED to.</param>
    internal double Evaluate(
        ReadOnlySpan<double> studentSquares,
        ReadOnlySpan<double> teacherSquares,
        int count,
        double weight,
        Span<double> dSquares
    )
    {
        var stride = (count + Wide.Count - 1) / Wide.Count * Wide.Count;
        if (student.Length != count * stride)
        {
            student = new double[count * stride];
            studentInverse = new double[count * stride];
            teacher = new double[count * stride];
            teacherInverse = new double[count * stride];
            gradient = new double[count * stride];
        }

        Load(studentSquares, count, stride, student, studentInverse);
        Load(teacherSquares, count, stride, teacher, teacherInverse);
        gradient.AsSpan().Clear();
        var share = 1 / ((double)count * count * count);
        var losses = Wide.Zero;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                losses += EvaluatePair(i * stride, j, j * stride, stride, weight * share);
            }
        }

        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                dSquares[(i * count) + j] += gradient[(i * stride) + j];
            }
        }

        return share * Sum(losses);
    }

    /// <summary>Angles at i from j to all k: adds the gradient, returns four parts of Σ SmoothL1.</summary>
    /// <param name="row">First place of row i.</param>
    /// <param name="j">j.</param>
    /// <param name="rowJ">First place of row j.</param>
    /// <param name="length">Places of a row.</param>
    /// <param name="scale">w_A/B³.</param>
    private Wide EvaluatePair(int row, int j, int rowJ, int length, double scale)
    {
        var ij = row + j;
        var studentRow = Row(student, row, length);
        var studentAcross = Row(student, rowJ, length);
        var studentInverses = Row(studentInverse, row, length);
        var teacherRow = Row(teacher, row, length);
        var teacherAcross = Row(teacher, rowJ, length);
        var teacherInverses = Row(teacherInverse, row, length);
        var dAcross = Row(gradient, rowJ, length);
        var half = Vector256.Create(0.5);
        var (loss, products, angles) = (Wide.Zero, Wide.Zero, Wide.Zero);
        for (var v = 0; v < studentRow.Length; v++)
        {
            var p = half * studentInverses[v] * studentInverse[ij];
            var a = (studentRow[v] + Vector256.Create(student[ij]) - studentAcross[v]) * p;
            var wanted = half * teacherInverses[v] * teacherInverse[ij];
            wanted *= teacherRow[v] + Vector256.Create(teacher[ij]) - teacherAcross[v];
            var u = a - wanted;
            var size = Vector256.Abs(u);
            loss += Vector256.ConditionalSelect(Vector256.LessThan(size, Wide.One), half * u * u, size - half);
            var slope = Vector256.MaxNative(-Wide.One, Vector256.MinNative(Wide.One, u)) * scale;
            products += slope * p;
            angles += slope * a;
            dAcross[v] -= slope * p;
        }

        var inverse = studentInverse[ij];
        gradient[ij] += 2 * Sum(products) - (Sum(angles) * inverse * inverse);
        return loss;
    }

    private static void Load(ReadOnlySpan<double> squares, int count, int stride, double[] rows, double[] inverses)
    {
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                var square = squares[(i * count) + j];
                var norm = Math.Sqrt(square);
                rows[(i * stride) + j] = square;
                inverses[(i * stride) + j] = norm > LeastDirection ? 1 / norm : 0;
            }
        }
    }

    private static Span<Wide> Row(double[] rows, int first, int length) =>
        MemoryMarshal.Cast<double, Wide>(rows.AsSpan(first, length));

    private static double Sum(Wide v) => v[0] + v[2] + (v[1] + v[3]);
}
