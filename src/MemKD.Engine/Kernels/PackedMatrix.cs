using MemKD.Engine.Memory;

namespace MemKD.Engine.Kernels;

/// <summary>
/// A weight matrix in the order in which <c>Multiply</c> of <see cref="VectorKernels"/> reads it: groups of 16 rows, then
/// groups of 4, each [k][rows of the group]; rows beyond the matrix are zero.
/// </summary>
internal sealed unsafe class PackedMatrix
{
    private readonly AlignedBuffer buffer;

    internal PackedMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        buffer = new AlignedBuffer(Panel.PadRows(rows) * columns);
    }

    internal int Rows { get; }

    internal int Columns { get; }

    internal float* Pointer => buffer.Pointer;

    /// <summary>Packs rows of a row-major matrix [rows, columns].</summary>
    internal void Pack(ReadOnlySpan<float> source)
    {
        var destination = Pointer;
        fixed (float* first = source)
        {
            for (var row = 0; row < Rows; )
            {
                var group = Group(row);
                for (var r = 0; r < group && row + r < Rows; r += 4)
                {
                    PackRows(first + ((row + r) * Columns), Rows - row - r, Columns, destination + r, group);
                }

                destination += group * Columns;
                row += group;
            }
        }
    }

    /// <summary>destination[k][row] = source[row][k] for 4 rows, or fewer where there are no more; its rows are <paramref name="stride"/> floats apart.</summary>
    internal static void PackRows(float* source, int rows, int columns, float* destination, int stride)
    {
        if (rows >= 4)
        {
            var third = source + (2 * columns);
            Transposition.Turn4(source, source + columns, third, third + columns, columns, destination, stride);
            return;
        }

        for (var row = 0; row < rows; row++, source += columns)
        {
            for (var k = 0; k < columns; k++)
            {
                destination[(k * stride) + row] = source[k];
            }
        }
    }

    /// <summary>Packs the transpose: <paramref name="source"/> is row-major [columns, rows].</summary>
    internal void PackTransposed(ReadOnlySpan<float> source)
    {
        var destination = buffer.Span;
        for (var row = 0; row < Rows; )
        {
            var group = Group(row);
            var inside = Math.Min(group, Rows - row);
            for (var k = 0; k < Columns; k++)
            {
                source.Slice((k * Rows) + row, inside).CopyTo(destination[(k * group)..]);
            }

            destination = destination[(group * Columns)..];
            row += group;
        }
    }

    /// <summary>Rows of the group that begins with a row.</summary>
    private int Group(int row) => Panel.PadRows(Rows) - row >= 16 ? 16 : 4;
}
