using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>
/// One vector a case of student and teacher, made of their hidden states, for methods that compare cases with each
/// other; and the way of a gradient back to the student's states. In double, because such methods take differences of
/// cases. Nothing is allocated once the largest batch has been seen.
/// </summary>
public sealed class BatchFeatures
{
    private readonly BatchStates states = new();
    private readonly TeacherRows<double> kept = new();
    private readonly Source student;
    private readonly Source teacher;
    private double[] studentRows = [];
    private double[] teacherRows = [];
    private double[] gradient = [];

    /// <summary>Reads features of the kind that <paramref name="values"/> names.</summary>
    /// <param name="values">Values of a row that has <see cref="Parameter"/>.</param>
    /// <param name="student">The student's architecture.</param>
    /// <param name="teacher">The teacher's architecture.</param>
    public BatchFeatures(MethodValues values, NetworkShape student, NetworkShape teacher)
    {
        this.student = new Source(values[Parameter.Name], student);
        this.teacher = new Source(values[Parameter.Name], teacher);
    }

    /// <summary>
    /// What stands for a case. penultimate: what each network's linear layer sees, by its own pooling. last: the state
    /// after the case's last time point, of a backward direction after its first. mean: the mean over the case's time
    /// points. sequence: the states of all time points one after the other; where a batch has cases of unequal lengths,
    /// those of the first time points up to the end of its shortest case.
    /// </summary>
    public static MethodParameter Parameter { get; } =
        MethodParameter.Choice(
            "feature",
            "what stands for a case; penultimate: what the linear layer sees",
            "penultimate",
            "last",
            "mean",
            "sequence"
        );

    /// <summary>Cases B.</summary>
    public int CaseCount { get; private set; }

    /// <summary>Numbers d_S of a case of the student.</summary>
    public int StudentSize { get; private set; }

    /// <summary>Numbers d_T of a case of the teacher.</summary>
    public int TeacherSize { get; private set; }

    /// <summary>The student's features, [B, d_S].</summary>
    public ReadOnlySpan<double> Student => studentRows.AsSpan(0, CaseCount * StudentSize);

    /// <summary>The teacher's features, [B, d_T]; constants.</summary>
    public ReadOnlySpan<double> Teacher => teacherRows.AsSpan(0, CaseCount * TeacherSize);

    /// <summary>The gradient with respect to <see cref="Student"/>, [B, d_S]; ADD to it.</summary>
    public Span<double> Gradient => gradient.AsSpan(0, CaseCount * StudentSize);

    /// <summary>Reads a batch; the gradient becomes 0.</summary>
    public void Load(in DistillationBatch batch)
    {
        batch.Teacher.Require(batch.Cases);
        CaseCount = batch.Cases.Length;
        var shortest = int.MaxValue;
        for (var i = 0; i < CaseCount; i++)
        {
            shortest = Math.Min(shortest, batch.Hidden.LengthOf(i));
        }

        StudentSize = student.FeatureSize(shortest);
        TeacherSize = teacher.FeatureSize(shortest);
        if (studentRows.Length < CaseCount * StudentSize)
        {
            studentRows = new double[CaseCount * StudentSize];
            gradient = new double[CaseCount * StudentSize];
        }

        if (teacherRows.Length < CaseCount * TeacherSize)
        {
            teacherRows = new double[CaseCount * TeacherSize];
        }

        if (student.IsMean)
        {
            LaneMeans.Read(batch.Hidden, studentRows);
        }
        else
        {
            states.Load(batch.Hidden);
        }

        for (var i = 0; i < CaseCount; i++)
        {
            if (!student.IsMean)
            {
                student.Read(states.Student(i), studentRows.AsSpan(i * StudentSize, StudentSize));
            }

            ReadTeacher(batch.Teacher, batch.Cases[i], teacherRows.AsSpan(i * TeacherSize, TeacherSize));
        }

        Gradient.Clear();
    }

    /// <summary>A case's features; means are kept, for each is a pass over all states of the case.</summary>
    private void ReadTeacher(TeacherStates all, int index, Span<double> feature)
    {
        if (!teacher.IsMean)
        {
            teacher.Read(all.Hidden(index), feature);
            return;
        }

        var mean = kept.Of(all, index, feature.Length, out var isNew);
        if (isNew)
        {
            teacher.Read(all.Hidden(index), mean);
        }

        mean.CopyTo(feature);
    }

    /// <summary>Adds the gradient, times the batch's weight, to that of the student's hidden states.</summary>
    public void AddGradientTo(in DistillationBatch batch) => AddGradientTo(batch, batch.Weight);

    /// <summary>The same with another factor.</summary>
    public void AddGradientTo(in DistillationBatch batch, double weight)
    {
        if (student.IsMean)
        {
            LaneMeans.AddBack(gradient, weight, batch.HiddenGradient);
            return;
        }

        for (var i = 0; i < CaseCount; i++)
        {
            student.AddBack(gradient.AsSpan(i * StudentSize, StudentSize), weight, states.Gradient(i));
        }

        states.AddGradientTo(batch.HiddenGradient);
    }

    /// <summary>Where a network's features come from. States are [timepoint, unit], forward units first.</summary>
    private sealed class Source(string kind, NetworkShape shape)
    {
        private readonly int units = shape.OutputSize;
        private readonly bool isSequence = string.Equals(kind, "sequence", StringComparison.Ordinal);

        /// <summary>Whether a feature is the mean over the case's time points.</summary>
        public bool IsMean { get; } =
            string.Equals(kind, "mean", StringComparison.Ordinal)
            || (string.Equals(kind, "penultimate", StringComparison.Ordinal) && shape.Pooling == Pooling.Mean);

        public int FeatureSize(int length) => isSequence ? length * units : units;

        public void Read(ReadOnlySpan<float> hidden, Span<double> feature)
        {
            var length = hidden.Length / units;
            if (IsMean)
            {
                feature.Clear();
                for (var t = 0; t < length; t++)
                {
                    var state = hidden.Slice(t * units, units);
                    for (var u = 0; u < feature.Length; u++)
                    {
                        feature[u] += state[u];
                    }
                }

                foreach (ref var sum in feature)
                {
                    sum /= length;
                }

                return;
            }

            for (var u = 0; u < feature.Length; u++)
            {
                feature[u] = hidden[isSequence ? u : LastOf(u, length)];
            }
        }

        public void AddBack(ReadOnlySpan<double> dFeature, double weight, Span<float> dHidden)
        {
            var length = dHidden.Length / units;
            for (var u = 0; u < dFeature.Length; u++)
            {
                dHidden[isSequence ? u : LastOf(u, length)] += (float)(weight * dFeature[u]);
            }
        }

        /// <summary>Place of a unit's last state: of a backward direction it is that of the first time point.</summary>
        private int LastOf(int unit, int length) => unit < shape.HiddenSize ? ((length - 1) * units) + unit : unit;
    }
}
