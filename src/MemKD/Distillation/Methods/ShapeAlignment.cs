using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Distillation.Methods;

// Shape-aligned temporal distillation (DT2W).
// Source    Qiao, Hu, Xiao, Yang, Bing, Ruan, "Class-Incremental Learning on Multivariate Time Series via Shape-Aligned
//           Temporal Distillation", ICASSP 2023, as the MemKD authors compare with it: its soft-DTW term between the hidden
//           states of student and teacher.
// A1        L = mean over cases of softDTW_γ(h_S, ĥ_T): equations S1, S2 and the gradient in SoftDtw.cs
// Channels  ĥ_T: H_S of the teacher's H_T units, drawn once or for every batch (over again where H_T < H_S), or all of
//           them, with P h_S (P [H_T, H_S], trained) for h_S
// A2        divergence form: softDTW(x, y) − ½ softDTW(x, x) − ½ softDTW(y, y) ≥ 0 (Blondel, Mensch, Vert 2021,
//           arXiv 2010.08354); softDTW(x, x) is symmetric, so ½ of its gradient is that with respect to its first sequence

/// <summary>DT2W: the student's hidden states follow the teacher's up to a warping of time. Qiao et al. 2023.</summary>
public sealed class ShapeAlignment : IDistillationMethod
{
    private const int Lanes = PanelMatrix.Lanes;
    private readonly Options options;
    private readonly int teacherSize;
    private readonly int[] channels;
    private readonly SoftDtw warping;
    private readonly TeacherRows<float> fixedStates = new();
    private readonly PanelMatrix student;
    private readonly PanelMatrix studentGradient;
    private readonly PanelMatrix teacher;
    private readonly PanelMatrix mapped;
    private readonly PanelMatrix mappedGradient;
    private readonly LinearMap? projection;

