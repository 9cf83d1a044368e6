using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MemKD.Engine.Layers;
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
    private const float Epsilon = 1e-7f;
    private readonly Options options;
    private readonly int caseCount;
    private readonly CaseFeatures features;
    private readonly Side student;
    private readonly Side teacher;
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
        features = new CaseFeatures(context.Student.Shape, states.Network.Shape, options.Mean);
        var random = new SeededRandom(context.Seed, "crd");
        student = new Side(context.Student.Shape.OutputSize, options, caseCount, random);
        teacher = new Side(states.HiddenSize, options, caseCount, random);
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
                    "state that stands for a case: the last, or the mean",
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
                    Mean = c.Parameters.Is("feature", "mean"),
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

        /// <summary>Whether the feature is the mean over time instead of the last state.</summary>
        public bool Mean { get; init; }
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
        batch.Teacher.Require(cases);
        features.Load(batch, student.Features, teacher.Features);
        Draw(batch);
        student.Score(entries, counts, room, teacher.Bank);
        teacher.Score(entries, counts, room, student.Bank);
        var loss = 0.0;
        for (var i = 0; i < cases.Length; i++)
        {
            loss += student.Contrast(i, entries.AsSpan(i * room, counts[i]), teacher.Bank, batch.Weight / cases.Length);
            loss += teacher.Contrast(i, entries.AsSpan(i * room, counts[i]), student.Bank, batch.Weight / cases.Length);
        }

        student.Backward();
        teacher.Backward();
        features.AddGradient(student.FeatureGradient, batch.HiddenGradient);
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

    /// <summary>One network's embeddings, their map and their bank.</summary>
    private sealed class Side
    {
        private readonly float inverseTemperature;
        private readonly float momentum;
        private readonly int dimension;
        private readonly int caseCount;
        private readonly LinearMap map;
        private readonly PanelMatrix embedding;
        private float[] vectors = [];
        private float[] norms = [];
        private float[] exponentials = [];
        private float[] gradient;
        private int room;
        private double normalizer;

        internal Side(int featureSize, Options options, int caseCount, SeededRandom random)
        {
            dimension = options.Dimension;
            inverseTemperature = (float)(1 / options.Temperature);
            momentum = (float)options.Momentum;
            this.caseCount = caseCount;
            var values = new ParameterSet([("weight", [dimension, featureSize]), ("bias", [dimension])]);
            Uniform(values.Values, 1 / MathF.Sqrt(featureSize), random);
            Parameters = new AuxiliaryParameters(values, values.ZerosLike());
            Bank = new float[checked(caseCount * dimension)];
            Uniform(Bank, MathF.Sqrt(3f / dimension), random);
            map = new LinearMap(featureSize, dimension);
            Features = new PanelMatrix(featureSize);
            FeatureGradient = new PanelMatrix(featureSize);
            embedding = new PanelMatrix(dimension);
            gradient = new float[dimension];
        }

        internal AuxiliaryParameters Parameters { get; }

        /// <summary>[case, d].</summary>
        internal float[] Bank { get; }

        internal PanelMatrix Features { get; }

        internal PanelMatrix FeatureGradient { get; }

        /// <summary>C1, and the exponentials of C2 over the other side's bank; in the first batch also Z.</summary>
        internal void Score(ReadOnlySpan<int> entries, ReadOnlySpan<int> counts, int stride, ReadOnlySpan<float> bank)
        {
            var cases = Features.ColumnCount;
            room = stride;
            if (norms.Length < cases)
            {
                norms = new float[cases];
                vectors = new float[cases * dimension];
                exponentials = new float[cases * room];
            }

            map.Load(Parameters.Values["weight"], Parameters.Values["bias"]);
            map.Forward(Features, embedding);
            var (sum, count) = (0.0, 0);
            for (var i = 0; i < cases; i++)
            {
                var v = vectors.AsSpan(i * dimension, dimension);
                embedding.Get(i, v);
                norms[i] = Normalize(v);
                for (var k = 0; k < counts[i]; k++)
                {
                    var m = bank.Slice(entries[(i * room) + k] * dimension, dimension);
                    var value = MathF.Exp(Dot(v, m) * inverseTemperature);
                    exponentials[(i * room) + k] = value;
                    sum += value;
                }

                count += counts[i];
            }

            if (normalizer == 0)
            {
                normalizer = sum / count * caseCount;
            }
        }

        /// <summary>C3 of one anchor; leaves the gradient with respect to its embedding e, times a weight.</summary>
        internal double Contrast(int index, ReadOnlySpan<int> entries, ReadOnlySpan<float> bank, double weight)
        {
            var q = (entries.Length - 1) / (double)caseCount;
            var v = vectors.AsSpan(index * dimension, dimension);
            gradient.AsSpan().Clear();
            var loss = 0.0;
            var product = 1.0;
            for (var k = 0; k < entries.Length && entries.Length > 1; k++)
            {
                var p = exponentials[(index * room) + k] / normalizer;
                var total = p + q + Epsilon;
                product *= total / (k == 0 ? p : q);
                var slope = k == 0 ? -(q + Epsilon) / total : p / total;
                AddScaled(bank.Slice(entries[k] * dimension, dimension), (float)slope, gradient);
                if (product > 1e100)
                {
                    loss += Math.Log(product);
                    product = 1;
                }
            }

            var along = Dot(v, gradient);
            var scale = (float)(weight * inverseTemperature / norms[index]);
            for (var c = 0; c < dimension; c++)
            {
                gradient[c] = (gradient[c] - (along * v[c])) * scale;
            }

            embedding.Set(index, gradient);
            return loss + Math.Log(product);
        }

        internal void Backward()
        {
            // Lanes beyond the last case hold the bias until here.
            for (var lane = embedding.ColumnCount; lane < embedding.PanelCount * PanelMatrix.Lanes; lane++)
            {
                gradient.AsSpan().Clear();
                embedding.Set(lane, gradient);
            }

            map.Backward(
                Features,
                embedding,
                Parameters.Gradient["weight"],
                Parameters.Gradient["bias"],
                FeatureGradient
            );
        }

        /// <summary>Moves a case's entry of the bank towards its embedding.</summary>
        internal void Remember(int index, int column)
        {
            var entry = Bank.AsSpan(index * dimension, dimension);
            for (var c = 0; c < dimension; c++)
            {
                entry[c] = (entry[c] * momentum) + (vectors[(column * dimension) + c] * (1 - momentum));
            }

            Normalize(entry);
        }

        private static void Uniform(Span<float> values, float bound, SeededRandom random)
        {
            foreach (ref var value in values)
            {
                value = ((2 * random.NextSingle()) - 1) * bound;
            }
        }

        /// <summary>Divides by the norm and returns it; a vector of 0 stays.</summary>
        private static float Normalize(Span<float> vector)
        {
            var norm = MathF.Max(MathF.Sqrt(Dot(vector, vector)), 1e-12f);
            foreach (ref var value in vector)
            {
                value /= norm;
            }

            return norm;
        }

        /// <summary>8 partial sums whatever the vector width, so that every machine has the same bits.</summary>
        private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            var left = MemoryMarshal.Cast<float, Vector256<float>>(a);
            var right = MemoryMarshal.Cast<float, Vector256<float>>(b);
            var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var v = 0;
            for (; v + 1 < left.Length; v += 2)
            {
                even = Vector256.FusedMultiplyAdd(left[v], right[v], even);
                odd = Vector256.FusedMultiplyAdd(left[v + 1], right[v + 1], odd);
            }

            if (v < left.Length)
            {
                even = Vector256.FusedMultiplyAdd(left[v], right[v], even);
            }

            even += odd;
            var half = even.GetLower() + even.GetUpper();
            var sum = half[0] + half[2] + (half[1] + half[3]);
            for (var k = left.Length * Vector256<float>.Count; k < a.Length; k++)
            {
                sum += a[k] * b[k];
            }

            return sum;
        }

        private static void AddScaled(ReadOnlySpan<float> source, float factor, Span<float> destination)
        {
            var from = MemoryMarshal.Cast<float, Vector256<float>>(source);
            var to = MemoryMarshal.Cast<float, Vector256<float>>(destination);
            var f = Vector256.Create(factor);
            for (var v = 0; v < from.Length; v++)
            {
                to[v] = Vector256.FusedMultiplyAdd(from[v], f, to[v]);
            }

            for (var k = from.Length * Vector256<float>.Count; k < source.Length; k++)
            {
                destination[k] += source[k] * factor;
            }
        }
    }
}
