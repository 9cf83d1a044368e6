using System.Runtime.CompilerServices;

namespace MemKD.Engine.Kernels;

// The weight gradient of few columns; of many there is a faster way (WideOuterProduct). A block of steps at a time, 4 rows of the left
// operand, read where they lie, stay in the first cache for all columns. A register tile goes on from the sums of the block
// before, so that a sum runs over all steps in order whatever the blocks and tiles: one partial sum a lane,
// and the 16 lanes are added at the end in a fixed tree: (i, i+8), (i, i+4), (i, i+2), (i, i+1).
internal sealed unsafe partial class VectorKernels<V, S>
{
    private const int TileRows = 4;

    private static int TileColumns => S.Width == 16 ? 4 : 2;

    internal override void OuterProduct(
        PanelRows left,
        PanelRows right,
        OuterProductSize size,
        float* scratch,
        float* gradient,
        float* rowSums
    )
    {
        if (size.IsWide)
        {
            WideOuterProduct(left, right, size, scratch, gradient, rowSums);
            return;
        }

        var (rows, columns, steps) = size;
        var products = scratch;
        var sums = products + (rows * columns * Panel.Lanes);
        new Span<float>(scratch, rows * (columns + 1) * Panel.Lanes).Clear();
        for (var step = 0; step < steps; step += OuterProductSize.NarrowSteps)
        {
            var block = Math.Min(OuterProductSize.NarrowSteps, steps - step);
            for (var row = 0; row < rows; )
            {
                var height = rows - row >= TileRows ? TileRows : 1;
                var (from, with) = (left.From(step, row), right.From(step));
                var to = products + (row * columns * Panel.Lanes);
                var toSums = sums + (row * Panel.Lanes);
                if (rowSums != null && columns == 1 && height == TileRows)
                {
                    for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
                    {
                        Tile4x1AndSums(from.FromLane(lane), with.FromLane(lane), block, to + lane, toSums + lane);
                    }
                }
                else
                {
                    AddRows(from, height, with, columns, block, to);
                    AddSteps(from, rowSums == null ? 0 : height, block, toSums);
                }

                row += height;
            }
        }

        AddLanes(products, rows * columns, gradient);
        if (rowSums != null)
        {
            AddLanes(sums, rows, rowSums);
        }
    }

    /// <summary>products[row][column][lane] += Σ over steps for 4 rows or 1 of the left operand.</summary>
    private static void AddRows(PanelRows left, int height, PanelRows right, int columns, int steps, float* products)
    {
        var stride = columns * Panel.Lanes;
        for (var column = 0; column < columns; )
        {
            var width = height == TileRows && columns - column >= TileColumns ? TileColumns : 1;
            for (var lane = 0; lane < Panel.Lanes; lane += S.Width)
            {
                var (l, r) = (left.FromLane(lane), right.From(0, column).FromLane(lane));
                var to = products + (column * Panel.Lanes) + lane;
                if (height == 1)
                {
                    Tile1x1(l, r, steps, to);
                }
                else if (width == 1)
                {
                    Tile4x1(l, r, steps, to, stride);
                }
                else if (S.Width == 16)
                {
                    Tile4x4(l, r, steps, to, stride);
                }
                else
                {
                    Tile4x2(l, r, steps, to, stride);
                }
            }

            column += width;
        }
    }

    /// <summary>to[i] += Σ over the 16 lanes of sums[i].</summary>
    private static void AddLanes(float* sums, int count, float* to)
    {
        for (var i = 0; i < count; i++, sums += Panel.Lanes)
        {
            to[i] += LaneSum(sums);
        }
    }

    /// <summary>sums[row][lane] += Σ over steps, in order; 4 rows at once, for one sum waits for itself.</summary>
    private static void AddSteps(PanelRows source, int rows, int steps, float* sums)
    {
        var at = 0;
        for (; at + (4 * S.Width) <= rows * Panel.Lanes; at += 4 * S.Width)
        {
            var p = source.First + at;
            var to = sums + at;
            var a = S.Load(to);
            var b = S.Load(to + S.Width);
            var c = S.Load(to + (2 * S.Width));
            var d = S.Load(to + (3 * S.Width));
            for (var step = 0; step < steps; step++, p += source.Stride)
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
                sum = S.Add(sum, S.Load(source.First + ((long)step * source.Stride) + at));
            }

            S.Store(sums + at, sum);
        }
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
