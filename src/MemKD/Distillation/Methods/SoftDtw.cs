using System.Numerics;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;

namespace MemKD.Distillation.Methods;

// Soft dynamic time warping of 16 pairs of sequences side by side.
// Source    Cuturi, Blondel, "Soft-DTW: a Differentiable Loss Function for Time-Series", ICML 2017, arXiv 1703.01541.
// S1        D_ij = ‖x_i − y_j‖²;  R_ij = D_ij + softmin(R_{i−1,j−1}, R_{i−1,j}, R_{i,j−1}), R_00 = 0, other borders ∞
// S2        softmin(a) = m − γ log Σ exp((m − a)/γ), m = min a;  value = R_TT
// Gradient  p = exp((m − a)/γ)/Σ is the derivative of S2. E_ij = ∂value/∂R_ij = Σ over the three successors of p·E, E_TT = 1;
//           ∂value/∂x_i = Σ_j E_ij·2(x_i − y_j).  p is kept from the forward pass: no exponential on the way back.
// Memory    p of a block of rows of at most 2^18 cells; a longer pair keeps R before each block and runs its blocks again.

/// <summary>Soft-DTW and its gradient with respect to the first sequence; nothing is allocated after the longest pair.</summary>
/// <param name="gamma">γ.</param>
public sealed class SoftDtw(double gamma)
{
    private const int Lanes = PanelMatrix.Lanes;
    private const int MostCells = 1 << 18;
    private const float Border = 1e30f;
    private readonly float inverseGamma = (float)(1 / gamma);
    private readonly float minusGamma = (float)-gamma;
    private float[] above = [];
    private float[] left = [];
    private float[] starts = [];
    private float[] row = [];
    private float[] incoming = [];
    private float[] outgoing = [];

    /// <summary>Values of 16 pairs, and their gradients.</summary>
    /// <param name="x">First sequences, [channel, 16] at panel <paramref name="first"/> + time point; finite everywhere.</param>
    /// <param name="y">Second sequences, the same places.</param>
    /// <param name="first">The panel of the first time point.</param>
    /// <param name="lengths">Time points of both sequences of a pair [16]; 0: no pair, its value stays 0.</param>
    /// <param name="scales">What a pair's gradient is multiplied by [16].</param>
    /// <param name="values">Destination [16].</param>
    /// <param name="gradient">Gradient with respect to x, ADDED to; null: not wanted.</param>
    public void Evaluate(
        PanelMatrix x,
        PanelMatrix y,
        int first,
        ReadOnlySpan<int> lengths,
        ReadOnlySpan<float> scales,
        Span<double> values,
        PanelMatrix? gradient
    )
    {
        values.Clear();
        Span<float> limits = stackalloc float[Lanes];
        var length = 0;
        for (var lane = 0; lane < Lanes; lane++)
        {
            limits[lane] = lengths[lane];
            length = Math.Max(length, lengths[lane]);
        }

        if (length == 0)
        {
            return;
        }

        var blockRows = Math.Clamp(MostCells / length, 1, length);
        var blocks = (length + blockRows - 1) / blockRows;
        MakeRoom(length, blockRows, blocks);
        var width = (length + 1) * Lanes;
        row.AsSpan(0, width).Fill(Border);
        row.AsSpan(0, Lanes).Clear();
        for (var i = 0; i < length; i++)
        {
            if (i % blockRows == 0)
            {
                row.AsSpan(0, width).CopyTo(starts.AsSpan(i / blockRows * width));
            }

            Forward(x.At(first + i), y, first, i, length, limits, i % blockRows);
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (lengths[lane] == i + 1)
                {
                    values[lane] = row[((i + 1) * Lanes) + lane];
                }
            }
        }

        if (gradient == null)
        {
            return;
        }

