namespace MemKD.Distillation.Methods;

/// <summary>
/// The teacher's ratios r(a, b), a &lt; b, of every case, kept once they have been computed: the teacher is frozen, and a case is
/// seen hundreds of times. NaN: not yet. A layer's part is allocated at once, and empty where it would be larger than 256 MiB: every run of a search has its own.
/// </summary>
internal sealed class TeacherRatioTable
{
    private const long MostValues = 1L << 26;
    private readonly float[]?[] layers;
    private readonly int caseCount;
    private readonly int stride;

    /// <summary>A table for a teacher's training cases.</summary>
    internal TeacherRatioTable(TeacherStates teacher)
    {
        Teacher = teacher;
        layers = new float[]?[teacher.LayerCount];
        caseCount = teacher.CaseCount;
        var pairs = (long)teacher.MaxLength * (teacher.MaxLength - 1) / 2;
        stride = pairs * caseCount <= MostValues ? (int)pairs : 0;
    }

    /// <summary>Whose ratios these are.</summary>
    internal TeacherStates Teacher { get; }

    /// <summary>Where a pair stands in a case's part.</summary>
    internal static int PlaceOf(int start, int end) => (end * (end - 1) / 2) + start;

    /// <summary>The part of a case and layer; empty where nothing is kept.</summary>
    internal Span<float> Of(int index, int layer)
    {
        if (layers[layer] == null)
        {
            layers[layer] = new float[caseCount * stride];
            layers[layer].AsSpan().Fill(float.NaN);
        }

        return layers[layer].AsSpan(index * stride, stride);
    }
}
