using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>
/// A matrix [row, column] in the layout of the kernels, 16 columns side by side: [panel][row][16]. Rows are units,
/// columns whatever a map is applied to, such as the time points of cases. Grows and never shrinks.
/// </summary>
/// <param name="rows">Rows.</param>
public sealed unsafe class PanelMatrix(int rows)
{
    private AlignedBuffer buffer = new(0);

    /// <summary>Columns in a panel.</summary>
    public const int Lanes = Panel.Lanes;

    /// <summary>Rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>Columns.</summary>
    public int ColumnCount { get; private set; }

    /// <summary>Panels of 16 columns.</summary>
    public int PanelCount => Panel.Count(ColumnCount);

    /// <summary>Floats from one panel to the next.</summary>
    public int Stride { get; } = Panel.PadRows(rows) * Panel.Lanes;

    internal float* Pointer => buffer.Pointer;

    /// <summary>Sets the number of columns; what was there is lost, and lanes beyond the last column become 0.</summary>
    public void Resize(int columns)
    {
        ColumnCount = columns;
        var needed = checked(PanelCount * Stride);
        if (buffer.Length < needed)
        {
            buffer = new AlignedBuffer(needed);
        }

        if (columns > 0)
        {
            buffer.Span.Slice((PanelCount - 1) * Stride, Stride).Clear();
        }
    }

    /// <summary>16 columns, [row][16].</summary>
    public Span<float> At(int panel) => buffer.Span.Slice(panel * Stride, Rows * Panel.Lanes);

    /// <summary>Puts a column into place.</summary>
    /// <param name="column">Its number.</param>
    /// <param name="values">[row].</param>
    public void Set(int column, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            (uint)column,
            (uint)(PanelCount * Panel.Lanes),
            nameof(column)
        );
        var to = Pointer + (column / Panel.Lanes * Stride) + (column % Panel.Lanes);
        foreach (var value in values)
        {
            *to = value;
            to += Panel.Lanes;
        }
    }

    /// <summary>Puts columns into place that are rows of a table.</summary>
    /// <param name="column">The number of the first; the others follow.</param>
    /// <param name="table">[any, row].</param>
    /// <param name="numbers">Which row of the table each column is.</param>
    public void SetMany(int column, ReadOnlySpan<float> table, ReadOnlySpan<int> numbers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(column + numbers.Length, PanelCount * Panel.Lanes);
        var i = 0;
        fixed (float* first = table)
        {
            while (i < numbers.Length)
            {
                var lane = (column + i) % Panel.Lanes;
                if (lane + 4 > Panel.Lanes || i + 4 > numbers.Length)
                {
                    Set(column + i, table.Slice(numbers[i] * Rows, Rows));
                    i++;
                    continue;
                }

                var to = Pointer + ((column + i) / Panel.Lanes * Stride) + lane;
                var a = first + Start(table, numbers[i]);
                var b = first + Start(table, numbers[i + 1]);
                var c = first + Start(table, numbers[i + 2]);
                Transposition.Turn4(a, b, c, first + Start(table, numbers[i + 3]), Rows, to, Lanes);
                i += 4;
            }
        }
    }

    private int Start(ReadOnlySpan<float> table, int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((number + 1L) * Rows, table.Length, nameof(number));
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return number * Rows;
    }

    /// <summary>Copies a column out.</summary>
    /// <param name="column">Its number.</param>
    /// <param name="values">Destination [row].</param>
    public void Get(int column, Span<float> values)
    {
        var from = At(column / Panel.Lanes)[(column % Panel.Lanes)..];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = from[row * Panel.Lanes];
        }
    }
}
