using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;

namespace MemKD.Distillation.Methods;

// Temporal saliency distillation (TSD).
// Source    Udayangani Hewa Dehigahawattage, Nandakishor, Palaniswami, "Learning to Reason: Temporal Saliency Distillation
//           for Interpretable Knowledge Transfer", ECAI 2025, arXiv 2601.04263, and the authors' code.
// Changed   series i with one window of w time points replaced by the same window of a training case of another class
// T1        S_imk = τ² p_ik log(p_ik/p̃_imk),  p = softmax(z/τ) of series i, p̃ of its m-th changed series, class k
// T2        s = S/(mean of the positive S of the batch + ε), for student and teacher
// T3        L = mean over cases i, changes m = 1..M and classes k of SmoothL1(s_S − s_T)
// Gradient  g = clamp(s_S − s_T, −1, 1)/(B·M·K), n̄ the denominator, n₊ the number of positive S:
//           a = ∂L/∂S = g/n̄ − [S > 0] Σ g S/(n̄² n₊);  with c_k = a_k τ² p_k and d_k = c_k (log p_k − log p̃_k + 1):
//           ∂L/∂z = Σ_m (d − p Σ_k d)/τ, to the batch;  ∂L/∂z̃ = (p̃ Σ_k c − c)/τ, through a backward pass of our own

/// <summary>
/// TSD: the student's output reacts to a change of a window of its series as the teacher's does. Udayangani et al. 2025.
/// </summary>
public sealed class TemporalSaliency : IDistillationMethod
{
    private const double Epsilon = 1e-8;
    private readonly Options options;
    private readonly ChangedSeries changes;
    private readonly RecurrentNetwork student;
    private readonly WorkerTeam team;
    private readonly int maxLength;
    private NetworkWorkspace? workspace;
    private SequenceBatch? input;
    private int room;
    private Saliency studentSaliency = new(0, 0);
    private Saliency teacherSaliency = new(0, 0);

