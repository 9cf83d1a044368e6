namespace MemKD.Distillation;

/// <summary>
/// A row of numbers that a method derives from what the teacher says about a training case: computed when the case is
/// first seen and kept, for the teacher is frozen and a case is seen hundreds of times.
/// </summary>
/// <typeparam name="T">The numbers' type.</typeparam>
internal sealed class TeacherRows<T>
    where T : unmanaged
{
    private TeacherStates? known;
    private T[]?[] rows = [];

    /// <summary>The row of a case.</summary>
    /// <param name="teacher">The teacher's states; another teacher's rows are forgotten.</param>
    /// <param name="index">The case.</param>
    /// <param name="size">Numbers of the row.</param>
    /// <param name="isNew">Whether the row is all 0 and to be filled.</param>
    internal Span<T> Of(TeacherStates teacher, int index, int size, out bool isNew)
    {
        if (known != teacher)
        {
            (known, rows) = (teacher, new T[teacher.CaseCount][]);
        }

        isNew = rows[index] == null;
        return rows[index] ??= new T[size];
    }
}