    /// <summary>Creates the method and draws its channels or its projection, U(±1/√H_S).</summary>
    /// <param name="studentSize">H_S.</param>
    /// <param name="teacherSize">H_T.</param>
    /// <param name="options">Its parameters.</param>
    /// <param name="seed">The run's seed.</param>
    public ShapeAlignment(int studentSize, int teacherSize, Options options, ulong seed)
    {
        this.options = options;
        this.teacherSize = teacherSize;
        channels = [.. Enumerable.Range(0, teacherSize)];
        var random = new SeededRandom(seed, "dt2w");
        warping = new SoftDtw(options.Gamma);
        student = new PanelMatrix(studentSize);
        studentGradient = new PanelMatrix(studentSize);
        if (options.Channels != TeacherChannels.Projected)
        {
            random.Shuffle(channels);
            teacher = new PanelMatrix(studentSize);
            (mapped, mappedGradient) = (student, studentGradient);
            return;
        }

        teacher = new PanelMatrix(teacherSize);
        mapped = new PanelMatrix(teacherSize);
        mappedGradient = new PanelMatrix(teacherSize);
        projection = new LinearMap(studentSize, teacherSize);
        var values = new ParameterSet([("projection.weight", [teacherSize, studentSize])]);
        foreach (ref var w in values.Values)
        {
            w = ((2 * random.NextSingle()) - 1) / MathF.Sqrt(studentSize);
        }

        Auxiliary = [new AuxiliaryParameters(values, values.ZerosLike())];
    }

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "dt2w",
            Name = "Shape-aligned temporal distillation (soft-DTW)",
            Source = "Qiao, Hu, Xiao, Yang, Bing, Ruan, ICASSP 2023",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Real("gamma", 1, "γ: softness of the minimum over alignments", 0.001, 1000),
                MethodParameter.Choice(
                    "channels",
                    "teacher's units: drawn once, redrawn for every batch as in the authors' code, or all with a projection",
                    "fixed",
                    "redrawn",
                    "projection"
                ),
                MethodParameter.Choice(
                    "form",
                    "the loss, or its divergence form, never negative",
                    "plain",
                    "divergence"
                ),
            ],
            WeightGrid = [0.0003, 0.001, 0.003, 0.01, 0.03],
            UntunedWeight = 0.003,
            Create = c => new ShapeAlignment(
                c.Student.Shape.OutputSize,
                c.Teacher.HiddenSize,
                new Options
                {
                    Gamma = c.Parameters.Real("gamma"),
                    Channels =
                        c.Parameters.Is("channels", "fixed") ? TeacherChannels.Fixed
                        : c.Parameters.Is("channels", "redrawn") ? TeacherChannels.Redrawn
                        : TeacherChannels.Projected,
                    Divergence = c.Parameters.Is("form", "divergence"),
                },
                c.Seed
            ),
        };

    /// <summary>Which of the teacher's units the student is aligned with.</summary>
    public enum TeacherChannels
    {
        /// <summary>H_S of them, drawn once.</summary>
        Fixed,

        /// <summary>H_S of them, drawn for every batch.</summary>
        Redrawn,

        /// <summary>All, with a trained projection of the student's states.</summary>
        Projected,
    }

    /// <summary>Parameters of DT2W.</summary>
    public sealed record Options
    {
        /// <summary>γ.</summary>
        public double Gamma { get; init; } = 1;

        /// <summary>The teacher's units.</summary>
        public TeacherChannels Channels { get; init; }

        /// <summary>Whether A2 is minimised instead of A1.</summary>
        public bool Divergence { get; init; }
    }

    /// <inheritdoc/>
    public IReadOnlyList<AuxiliaryParameters> Auxiliary { get; } = [];

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        batch.Teacher.Require(batch.Cases);
        if (options.Channels == TeacherChannels.Redrawn)
        {
            batch.Random.Shuffle(channels);
        }

        Load(batch);
        if (projection != null)
        {
            projection.Load(Auxiliary[0].Values.Values);
            projection.Forward(student, mapped);
        }

        mappedGradient.Resize(student.ColumnCount);
        var loss = 0.0;
        for (var panel = 0; panel < batch.Hidden.PanelCount; panel++)
        {
            for (var t = 0; t < batch.Hidden.Length; t++)
            {
                mappedGradient.At((panel * batch.Hidden.Length) + t).Clear();
            }

            loss += EvaluatePanel(batch, panel);
        }

        projection?.Backward(student, mappedGradient, Auxiliary[0].Gradient.Values, [], studentGradient);
        AddGradient(batch);
        return loss / batch.Cases.Length;
    }

    private double EvaluatePanel(in DistillationBatch batch, int panel)
    {
        Span<int> lengths = stackalloc int[Lanes];
        Span<float> scales = stackalloc float[Lanes];
        Span<double> values = stackalloc double[Lanes];
        lengths.Clear();
        for (var lane = 0; lane < Lanes && (panel * Lanes) + lane < batch.Cases.Length; lane++)
        {
            lengths[lane] = batch.Hidden.LengthOf((panel * Lanes) + lane);
        }

        var first = panel * batch.Hidden.Length;
        scales.Fill((float)(batch.Weight / batch.Cases.Length));
        warping.Evaluate(mapped, teacher, first, lengths, scales, values, mappedGradient);
        var sum = Sum(values);
        if (options.Divergence)
        {
            scales.Fill((float)(-batch.Weight / batch.Cases.Length));
            warping.Evaluate(mapped, mapped, first, lengths, scales, values, mappedGradient);
            sum -= 0.5 * Sum(values);
            warping.Evaluate(teacher, teacher, first, lengths, scales, values, null);
            sum -= 0.5 * Sum(values);
        }

        return sum;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>States of both networks, one panel a panel of cases and time point, 0 beyond a case's end.</summary>
    private void Load(in DistillationBatch batch)
    {
        var isRedrawn = options.Channels == TeacherChannels.Redrawn;
        var length = batch.Hidden.Length;
        var panels = batch.Hidden.PanelCount;
        student.Resize(panels * length * Lanes);
        teacher.Resize(panels * length * Lanes);
        for (var p = 0; p < panels * length; p++)
        {
            student.At(p).Clear();
            teacher.At(p).Clear();
        }

        for (var i = 0; i < batch.Cases.Length; i++)
        {
            var states = StatesOf(batch.Teacher, batch.Cases[i]);
            var units = states.Length / batch.Hidden.LengthOf(i);
            var (panel, lane) = Math.DivRem(i, Lanes);
            for (var t = 0; t < batch.Hidden.LengthOf(i); t++)
            {
                var from = batch.Hidden.At(panel, t);
                var to = student.At((panel * length) + t);
                for (var at = lane; at < to.Length; at += Lanes)
                {
                    to[at] = from[at];
                }

                to = teacher.At((panel * length) + t);
                for (var c = 0; c < teacher.Rows; c++)
                {
                    to[(c * Lanes) + lane] = states[(t * units) + (isRedrawn ? channels[c % units] : c)];
                }
            }
        }
    }

    /// <summary>
    /// A case's states, [timepoint, unit]: all units of the teacher, or, where they are drawn once, those alone, which are kept.
    /// </summary>
    private ReadOnlySpan<float> StatesOf(TeacherStates all, int index)
    {
        var states = all.Hidden(index);
        if (options.Channels != TeacherChannels.Fixed)
        {
            return states;
        }

        var length = states.Length / teacherSize;
        var chosen = fixedStates.Of(all, index, length * teacher.Rows, out var isNew);
        for (var at = 0; isNew && at < chosen.Length; at++)
        {
            var (t, c) = Math.DivRem(at, teacher.Rows);
            chosen[at] = states[(t * teacherSize) + channels[c % teacherSize]];
        }

        return chosen;
    }

    private void AddGradient(in DistillationBatch batch)
    {
        var length = batch.Hidden.Length;
        for (var i = 0; i < batch.Cases.Length; i++)
        {
            var (panel, lane) = Math.DivRem(i, Lanes);
            for (var t = 0; t < batch.Hidden.LengthOf(i); t++)
            {
                var from = studentGradient.At((panel * length) + t);
                var to = batch.HiddenGradient.At(panel, t);
                for (var at = lane; at < from.Length; at += Lanes)
                {
                    to[at] += from[at];
                }
            }
        }
    }
}
