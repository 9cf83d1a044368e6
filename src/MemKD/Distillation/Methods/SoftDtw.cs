using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;

namespace MemKD.Distillation.Methods;

// Soft dynamic time warping of 16 pairs of sequences side by side.
// Source    Cuturi, Blondel, "Soft-DTW: a Differentiable Loss Function for Time-Series", ICML 2017, arXiv 1703.01541.
// S1        D_ij = ‖x_i − y_j‖²;  R_ij = D_ij + softmin(R_{i−1,j−1}, R_{i−1,j}, R_{i,j−1}), R_00 = 0, other borders ∞
// S2        softmin(a) = −γ log Σ exp(−a/γ);  value = R_TT
// Kept      A = exp(−R/γ) as m·2ᵉ: A_ij = exp(−D_ij/γ)·(A_{i−1,j−1} + A_{i−1,j} + A_{i,j−1}), one exponential a cell and no
//           logarithm, and from cell to cell only a sum and a product; e does not run out as a float32's would
// Gradient  p = share of A in that sum, the derivative of S2. E_ij = ∂value/∂R_ij = Σ over the three successors of p·E, E_TT = 1;
//           ∂value/∂x_i = Σ_j E_ij·2(x_i − y_j).  p is kept from the forward pass: no exponential on the way back.
// Memory    p of a block of rows of at most 2^18 cells; a longer pair keeps A before each block and runs its blocks again.

