using System.Runtime.CompilerServices;

namespace MemKD.Engine.Kernels;

// The weight gradient; of few columns, for of many there is a faster way. Both operands are first copied into contiguous tiles (gates lie kilobytes apart from step to
// step, in the same few cache sets), a block of steps at a time, so that a tile is read from the first cache again and
// again; each register tile (6×4 with 16-lane vectors and their 32 registers, else 4×3) goes on from the sums of the
// block before, so that a sum runs over all steps in order whatever the blocks: one partial sum a lane,
// and the 16 lanes are added at the end in a fixed tree: (i, i+8), (i, i+4), (i, i+2), (i, i+1).
internal sealed unsafe partial class VectorKernels<V, S>
{
    private const int SumRows = 16;

    internal override void OuterProduct(
        float* left,
        int leftStride,
        float* right,
        int rightStride,
        OuterProductSize size,
        float* scratch,
        float* gradient,
        float* rowSums
    )
    {
        if (size.IsWide)
        {
            WideOuterProduct(left, leftStride, right, rightStride, size, scratch, gradient, rowSums);
            return;
        }

        if (rowSums != null)
        {
            RowSums(left, leftStride, size.LeftRows, size.Steps, rowSums);
        }

        for (var row = 0; row < size.LeftRows; row += OuterProductSize.GroupRows)
        {
            OuterProductGroup(
                left + (row * Panel.Lanes),
                leftStride,
                right,
                rightStride,
                size with
                {
                    LeftRows = Math.Min(OuterProductSize.GroupRows, size.LeftRows - row),
                },
                scratch,
                gradient + (row * size.RightRows)
            );
        }
    }

    private static void OuterProductGroup(
        float* left,
        int leftStride,
        float* right,
        int rightStride,
        OuterProductSize size,
        float* scratch,
        float* gradient
    )
    {
        var (leftRows, rightRows, steps) = size;
        var (leftTile, rightTile) = (LeftTileRows, RightTileRows);
        var (leftTiles, rightTiles) = ((leftRows + leftTile - 1) / leftTile, (rightRows + rightTile - 1) / rightTile);
        var tileSums = leftTile * rightTile * Panel.Lanes;
        var sums = scratch;
        var leftPacked = sums + (leftTiles * rightTiles * tileSums);
        var rightPacked = leftPacked + (leftTile * Math.Min(steps, OuterProductSize.BlockSteps) * Panel.Lanes);
        new Span<float>(sums, leftTiles * rightTiles * tileSums).Clear();
        for (var step = 0; step < steps; step += OuterProductSize.BlockSteps)
        {
            var block = Math.Min(OuterProductSize.BlockSteps, steps - step);
            var tileFloats = rightTile * block * Panel.Lanes;
            var from = right + ((long)step * rightStride);
            for (var tile = 0; tile < rightTiles; tile++)
            {
                var to = rightPacked + (tile * tileFloats);
                CopyTile(from, rightStride, tile * rightTile, rightTile, rightRows, block, to);
            }

            from = left + ((long)step * leftStride);
            for (var row = 0; row < leftTiles; row++)
            {
                CopyTile(from, leftStride, row * leftTile, leftTile, leftRows, block, leftPacked);
                for (var tile = 0; tile < rightTiles; tile++)
                {
                    AddTile(
                        leftPacked,
                        rightPacked + (tile * tileFloats),
                        block,
                        sums + (((row * rightTiles) + tile) * tileSums)
                    );
                }
            }
        }

        for (var row = 0; row < leftRows; row++)
        {
            for (var column = 0; column < rightRows; column++)
            {
                var tile = (row / leftTile * rightTiles) + (column / rightTile);
                var place = (row % leftTile * rightTile) + (column % rightTile);
                gradient[(row * rightRows) + column] += LaneSum(sums + (tile * tileSums) + (place * Panel.Lanes));
            }
        }
    }

    private static int LeftTileRows => S.Width == 16 ? 6 : 4;

    private static int RightTileRows => S.Width == 16 ? 4 : 3;

    private static void AddTile(float* left, float* right, int steps, float* sums)
    {
        if (S.Width == 16)
        {
            Tile6x4(left, right, steps, sums);
            return;
        }

        for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
        {
            Tile4x3(left + lane, right + lane, steps, sums + lane);
        }
    }