    /// <summary>Creates the method.</summary>
    /// <param name="context">The pair.</param>
    /// <param name="options">Its parameters.</param>
    public TemporalSaliency(MethodContext context, Options options)
    {
        this.options = options;
        student = context.Student;
        team = context.Team;
        maxLength = context.Teacher.MaxLength;
        var pool = options.Pool == 0 ? 0 : Math.Max(options.Pool, options.Changes);
        changes = new ChangedSeries(context, options.Window, pool);
    }

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "tsd",
            Name = "Temporal saliency distillation",
            Source = "Udayangani Hewa Dehigahawattage, Nandakishor, Palaniswami, ECAI 2025, arXiv 2601.04263",
            Needs = MethodNeeds.Logits | MethodNeeds.ChangedSeries,
            Parameters =
            [
                MethodParameter.Whole(
                    "perturbations",
                    4,
                    "changed series of a case in an update (authors: 50)",
                    1,
                    1000
                ),
                MethodParameter.Whole("window", 5, "time points replaced", 1, 100_000),
                MethodParameter.Real("temperature", 2, "τ of the soft-max", 0.01, 1000),
                MethodParameter.Whole(
                    "pool",
                    20,
                    "changes of a case that are drawn once; 0: new ones in every update, as in the authors' code",
                    0,
                    100_000
                ),
            ],
            WeightGrid = [0.1, 0.5, 1, 10, 100], // the authors'
            UntunedWeight = 1,
            Create = c => new TemporalSaliency(
                c,
                new Options
                {
                    Changes = c.Parameters.Whole("perturbations"),
                    Window = c.Parameters.Whole("window"),
                    Temperature = c.Parameters.Real("temperature"),
                    Pool = c.Parameters.Whole("pool"),
                }
            ),
        };

    /// <summary>Parameters of TSD.</summary>
    public sealed record Options
    {
        /// <summary>M: changed series of a case in an update.</summary>
        public int Changes { get; init; } = 4;

        /// <summary>w: time points replaced.</summary>
        public int Window { get; init; } = 5;

        /// <summary>τ.</summary>
        public double Temperature { get; init; } = 2;

        /// <summary>P: changes of a case, drawn once, no fewer than M; 0: new ones in every update.</summary>
        public int Pool { get; init; } = 20;
    }

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        var cases = batch.Cases;
        MakeRoom(cases.Length);
        changes.Take(cases, options.Changes, batch.Random);
        input!.Begin(cases.Length * options.Changes, batch.Hidden.Length);
        for (var number = 0; number < cases.Length * options.Changes; number++)
        {
            input.Set(number, changes.Series(number));
        }

        workspace!.Forward(input, training: true);
        var classes = batch.Teacher.ClassCount;
        studentSaliency.Begin(cases.Length * options.Changes);
        teacherSaliency.Begin(cases.Length * options.Changes);
        for (var number = 0; number < cases.Length * options.Changes; number++)
        {
            var i = number / options.Changes;
            studentSaliency.Set(
                number,
                batch.Logits.Slice(i * classes, classes),
                workspace.Logits.Slice(number * classes, classes)
            );
            teacherSaliency.Set(number, batch.Teacher.Logits(cases[i]), changes.Logits(number));
        }

        var loss = studentSaliency.Compare(teacherSaliency);
        workspace.LogitGradient.Clear();
        for (var number = 0; number < cases.Length * options.Changes; number++)
        {
            var i = number / options.Changes;
            studentSaliency.AddGradient(
                number,
                batch.Weight,
                batch.LogitGradient.Slice(i * classes, classes),
                workspace.LogitGradient.Slice(number * classes, classes)
            );
        }

        workspace.Backward(batch.StudentGradient);
        return loss;
    }

    private void MakeRoom(int cases)
    {
        if (cases > room)
        {
            room = cases;
            workspace = new NetworkWorkspace(student, cases * options.Changes, maxLength, team);
            input = new SequenceBatch(cases * options.Changes, student.Shape.InputSize, maxLength);
            studentSaliency = new Saliency(student.Shape.ClassCount, options.Temperature);
            teacherSaliency = new Saliency(student.Shape.ClassCount, options.Temperature);
        }
    }

    /// <summary>T1 to T3 of one network over the changed series of a batch.</summary>
    internal sealed class Saliency(int classes, double temperature)
    {
        private double[] logP = [];
        private double[] logChanged = [];
        private double[] values = [];
        private double[] slopes = [];
        private int count;
        private int positives;
        private double denominator;

        internal void Begin(int series)
        {
            count = series * classes;
            if (values.Length < count)
            {
                logP = new double[count];
                logChanged = new double[count];
                values = new double[count];
                slopes = new double[count];
            }
        }

        internal void Set(int number, ReadOnlySpan<float> plain, ReadOnlySpan<float> changed)
        {
            var sum = Softmax.LogSumExp(plain, temperature);
            var changedSum = Softmax.LogSumExp(changed, temperature);
            for (var k = 0; k < classes; k++)
            {
                var at = (number * classes) + k;
                logP[at] = (plain[k] / temperature) - sum;
                logChanged[at] = (changed[k] / temperature) - changedSum;
                values[at] = temperature * temperature * Math.Exp(logP[at]) * (logP[at] - logChanged[at]);
            }
        }

        /// <summary>The loss, and its slopes with respect to the student's S.</summary>
        internal double Compare(Saliency other)
        {
            Normalize();
            other.Normalize();
            var (loss, along) = (0.0, 0.0);
            for (var at = 0; at < count; at++)
            {
                var u = (values[at] / denominator) - (other.values[at] / other.denominator);
                loss += SmoothL1.Value(u);
                slopes[at] = SmoothL1.Derivative(u) / count;
                along += slopes[at] * values[at];
            }

            var shared = positives == 0 ? 0 : along / (denominator * denominator * positives);
            for (var at = 0; at < count; at++)
            {
                slopes[at] = (slopes[at] / denominator) - (values[at] > 0 ? shared : 0);
            }

            return loss / count;
        }

        internal void AddGradient(int number, double weight, Span<float> plain, Span<float> changed)
        {
            var (sumC, sumD) = (0.0, 0.0);
            for (var k = 0; k < classes; k++)
            {
                var (c, d) = Terms((number * classes) + k);
                sumC += c;
                sumD += d;
            }

            for (var k = 0; k < classes; k++)
            {
                var at = (number * classes) + k;
                var (c, d) = Terms(at);
                plain[k] += (float)(weight * (d - (Math.Exp(logP[at]) * sumD)) / temperature);
                changed[k] += (float)(weight * ((Math.Exp(logChanged[at]) * sumC) - c) / temperature);
            }
        }

        private (double C, double D) Terms(int at)
        {
            var c = slopes[at] * temperature * temperature * Math.Exp(logP[at]);
            return (c, c * (logP[at] - logChanged[at] + 1));
        }

        private void Normalize()
        {
            var sum = 0.0;
            positives = 0;
            foreach (var value in values.AsSpan(0, count))
            {
                sum += value > 0 ? value : 0;
                positives += value > 0 ? 1 : 0;
            }

            denominator = (positives == 0 ? 0 : sum / positives) + Epsilon;
        }
    }
}