        incoming.AsSpan(0, width).Clear();
        for (var block = blocks - 1; block >= 0; block--)
        {
            var start = block * blockRows;
            var end = Math.Min(start + blockRows, length);
            if (block < blocks - 1)
            {
                starts.AsSpan(block * width, width).CopyTo(row);
                for (var i = start; i < end; i++)
                {
                    Forward(x.At(first + i), y, first, i, length, limits, i - start);
                }
            }

            for (var i = end - 1; i >= start; i--)
            {
                for (var lane = 0; lane < Lanes; lane++)
                {
                    if (lengths[lane] == i + 1)
                    {
                        incoming[((i + 1) * Lanes) + lane] += scales[lane];
                    }
                }

                Backward(x.At(first + i), y, first, length, i - start, gradient.At(first + i));
                (incoming, outgoing) = (outgoing, incoming);
            }
        }
    }

    private void MakeRoom(int length, int blockRows, int blocks)
    {
        var width = (length + 1) * Lanes;
        if (row.Length < width)
        {
            row = new float[width];
            incoming = new float[width];
            outgoing = new float[width];
        }

        if (above.Length < blockRows * length * Lanes)
        {
            above = new float[blockRows * length * Lanes];
            left = new float[blockRows * length * Lanes];
        }

        if (starts.Length < blocks * width)
        {
            starts = new float[blocks * width];
        }
    }

    /// <summary>Replaces row i − 1 of R (column −1 first) by row i and keeps the shares of its predecessors.</summary>
    private void Forward(
        ReadOnlySpan<float> state,
        PanelMatrix y,
        int first,
        int i,
        int length,
        ReadOnlySpan<float> limits,
        int slot
    )
    {
        var r = Vectors(row.AsSpan(0, (length + 1) * Lanes));
        var a = Vectors(above.AsSpan(slot * length * Lanes, length * Lanes));
        var l = Vectors(left.AsSpan(slot * length * Lanes, length * Lanes));
        var xs = Vectors(state);
        var inside = Vectors(limits);
        var n = inside.Length;
        Span<Vector<float>> diagonal = stackalloc Vector<float>[n];
        for (var v = 0; v < n; v++)
        {
            diagonal[v] = r[v];
            r[v] = new Vector<float>(Border);
        }

        for (var j = 0; j < length; j++)
        {
            var ys = Vectors(y.At(first + j));
            var now = new Vector<float>(Math.Max(i, j));
            for (var v = 0; v < n; v++)
            {
                var cost = Vector<float>.Zero;
                for (var c = v; c < xs.Length; c += n)
                {
                    var d = xs[c] - ys[c];
                    cost = Vector.FusedMultiplyAdd(d, d, cost);
                }

                cost = Vector.ConditionalSelect(Vector.GreaterThan(inside[v], now), cost, Vector<float>.Zero);
                var (fromDiagonal, fromAbove, fromLeft) = (diagonal[v], r[((j + 1) * n) + v], r[(j * n) + v]);
                var least = Vector.Min(Vector.Min(fromDiagonal, fromAbove), fromLeft);
                var shareAbove = Exponential.Exp((least - fromAbove) * inverseGamma);
                var shareLeft = Exponential.Exp((least - fromLeft) * inverseGamma);
                var sum = Exponential.Exp((least - fromDiagonal) * inverseGamma) + shareAbove + shareLeft;
                var inverse = Vector<float>.One / sum;
                a[(j * n) + v] = shareAbove * inverse;
                l[(j * n) + v] = shareLeft * inverse;
                diagonal[v] = fromAbove;
                r[((j + 1) * n) + v] =
                    cost + Vector.FusedMultiplyAdd(Exponential.Log(sum), new Vector<float>(minusGamma), least);
            }
        }
    }

    /// <summary>E of one row from what its successors gave it; hands E on to the row before and adds to the gradient.</summary>
    private void Backward(
        ReadOnlySpan<float> state,
        PanelMatrix y,
        int first,
        int length,
        int slot,
        Span<float> destination
    )
    {
        var here = Vectors(incoming.AsSpan(0, (length + 1) * Lanes));
        var before = Vectors(outgoing.AsSpan(0, (length + 1) * Lanes));
        var a = Vectors(above.AsSpan(slot * length * Lanes, length * Lanes));
        var l = Vectors(left.AsSpan(slot * length * Lanes, length * Lanes));
        var xs = Vectors(state);
        var sums = Vectors(destination);
        var n = Lanes / Vector<float>.Count;
        before.Clear();
        for (var v = 0; v < n; v++)
        {
            var fromRight = Vector<float>.Zero;
            for (var j = length - 1; j >= 0; j--)
            {
                var at = (j * n) + v;
                var e = here[at + n] + fromRight;
                fromRight = e * l[at];
                var up = e * a[at];
                before[at + n] += up;
                before[at] = e - up - fromRight;
                var ys = Vectors(y.At(first + j));
                var twice = e + e;
                for (var c = v; c < xs.Length; c += n)
                {
                    sums[c] = Vector.FusedMultiplyAdd(twice, xs[c] - ys[c], sums[c]);
                }
            }
        }
    }

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> values) =>
        MemoryMarshal.Cast<float, Vector<float>>(values);
}