    private static void RowSums(float* source, int stride, int rows, int steps, float* sums)
    {
        var lanes = stackalloc float[SumRows * Panel.Lanes];
        for (var row = 0; row < rows; row += SumRows)
        {
            var count = Math.Min(SumRows, rows - row);
            new Span<float>(lanes, SumRows * Panel.Lanes).Clear();
            AddSteps(source + (row * Panel.Lanes), stride, count, steps, lanes);
            for (var r = 0; r < count; r++)
            {
                sums[row + r] += LaneSum(lanes + (r * Panel.Lanes));
            }
        }
    }

    /// <summary>sums[row][lane] += Σ over steps, in order; 4 rows at once, for one sum waits for itself.</summary>
    private static void AddSteps(float* source, int stride, int rows, int steps, float* sums)
    {
        var at = 0;
        for (; at + (4 * S.Width) <= rows * Panel.Lanes; at += 4 * S.Width)
        {
            var p = source + at;
            var to = sums + at;
            var a = S.Load(to);
            var b = S.Load(to + S.Width);
            var c = S.Load(to + (2 * S.Width));
            var d = S.Load(to + (3 * S.Width));
            for (var step = 0; step < steps; step++, p += stride)
            {
                a = S.Add(a, S.Load(p));
                b = S.Add(b, S.Load(p + S.Width));
                c = S.Add(c, S.Load(p + (2 * S.Width)));
                d = S.Add(d, S.Load(p + (3 * S.Width)));
            }

            S.Store(to, a);
            S.Store(to + S.Width, b);
            S.Store(to + (2 * S.Width), c);
            S.Store(to + (3 * S.Width), d);
        }

        for (; at < rows * Panel.Lanes; at += S.Width)
        {
            var sum = S.Load(sums + at);
            for (var step = 0; step < steps; step++)
            {
                sum = S.Add(sum, S.Load(source + ((long)step * stride) + at));
            }

            S.Store(sums + at, sum);
        }
    }

    /// <summary>Copies <paramref name="count"/> rows of every step; a row beyond the last repeats it (its result is not used).</summary>
    private static void CopyTile(float* source, int stride, int row, int count, int rows, int steps, float* tile)
    {
        if (row + count <= rows)
        {
            var floats = count * Panel.Lanes;
            source += row * Panel.Lanes;
            for (var step = 0; step < steps; step++, source += stride, tile += floats)
            {
                for (var at = 0; at < floats; at += S.Width)
                {
                    S.Store(tile + at, S.Load(source + at));
                }
            }

            return;
        }

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
        var s00 = S.Load(sums);
        var s01 = S.Load(sums + 16);
        var s02 = S.Load(sums + 32);
        var s03 = S.Load(sums + 48);
        var s10 = S.Load(sums + 64);
        var s11 = S.Load(sums + 80);
        var s12 = S.Load(sums + 96);
        var s13 = S.Load(sums + 112);
        var s20 = S.Load(sums + 128);
        var s21 = S.Load(sums + 144);
        var s22 = S.Load(sums + 160);
        var s23 = S.Load(sums + 176);
        var s30 = S.Load(sums + 192);
        var s31 = S.Load(sums + 208);
        var s32 = S.Load(sums + 224);
        var s33 = S.Load(sums + 240);
        var s40 = S.Load(sums + 256);
        var s41 = S.Load(sums + 272);
        var s42 = S.Load(sums + 288);
        var s43 = S.Load(sums + 304);
        var s50 = S.Load(sums + 320);
        var s51 = S.Load(sums + 336);
        var s52 = S.Load(sums + 352);
        var s53 = S.Load(sums + 368);
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
        var s00 = S.Load(sums);
        var s01 = S.Load(sums + 16);
        var s02 = S.Load(sums + 32);
        var s10 = S.Load(sums + 48);
        var s11 = S.Load(sums + 64);
        var s12 = S.Load(sums + 80);
        var s20 = S.Load(sums + 96);
        var s21 = S.Load(sums + 112);
        var s22 = S.Load(sums + 128);
        var s30 = S.Load(sums + 144);
        var s31 = S.Load(sums + 160);
        var s32 = S.Load(sums + 176);
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
