namespace MemKD.Distillation;

/// <summary>The training cases of all classes but one, numbered 0..<see cref="Count"/> − 1.</summary>
public sealed class OtherClasses
{
    private readonly int[] byClass;
    private readonly int[] starts;

    /// <summary>Sorts the cases that are learnt from.</summary>
    public OtherClasses(TeacherStates teacher)
    {
        byClass = [.. Enumerable.Range(0, teacher.CaseCount).OrderBy(teacher.Label)];
        starts = new int[teacher.ClassCount + 1];
        foreach (var index in byClass)
        {
            starts[teacher.Label(index) + 1]++;
        }

        for (var k = 0; k < teacher.ClassCount; k++)
        {
            starts[k + 1] += starts[k];
        }
    }

    /// <summary>Cases that are not of a class.</summary>
    public int Count(int label) => byClass.Length - (starts[label + 1] - starts[label]);

    /// <summary>Case number of one of them.</summary>
    /// <param name="label">The class.</param>
    /// <param name="number">0..<see cref="Count"/> − 1.</param>
    public int At(int label, int number) =>
        byClass[number < starts[label] ? number : number + starts[label + 1] - starts[label]];
}
