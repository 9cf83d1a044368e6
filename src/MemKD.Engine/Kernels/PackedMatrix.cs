using MemKD.Engine.Memory;

namespace MemKD.Engine.Kernels;

/// <summary>
/// A weight matrix in the order in which <see cref="VectorKernels.Multiply"/> reads it: groups of 16 rows, then
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
    internal void Pack(ReadOnlySpan<float> source) => Pack(source, Columns, 1);

    /// <summary>Packs the transpose: <paramref name="source"/> is row-major [columns, rows].</summary>
    internal void PackTransposed(ReadOnlySpan<float> source) => Pack(source, 1, Rows);

    private void Pack(ReadOnlySpan<float> source, int rowStride, int columnStride)
    {
        var destination = Pointer;
        var padded = Panel.PadRows(Rows);
        for (var row = 0; row < padded; )
        {
            var group = padded - row >= 16 ? 16 : 4;
            for (var r = 0; r < group; r++)
            {
                if (row + r < Rows)
                {
                    var from = (row + r) * rowStride;
                    for (var k = 0; k < Columns; k++)
                    {
                        destination[(k * group) + r] = source[from + (k * columnStride)];
                    }
                }
            }

            destination += group * Columns;
            row += group;
        }
    }
}
