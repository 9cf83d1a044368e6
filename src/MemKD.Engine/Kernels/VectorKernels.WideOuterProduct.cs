using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Kernels;

// The weight gradient of many columns, which lie in the lanes: a block of the right operand is turned from [row][case] to
// [case][row] (a small share of the work, for every row of the left operand uses it), and the left one is broadcast.
// A step is then 16 terms of every sum instead of one term of 16 sums: a register tile holds 16 times as many results, reads
// a fraction of the memory, and nothing is added across lanes. The left operand is read where it lies; while one tile of
// it is worked on, the next is asked for. Order of sums: for each block of 8 steps one fused sum from 0 over the steps and,
// in a step, over the lanes; the blocks' sums are added to the gradient one after the other.
internal sealed unsafe partial class VectorKernels<V, S>
{
    private static int WideTileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.Width == 16 ? OuterProductSize.WideTile : NarrowTile;
    }

    private static void WideOuterProduct(
        PanelRows left,
        PanelRows right,
        OuterProductSize size,
        float* scratch,
        float* gradient,
        float* rowSums
    )
    {
        var (rows, columns, steps) = size;
        var laneSums = scratch;
        var part = laneSums + ((rows + OuterProductSize.WideTile) * Panel.Lanes);
        var copy = part + (OuterProductSize.WideTile * Panel.Lanes);
        var turned = copy + (OuterProductSize.WideTile * Math.Min(steps, OuterProductSize.WideSteps) * Panel.Lanes);
        new Span<float>(laneSums, (rows + OuterProductSize.WideTile) * Panel.Lanes).Clear();
        for (var step = 0; step < steps; step += OuterProductSize.WideSteps)
        {
            var block = Math.Min(OuterProductSize.WideSteps, steps - step);
            var here = left.From(step);
            Turn(right.From(step), columns, block, turned);
            for (var row = 0; row < rows; row += WideTileRows)
            {
                var height = Math.Min(WideTileRows, rows - row);
                var tile = new WideTile
                {
                    Rows = here.From(0, row).First,
                    Stride = left.Stride,
                    Steps = block,
                    Next = (row + WideTileRows < rows ? here.From(0, row + WideTileRows) : here.From(block)).First,
                    NextStride = left.Stride,
                };
                if (height < WideTileRows || left.Stride % WideTile.CrowdingStride == 0)
                {
                    CopyTile(here.From(0, row), height, block, copy);
                    tile.Rows = copy;
                    tile.Stride = WideTileRows * Panel.Lanes;
                }

                if (rowSums != null)
                {
                    AddSteps(
                        new PanelRows(tile.Rows, tile.Stride),
                        WideTileRows,
                        block,
                        laneSums + (row * Panel.Lanes)
                    );
                }

                for (var column = 0; column < columns; column += Panel.Lanes)
                {
                    var width = Math.Min(Panel.Lanes, columns - column);
                    var x = turned + (column * block * Panel.Lanes);
                    var to = gradient + ((long)row * columns) + column;
                    if (height == WideTileRows && width == Panel.Lanes)
                    {
                        AddWideTile(tile, x, width, to, columns);
                    }
                    else
                    {
                        new Span<float>(part, OuterProductSize.WideTile * Panel.Lanes).Clear();
                        AddWideTile(tile, x, width, part, Panel.Lanes);
                        AddPart(part, height, width, to, columns);
                    }

                    tile.Next = tile.Rows; // it is asked for once
                    tile.NextStride = 0;
                }
            }
        }

        if (rowSums != null)
        {
            AddLanes(laneSums, rows, rowSums);
        }
    }

    /// <summary>To [16 rows][step][lane][row]; beyond the last row zeros.</summary>
    private static void Turn(PanelRows source, int rows, int steps, float* turned)
    {
        for (var step = 0; step < steps; step++)
        {
            for (var row = 0; row < rows; row += Panel.Lanes)
            {
                var to = turned + (((row * steps) + (step * Panel.Lanes)) * Panel.Lanes);
                Transposition.Turn(source.From(step, row).First, Math.Min(Panel.Lanes, rows - row), to);
            }
        }
    }

    /// <summary>To [step][row][16], as many rows as a tile has; beyond the last the last again (its result is not used).</summary>
    private static void CopyTile(PanelRows source, int rows, int steps, float* tile)
    {
        for (var step = 0; step < steps; step++)
        {
            for (var r = 0; r < WideTileRows; r++, tile += Panel.Lanes)
            {
                var from = source.From(step, Math.Min(r, rows - 1)).First;
                for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
                {
                    S.Store(tile + lane, S.Load(from + lane));
                }
            }
        }
    }

    /// <summary>Adds the sums of one tile over a block; to columns beyond <paramref name="width"/>, as far as 16, anything.</summary>
    private static void AddWideTile(WideTile tile, float* x, int width, float* to, int stride)
    {
        if (S.Width == 16 && width > 8)
        {
            Wide16(tile, x, to, stride);
        }
        else if (S.Width == 16)
        {
            VectorKernels<Vector256<float>, Simd256>.Wide16(tile, x, to, stride);
        }
        else if (width <= S.Width)
        {
            Wide12(tile, x, to, stride);
        }
        else
        {
            for (var lane = 0; lane < width; lane += 2 * S.Width)
            {
                Wide6x2(tile, 0, x + lane, to + lane, stride);
                Wide6x2(tile, NarrowTile / 2, x + lane, to + lane, stride);
            }
        }
    }

    private static void AddPart(float* part, int height, int width, float* gradient, int stride)
    {
        for (var row = 0; row < height; row++, part += Panel.Lanes, gradient += stride)
        {
            var column = 0;
            for (; column + S.Width <= width; column += S.Width)
            {
                S.Store(gradient + column, S.Add(S.Load(gradient + column), S.Load(part + column)));
            }

            for (; column < width; column++)
            {
                gradient[column] += part[column];
            }
        }
    }
}
