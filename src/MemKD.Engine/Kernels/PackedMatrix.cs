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
                for (var r = 0; r < group && row + r < Rows; )
                {
                    var from = first + ((row + r) * Columns);
                    if (group == 16 && row + r + 4 <= Rows)
                    {
                        var (second, third, fourth) = (Columns, 2 * Columns, 3 * Columns);
                        Transposition.Turn4(from, from + second, from + third, from + fourth, Columns, destination + r);
                        r += 4;
                    }
                    else
                    {
                        for (var k = 0; k < Columns; k++)
                        {
                            destination[(k * group) + r] = from[k];
                        }

                        r++;
                    }
                }

                destination += group * Columns;
                row += group;
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
