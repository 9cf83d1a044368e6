using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MemKD.Distillation;

/// <summary>
/// Products and squared distances of every pair of rows of a matrix [B,d], and their way back. Four partial sums
/// whatever the machine, so that every machine has the same bits.
/// </summary>
internal static class PairSums
{
    private static readonly int Lanes = Vector256<double>.Count;

    /// <summary>G_ij = ⟨e_i, e_j⟩.</summary>
    /// <param name="rows">[B,d].</param>
    /// <param name="count">B.</param>
    /// <param name="products">[B,B], overwritten.</param>
    public static void Products(ReadOnlySpan<double> rows, int count, Span<double> products)
    {
        var size = rows.Length / count;
        for (var i = 0; i < count; i++)
        {
            for (var j = i; j < count; j++)
            {
                var sum = Product(rows.Slice(i * size, size), rows.Slice(j * size, size));
                products[(i * count) + j] = sum;
                products[(j * count) + i] = sum;
            }
        }
    }

    /// <summary>∂/∂e_i = Σ_j (dG_ij + dG_ji)·e_j.</summary>
    /// <param name="rows">[B,d].</param>
    /// <param name="count">B.</param>
    /// <param name="dProducts">Gradient with respect to the products, [B,B].</param>
    /// <param name="dRows">[B,d]; ADDED to.</param>
    public static void ProductsBackward(
        ReadOnlySpan<double> rows,
        int count,
        ReadOnlySpan<double> dProducts,
        Span<double> dRows
    )
    {
        var size = rows.Length / count;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                var factor = dProducts[(i * count) + j] + dProducts[(j * count) + i];
                for (var u = 0; u < size; u++)
                {
                    dRows[(i * size) + u] += factor * rows[(j * size) + u];
                }
            }
        }
    }

    /// <summary>D_ij = ‖e_i − e_j‖².</summary>
    /// <param name="rows">[B,d].</param>
    /// <param name="count">B.</param>
    /// <param name="squares">[B,B], overwritten.</param>
    public static void SquaredDistances(ReadOnlySpan<double> rows, int count, Span<double> squares)
    {
        var size = rows.Length / count;
        for (var i = 0; i < count; i++)
        {
            squares[(i * count) + i] = 0;
            for (var j = i + 1; j < count; j++)
            {
                var sum = SquaredDistance(rows.Slice(i * size, size), rows.Slice(j * size, size));
                squares[(i * count) + j] = sum;
                squares[(j * count) + i] = sum;
            }
        }
    }

    /// <summary>∂/∂e_i = Σ_j 2·(dD_ij + dD_ji)·(e_i − e_j).</summary>
    /// <param name="rows">[B,d].</param>
    /// <param name="count">B.</param>
    /// <param name="dSquares">Gradient with respect to the squared distances, [B,B].</param>
    /// <param name="dRows">[B,d]; ADDED to.</param>
    public static void SquaredDistancesBackward(
        ReadOnlySpan<double> rows,
        int count,
        ReadOnlySpan<double> dSquares,
        Span<double> dRows
    )
    {
        var size = rows.Length / count;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                var factor = 2 * (dSquares[(i * count) + j] + dSquares[(j * count) + i]);
                for (var u = 0; u < size; u++)
                {
                    dRows[(i * size) + u] += factor * (rows[(i * size) + u] - rows[(j * size) + u]);
                }
            }
        }
    }

    private static double Product(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var x = MemoryMarshal.Cast<double, Vector256<double>>(a);
        var y = MemoryMarshal.Cast<double, Vector256<double>>(b);
        var sums = Vector256<double>.Zero;
        for (var v = 0; v < x.Length; v++)
        {
            sums += x[v] * y[v];
        }

        var sum = Sum(sums);
        for (var u = x.Length * Lanes; u < a.Length; u++)
        {
            sum += a[u] * b[u];
        }

        return sum;
    }

    private static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var x = MemoryMarshal.Cast<double, Vector256<double>>(a);
        var y = MemoryMarshal.Cast<double, Vector256<double>>(b);
        var sums = Vector256<double>.Zero;
        for (var v = 0; v < x.Length; v++)
        {
            var d = x[v] - y[v];
            sums += d * d;
        }

        var sum = Sum(sums);
        for (var u = x.Length * Lanes; u < a.Length; u++)
        {
            var d = a[u] - b[u];
            sum += d * d;
        }

        return sum;
    }

    private static double Sum(Vector256<double> v) => v[0] + v[2] + (v[1] + v[3]);
}
