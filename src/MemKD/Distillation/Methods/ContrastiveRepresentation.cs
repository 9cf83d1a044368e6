using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Distillation.Methods;

// Contrastive representation distillation (CRD).
// Source    Tian, Krishnan, Isola, "Contrastive Representation Distillation", ICLR 2020, arXiv 1910.10699, in the form of
//           RepDistiller's code: two memory banks, the embeddings of both networks anchors in turn.
// C1        v = e/‖e‖,  e = G f + b,  f a case's feature, for student and teacher (G [d, H], b [d], both sides trained)
// C2        P(v, m) = exp(⟨v, m⟩/τ)/Z,  Z = N · mean of the first batch's exponentials, then fixed, one for each side
// C3        L = mean over cases i, sum over both sides, of
//           −log P₊/(P₊ + q + ε) − Σ_negatives log q/(P + q + ε),  q = K_i/N
//           student's v against the bank of teachers, teacher's v against the bank of students; P₊: the case's own entry
// Banks     [N, d] a side, U(±√(3/d)) at first; after each batch m ← normalised ((1−β) v + β m); constants in C3
// Negatives K_i cases of other classes: all of them if there are no more than K, else K drawn with replacement
// Gradient  ∂L/∂(⟨v,m⟩/τ) = −(q + ε)/(P₊ + q + ε) for the positive, P/(P + q + ε) for a negative;
//           ∂L/∂e = (I − vvᵀ)∂L/∂v/‖e‖

/// <summary>
/// CRD: a case's embeddings by student and teacher are to be told from those of cases of other classes. Tian et al.
/// 2020, Eqs. 10 to 19.
/// </summary>
public sealed class ContrastiveRepresentation : IDistillationMethod
{
    private readonly Options options;
    private readonly int caseCount;
    private readonly BatchFeatures features;
    private readonly ContrastiveSide student;
    private readonly ContrastiveSide teacher;
    private readonly OtherClasses others;
    private readonly int room;
    private int[] entries = [];
    private int[] counts = [];

    /// <summary>Creates the method; draws its maps as PyTorch does, U(±1/√inputs), and its banks.</summary>
    /// <param name="context">The pair.</param>
    /// <param name="options">Its parameters.</param>
    public ContrastiveRepresentation(MethodContext context, Options options)
    {
        this.options = options;
        var states = context.Teacher;
        caseCount = states.CaseCount;
        features = new BatchFeatures(context.Parameters, context.Student.Shape, states.Network.Shape);
        var random = new SeededRandom(context.Seed, "crd");
        student = new ContrastiveSide(context.Student.Shape.OutputSize, options, caseCount, random);
        teacher = new ContrastiveSide(states.HiddenSize, options, caseCount, random);
        Auxiliary = [student.Parameters, teacher.Parameters];
        others = new OtherClasses(states);
        room = Math.Min(options.Negatives, caseCount) + 1;
    }

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "crd",
            Name = "Contrastive representation distillation",
            Source = "Tian, Krishnan, Isola, ICLR 2020, arXiv 1910.10699",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Whole("negatives", 512, "cases of other classes a case is told from", 1, 100_000),
                MethodParameter.Whole("dimension", 128, "size of the embeddings", 1, 4096),
                MethodParameter.Real("temperature", 0.07, "τ of the similarities", 0.02, 1000),
                MethodParameter.Real("momentum", 0.5, "share of a bank's entry that stays", 0, 1),
                MethodParameter.Choice(
                    "feature",
                    "what stands for a case; penultimate: what the linear layer sees",
                    "penultimate",
                    "last",
                    "mean"
                ),
            ],
            WeightGrid = [0.08, 0.24, 0.8, 2.4, 8],
            UntunedWeight = 0.8,
            Create = c => new ContrastiveRepresentation(
                c,
                new Options
                {
                    Negatives = c.Parameters.Whole("negatives"),
                    Dimension = c.Parameters.Whole("dimension"),
                    Temperature = c.Parameters.Real("temperature"),
                    Momentum = c.Parameters.Real("momentum"),
                }
            ),
        };

    /// <summary>Parameters of CRD.</summary>
    public sealed record Options
    {
        /// <summary>K: negatives of a case at most.</summary>
        public int Negatives { get; init; } = 512;

        /// <summary>d: size of the embeddings.</summary>
        public int Dimension { get; init; } = 128;

        /// <summary>τ.</summary>
        public double Temperature { get; init; } = 0.07;

        /// <summary>β: share of a bank's entry that stays when its case is seen.</summary>
        public double Momentum { get; init; } = 0.5;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AuxiliaryParameters> Auxiliary { get; }

    /// <summary>The students' bank [case, d].</summary>
    internal Span<float> StudentBank => student.Bank;

    /// <summary>The teachers' bank [case, d].</summary>
    internal Span<float> TeacherBank => teacher.Bank;

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        var cases = batch.Cases;
        features.Load(batch);
        student.Load(features.Student);
        teacher.Load(features.Teacher);
        Draw(batch);
        student.Score(entries, counts, room, teacher.Bank);
        teacher.Score(entries, counts, room, student.Bank);
        var loss = 0.0;
        for (var i = 0; i < cases.Length; i++)
        {
            loss += student.Contrast(i, entries.AsSpan(i * room, counts[i]), teacher.Bank, batch.Weight / cases.Length);
            loss += teacher.Contrast(i, entries.AsSpan(i * room, counts[i]), student.Bank, batch.Weight / cases.Length);
        }

        student.Backward(features.Gradient);
        teacher.Backward([]);
        features.AddGradientTo(batch, 1); // λ is in it
        for (var i = 0; i < cases.Length; i++)
        {
            student.Remember(cases[i], i);
            teacher.Remember(cases[i], i);
        }

        return loss / cases.Length;
    }

    /// <summary>Entries of the banks for each case: its own, then those of its negatives.</summary>
    private void Draw(in DistillationBatch batch)
    {
        if (counts.Length < batch.Cases.Length)
        {
            counts = new int[batch.Cases.Length];
            entries = new int[batch.Cases.Length * room];
        }

        for (var i = 0; i < batch.Cases.Length; i++)
        {
            var own = batch.Teacher.Label(batch.Cases[i]);
            var available = others.Count(own);
            var count = Math.Min(options.Negatives, available);
            var to = entries.AsSpan(i * room, count + 1);
            to[0] = batch.Cases[i];
            for (var k = 0; k < count; k++)
            {
                to[k + 1] = others.At(own, available == count ? k : batch.Random.NextInt(available));
            }

            counts[i] = count + 1;
        }
    }
}
