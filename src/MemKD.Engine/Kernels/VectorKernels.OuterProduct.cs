using System.Runtime.CompilerServices;

namespace MemKD.Engine.Kernels;

/// <summary>Sizes of <see cref="VectorKernels.OuterProduct"/>.</summary>
/// <param name="LeftRows">Rows of the left operand (rows of the gradient).</param>
/// <param name="RightRows">Rows of the right operand (columns of the gradient).</param>
/// <param name="Steps">Panels summed over.</param>
internal readonly record struct OuterProductSize(int LeftRows, int RightRows, int Steps)
{
    /// <summary>Rows of the largest register tile, left and right.</summary>
    internal const int LeftTile = 6;
    internal const int RightTile = 4;

    /// <summary>Floats of scratch: the right operand in tiles and one tile of the left.</summary>
    internal int ScratchLength => checked((RightRows + RightTile + LeftTile) * Steps * Panel.Lanes);
}

// The weight gradient. Both operands are first copied into contiguous tiles (gates lie kilobytes apart from step to
// step, in the same few cache sets); each register tile (6×4 with 16-lane vectors and their 32
// registers, else 4×3) then runs over all steps with one partial sum a lane,
// and the 16 lanes are added at the end in a fixed tree: (i, i+8), (i, i+4), (i, i+2), (i, i+1).
internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void OuterProduct(
        float* left,
        int leftStride,
        float* right,
        int rightStride,
        OuterProductSize size,
        float* scratch,
        float* gradient
    )
    {
        var leftTile = S.Width == 16 ? 6 : 4;
        var rightTileRows = S.Width == 16 ? 4 : 3;
        var (leftRows, rightRows, steps) = size;
        var rightTiles = (rightRows + rightTileRows - 1) / rightTileRows;
        var rightPacked = scratch;
        var leftPacked = scratch + (rightTiles * rightTileRows * steps * Panel.Lanes);
        for (var tile = 0; tile < rightTiles; tile++)
        {
            CopyTile(
                right,
                rightStride,
                tile * rightTileRows,
                rightTileRows,
                rightRows,
                steps,
                rightPacked + (tile * rightTileRows * steps * Panel.Lanes)
            );
        }

        var sums = stackalloc float[OuterProductSize.LeftTile * OuterProductSize.RightTile * Panel.Lanes];
        for (var row = 0; row < leftRows; row += leftTile)
        {
            CopyTile(left, leftStride, row, leftTile, leftRows, steps, leftPacked);
            for (var tile = 0; tile < rightTiles; tile++)
            {
                var rightTile = rightPacked + (tile * rightTileRows * steps * Panel.Lanes);
                if (S.Width == 16)
                {
                    Tile6x4(leftPacked, rightTile, steps, sums);
                }
                else
                {
                    for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
                    {
                        Tile4x3(leftPacked + lane, rightTile + lane, steps, sums + lane);
                    }
                }

                for (var a = 0; a < Math.Min(leftTile, leftRows - row); a++)
                {
                    for (var b = 0; b < Math.Min(rightTileRows, rightRows - (tile * rightTileRows)); b++)
                    {
                        gradient[((row + a) * rightRows) + (tile * rightTileRows) + b] += LaneSum(
                            sums + (((a * rightTileRows) + b) * Panel.Lanes)
                        );
                    }
                }
            }
        }
    }

    internal override void RowSums(float* source, int stride, int rows, int steps, float* sums)
    {
        var lanes = stackalloc float[Panel.Lanes];
        for (var row = 0; row < rows; row++)
        {
            for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
            {
                var sum = S.Broadcast(0f);
                var p = source + (row * Panel.Lanes) + lane;
                for (var step = 0; step < steps; step++, p += stride)
                {
                    sum = S.Add(sum, S.Load(p));
                }

                S.Store(lanes + lane, sum);
            }

            sums[row] += LaneSum(lanes);
        }
    }

    /// <summary>Copies <paramref name="count"/> rows of every step; a row beyond the last repeats it (its result is not used).</summary>
    private static void CopyTile(float* source, int stride, int row, int count, int rows, int steps, float* tile)
    {
        for (var step = 0; step < steps; step++, source += stride)
        {
            for (var r = 0; r < count; r++)
            {
                var from = source + (Math.Min(row + r, rows - 1) * Panel.Lanes);
                for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
                {
                    S.Store(tile + lane, S.Load(from + lane));
                }

                tile += Panel.Lanes;
            }
        }
    }

    private static void Tile6x4(float* left, float* right, int steps, float* sums)
    {
        var zero = S.Broadcast(0f);
        V s00 = zero,
            s01 = zero,
            s02 = zero,
            s03 = zero;
        V s10 = zero,
            s11 = zero,
            s12 = zero,
            s13 = zero;
        V s20 = zero,
            s21 = zero,
            s22 = zero,
            s23 = zero;
        V s30 = zero,
            s31 = zero,
            s32 = zero,
            s33 = zero;
        V s40 = zero,
            s41 = zero,
            s42 = zero,
            s43 = zero;
        V s50 = zero,
            s51 = zero,
            s52 = zero,
            s53 = zero;
        for (var step = 0; step < steps; step++, left += 96, right += 64)
        {
            var r0 = S.Load(right + 0);
            var r1 = S.Load(right + 16);
            var r2 = S.Load(right + 32);
            var r3 = S.Load(right + 48);
            var l = S.Load(left + 0);
            s00 = S.FusedMultiplyAdd(l, r0, s00);
            s01 = S.FusedMultiplyAdd(l, r1, s01);
            s02 = S.FusedMultiplyAdd(l, r2, s02);
            s03 = S.FusedMultiplyAdd(l, r3, s03);
            l = S.Load(left + 16);
            s10 = S.FusedMultiplyAdd(l, r0, s10);
            s11 = S.FusedMultiplyAdd(l, r1, s11);
            s12 = S.FusedMultiplyAdd(l, r2, s12);
            s13 = S.FusedMultiplyAdd(l, r3, s13);
            l = S.Load(left + 32);
            s20 = S.FusedMultiplyAdd(l, r0, s20);
            s21 = S.FusedMultiplyAdd(l, r1, s21);
            s22 = S.FusedMultiplyAdd(l, r2, s22);
            s23 = S.FusedMultiplyAdd(l, r3, s23);
            l = S.Load(left + 48);
            s30 = S.FusedMultiplyAdd(l, r0, s30);
            s31 = S.FusedMultiplyAdd(l, r1, s31);
            s32 = S.FusedMultiplyAdd(l, r2, s32);
            s33 = S.FusedMultiplyAdd(l, r3, s33);
            l = S.Load(left + 64);
            s40 = S.FusedMultiplyAdd(l, r0, s40);
            s41 = S.FusedMultiplyAdd(l, r1, s41);
            s42 = S.FusedMultiplyAdd(l, r2, s42);
            s43 = S.FusedMultiplyAdd(l, r3, s43);
            l = S.Load(left + 80);
            s50 = S.FusedMultiplyAdd(l, r0, s50);
            s51 = S.FusedMultiplyAdd(l, r1, s51);
            s52 = S.FusedMultiplyAdd(l, r2, s52);
            s53 = S.FusedMultiplyAdd(l, r3, s53);
        }

        S.Store(sums + 0, s00);
        S.Store(sums + 16, s01);
        S.Store(sums + 32, s02);
        S.Store(sums + 48, s03);
        S.Store(sums + 64, s10);
        S.Store(sums + 80, s11);
        S.Store(sums + 96, s12);
        S.Store(sums + 112, s13);
        S.Store(sums + 128, s20);
        S.Store(sums + 144, s21);
        S.Store(sums + 160, s22);
        S.Store(sums + 176, s23);
        S.Store(sums + 192, s30);
        S.Store(sums + 208, s31);
        S.Store(sums + 224, s32);
        S.Store(sums + 240, s33);
        S.Store(sums + 256, s40);
        S.Store(sums + 272, s41);
        S.Store(sums + 288, s42);
        S.Store(sums + 304, s43);
        S.Store(sums + 320, s50);
        S.Store(sums + 336, s51);
        S.Store(sums + 352, s52);
        S.Store(sums + 368, s53);
    }

    private static void Tile4x3(float* left, float* right, int steps, float* sums)
    {
        var zero = S.Broadcast(0f);
        V s00 = zero,
            s01 = zero,
            s02 = zero,
            s10 = zero,
            s11 = zero,
            s12 = zero;
        V s20 = zero,
            s21 = zero,
            s22 = zero,
            s30 = zero,
            s31 = zero,
            s32 = zero;
        for (var step = 0; step < steps; step++, left += 64, right += 48)
        {
            var r0 = S.Load(right);
            var r1 = S.Load(right + 16);
            var r2 = S.Load(right + 32);
            var l = S.Load(left);
            s00 = S.FusedMultiplyAdd(l, r0, s00);
            s01 = S.FusedMultiplyAdd(l, r1, s01);
            s02 = S.FusedMultiplyAdd(l, r2, s02);
            l = S.Load(left + 16);
            s10 = S.FusedMultiplyAdd(l, r0, s10);
            s11 = S.FusedMultiplyAdd(l, r1, s11);
            s12 = S.FusedMultiplyAdd(l, r2, s12);
            l = S.Load(left + 32);
            s20 = S.FusedMultiplyAdd(l, r0, s20);
            s21 = S.FusedMultiplyAdd(l, r1, s21);
            s22 = S.FusedMultiplyAdd(l, r2, s22);
            l = S.Load(left + 48);
            s30 = S.FusedMultiplyAdd(l, r0, s30);
            s31 = S.FusedMultiplyAdd(l, r1, s31);
            s32 = S.FusedMultiplyAdd(l, r2, s32);
        }

        S.Store(sums, s00);
        S.Store(sums + 16, s01);
        S.Store(sums + 32, s02);
        S.Store(sums + 48, s10);
        S.Store(sums + 64, s11);
        S.Store(sums + 80, s12);
        S.Store(sums + 96, s20);
        S.Store(sums + 112, s21);
        S.Store(sums + 128, s22);
        S.Store(sums + 144, s30);
        S.Store(sums + 160, s31);
        S.Store(sums + 176, s32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float LaneSum(float* lanes)
    {
        var a0 = lanes[0] + lanes[8] + (lanes[4] + lanes[12]);
        var a1 = lanes[1] + lanes[9] + (lanes[5] + lanes[13]);
        var a2 = lanes[2] + lanes[10] + (lanes[6] + lanes[14]);
        var a3 = lanes[3] + lanes[11] + (lanes[7] + lanes[15]);
        return a0 + a2 + (a1 + a3);
    }
}
