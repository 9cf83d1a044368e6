using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>
/// States of student and teacher at the same time points, as columns of two matrices: for methods that map the one to the
/// other. A batch is taken some cases at a time, so that memory does not grow with the length of the series; only time
/// points inside a case become columns.
/// </summary>
public sealed class StateColumns
{
    private const int MostColumns = 2048;
    private (int Case, int Time)[] places = [];
    private float[] scales = [];
    private int[] times = [];

    /// <summary>Makes room for a pair.</summary>
    /// <param name="studentSize">H_S.</param>
    /// <param name="teacherSize">H_T.</param>
    public StateColumns(int studentSize, int teacherSize)
    {
        Student = new PanelMatrix(studentSize);
        Teacher = new PanelMatrix(teacherSize);
    }

    /// <summary>The student's states [H_S, column].</summary>
    public PanelMatrix Student { get; }

    /// <summary>The teacher's states [H_T, column].</summary>
    public PanelMatrix Teacher { get; }

    /// <summary>
    /// What a column counts for in the mean over cases of the mean over a case's columns: 1/(B·columns of its case); 0 in
    /// the lanes beyond the last column.
    /// </summary>
    /// <param name="panel">16 columns.</param>
    public ReadOnlySpan<float> Scales(int panel) => scales.AsSpan(panel * PanelMatrix.Lanes, PanelMatrix.Lanes);

    /// <summary>Takes the next cases of a batch; the teacher's states must have been required.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="first">The first case to take.</param>
    /// <param name="points">
    /// Time points of a case, one drawn from each of so many equal stretches of it; 0, or no fewer than it has: all.
    /// </param>
    /// <returns>The first case that was not taken.</returns>
    public int Load(in DistillationBatch batch, int first, int points)
    {
        var count = 0;
        var end = first;
        while (end < batch.Cases.Length && (end == first || count + Columns(batch, end, points) <= MostColumns))
        {
            count += Columns(batch, end++, points);
        }

        Student.Resize(count);
        Teacher.Resize(count);
        var padded = Student.PanelCount * PanelMatrix.Lanes;
        if (scales.Length < padded)
        {
            scales = new float[padded];
            places = new (int, int)[padded];
            times = new int[padded];
        }

        scales.AsSpan(count, padded - count).Clear();
        var column = 0;
        for (var i = first; i < end; i++)
        {
            var length = batch.Hidden.LengthOf(i);
            var own = Columns(batch, i, points);
            for (var k = 0; k < own; k++)
            {
                var time = own == length ? k : (int)((k + batch.Random.NextDouble()) * length / own);
                places[column + k] = (i, time);
                times[k] = time;
                scales[column + k] = 1f / (batch.Cases.Length * own);
                SetStudent(batch.Hidden, column + k, i, time);
            }

            Teacher.SetMany(column, batch.Teacher.Hidden(batch.Cases[i]), times.AsSpan(0, own));
            column += own;
        }

        return end;
    }

    /// <summary>Adds the gradient with respect to the student's columns to that of its states.</summary>
    /// <param name="gradient">[H_S, column].</param>
    /// <param name="destination">The batch's gradient.</param>
    public void AddGradient(PanelMatrix gradient, HiddenStates destination)
    {
        for (var column = 0; column < gradient.ColumnCount; column++)
        {
            var (index, time) = places[column];
            var from = gradient.At(column / PanelMatrix.Lanes)[(column % PanelMatrix.Lanes)..];
            var to = destination.At(index / PanelMatrix.Lanes, time)[(index % PanelMatrix.Lanes)..];
            for (var u = 0; u < gradient.Rows; u++)
            {
                to[u * PanelMatrix.Lanes] += from[u * PanelMatrix.Lanes];
            }
        }
    }

    private void SetStudent(HiddenStates hidden, int column, int index, int time)
    {
        var from = hidden.At(index / PanelMatrix.Lanes, time)[(index % PanelMatrix.Lanes)..];
        var to = Student.At(column / PanelMatrix.Lanes)[(column % PanelMatrix.Lanes)..];
        for (var u = 0; u < Student.Rows; u++)
        {
            to[u * PanelMatrix.Lanes] = from[u * PanelMatrix.Lanes];
        }
    }

    private static int Columns(in DistillationBatch batch, int index, int points)
    {
        var length = batch.Hidden.LengthOf(index);
        return points == 0 ? length : Math.Min(points, length);
    }
}