/// <summary>Soft-DTW and its gradient with respect to the first sequence; nothing is allocated after the longest pair.</summary>
/// <param name="gamma">γ.</param>
public sealed class SoftDtw(double gamma)
{
    private const int Lanes = PanelMatrix.Lanes;
    private const int MostCells = 1 << 18;
    private const float Nothing = -1e30f; // exponent of A = 0 at the borders
    private readonly float minusInverse = (float)(-1 / gamma);
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
        row.AsSpan(0, width).Clear();
        row.AsSpan(0, Lanes).Fill(1);
        row.AsSpan(width, width).Fill(Nothing);
        row.AsSpan(width, Lanes).Clear();
        for (var i = 0; i < length; i++)
        {
            if (i % blockRows == 0)
            {
                row.AsSpan(0, 2 * width).CopyTo(starts.AsSpan(i / blockRows * 2 * width));
            }

            Forward(x.At(first + i), y, first, i, length, limits, i % blockRows);
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (lengths[lane] == i + 1)
                {
                    var at = ((i + 1) * Lanes) + lane;
                    values[lane] = -gamma * (Math.Log(row[at]) + (row[width + at] * Math.Log(2)));
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
                starts.AsSpan(block * 2 * width, 2 * width).CopyTo(row);
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

                Backward(length, i - start);
                AddGradient(x.At(first + i), y, first, length, gradient.At(first + i));
                (incoming, outgoing) = (outgoing, incoming);
            }
        }
    }

    private void MakeRoom(int length, int blockRows, int blocks)
    {
        var width = (length + 1) * Lanes;
        if (incoming.Length < width)
        {
            row = new float[2 * width];
            incoming = new float[width];
            outgoing = new float[width];
        }

        if (above.Length < blockRows * length * Lanes)
        {
            above = new float[blockRows * length * Lanes];
            left = new float[blockRows * length * Lanes];
        }

        if (starts.Length < blocks * 2 * width)
        {
            starts = new float[blocks * 2 * width];
        }
    }

    /// <summary>
    /// Replaces row i − 1 of A (column −1 first; mantissas, then exponents) by row i and keeps the shares of its
    /// predecessors.
    /// </summary>
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
        ref var mantissas = ref row[0];
        ref var exponents = ref row[(length + 1) * Lanes];
        ref var shareAbove = ref above[slot * length * Lanes];
        ref var shareLeft = ref left[slot * length * Lanes];
        ref var xs = ref MemoryMarshal.GetReference(state);
        ref var ys = ref MemoryMarshal.GetReference(y.At(first));
        Span<float> diagonals = stackalloc float[2 * Lanes];
        row.AsSpan(0, Lanes).CopyTo(diagonals);
        row.AsSpan((length + 1) * Lanes, Lanes).CopyTo(diagonals[Lanes..]);
        row.AsSpan(0, Lanes).Clear();
        row.AsSpan((length + 1) * Lanes, Lanes).Fill(Nothing);
        ref var diagonal = ref MemoryMarshal.GetReference(diagonals);
        ref var inside = ref MemoryMarshal.GetReference(limits);
        for (var j = 0; j < length; j++)
        {
            var now = new Vector<float>(Math.Max(i, j));
            for (var lane = 0; lane < Lanes; lane += Vector<float>.Count)
            {
                var cost = Vector<float>.Zero;
                var at = (j * y.Stride) + lane;
                for (var c = lane; c < state.Length; c += Lanes, at += Lanes)
                {
                    var d = Load(ref xs, c) - Load(ref ys, at);
                    cost = Vector.FusedMultiplyAdd(d, d, cost);
                }

                cost = Vector.ConditionalSelect(
                    Vector.GreaterThan(Load(ref inside, lane), now),
                    cost,
                    Vector<float>.Zero
                );
                var factor = ScaledNumbers.Exp(cost * minusInverse, out var exponent);
                var here = (j * Lanes) + lane;
                var (mAbove, eAbove) = (Load(ref mantissas, here + Lanes), Load(ref exponents, here + Lanes));
                var (eDiagonal, eLeft) = (Load(ref diagonal, Lanes + lane), Load(ref exponents, here));
                var most = Vector.MaxNative(Vector.MaxNative(eDiagonal, eAbove), eLeft);
                var fromDiagonal = ScaledNumbers.Shift(Load(ref diagonal, lane), eDiagonal - most);
                var fromAbove = ScaledNumbers.Shift(mAbove, eAbove - most);
                var fromLeft = ScaledNumbers.Shift(Load(ref mantissas, here), eLeft - most);
                var sum = fromDiagonal + fromAbove + fromLeft;
                var inverse = Vector<float>.One / sum;
                (fromAbove * inverse).StoreUnsafe(ref shareAbove, (nuint)here);
                (fromLeft * inverse).StoreUnsafe(ref shareLeft, (nuint)here);
                mAbove.StoreUnsafe(ref diagonal, (nuint)lane);
                eAbove.StoreUnsafe(ref diagonal, (nuint)(Lanes + lane));
                exponent += most;
                ScaledNumbers.Normalize(factor * sum, ref exponent).StoreUnsafe(ref mantissas, (nuint)(here + Lanes));
                exponent.StoreUnsafe(ref exponents, (nuint)(here + Lanes));
            }
        }
    }

    /// <summary>Completes E of one row, column j at 16·(j + 1), from what its successors gave it; hands E on to the row before.</summary>
    private void Backward(int length, int slot)
    {
        ref var here = ref incoming[0];
        ref var before = ref outgoing[0];
        ref var shareAbove = ref above[slot * length * Lanes];
        ref var shareLeft = ref left[slot * length * Lanes];
        for (var lane = 0; lane < Lanes; lane += Vector<float>.Count)
        {
            var fromRight = Vector<float>.Zero;
            var toDiagonal = Vector<float>.Zero;
            for (var at = ((length - 1) * Lanes) + lane; at >= 0; at -= Lanes)
            {
                var e = Load(ref here, at + Lanes) + fromRight;
                e.StoreUnsafe(ref here, (nuint)(at + Lanes));
                fromRight = e * Load(ref shareLeft, at);
                var up = e * Load(ref shareAbove, at);
                (toDiagonal + up).StoreUnsafe(ref before, (nuint)(at + Lanes));
                toDiagonal = e - up - fromRight;
            }

            toDiagonal.StoreUnsafe(ref before, (nuint)lane);
        }
    }

    /// <summary>Adds Σ_j E_ij·2(x_i − y_j), four channels at a time.</summary>
    private void AddGradient(ReadOnlySpan<float> state, PanelMatrix y, int first, int length, Span<float> destination)
    {
        const int four = 4 * Lanes;
        ref var weights = ref incoming[Lanes];
        ref var xs = ref MemoryMarshal.GetReference(state);
        ref var ys = ref MemoryMarshal.GetReference(y.At(first));
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (var lane = 0; lane < Lanes; lane += Vector<float>.Count)
        {
            var c = lane;
            for (; c + four <= state.Length + lane; c += four)
            {
                var (x0, x1) = (Load(ref xs, c), Load(ref xs, c + Lanes));
                var (x2, x3) = (Load(ref xs, c + (2 * Lanes)), Load(ref xs, c + (3 * Lanes)));
                var (s0, s1, s2, s3) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
                var at = c;
                for (var j = 0; j < length; j++, at += y.Stride)
                {
                    var e = Load(ref weights, (j * Lanes) + lane);
                    s0 = Vector.FusedMultiplyAdd(e, x0 - Load(ref ys, at), s0);
                    s1 = Vector.FusedMultiplyAdd(e, x1 - Load(ref ys, at + Lanes), s1);
                    s2 = Vector.FusedMultiplyAdd(e, x2 - Load(ref ys, at + (2 * Lanes)), s2);
                    s3 = Vector.FusedMultiplyAdd(e, x3 - Load(ref ys, at + (3 * Lanes)), s3);
                }

                AddTwice(s0, ref to, c);
                AddTwice(s1, ref to, c + Lanes);
                AddTwice(s2, ref to, c + (2 * Lanes));
                AddTwice(s3, ref to, c + (3 * Lanes));
            }

            for (; c < state.Length; c += Lanes)
            {
                var (x, sum) = (Load(ref xs, c), Vector<float>.Zero);
                for (var j = 0; j < length; j++)
                {
                    var e = Load(ref weights, (j * Lanes) + lane);
                    sum = Vector.FusedMultiplyAdd(e, x - Load(ref ys, (j * y.Stride) + c), sum);
                }

                AddTwice(sum, ref to, c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTwice(Vector<float> sum, ref float destination, int at) =>
        (Load(ref destination, at) + (sum + sum)).StoreUnsafe(ref destination, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ref float source, int at) => Vector.LoadUnsafe(ref source, (nuint)at);
}
