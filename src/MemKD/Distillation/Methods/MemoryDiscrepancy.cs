using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;

namespace MemKD.Distillation.Methods;

// Memory-discrepancy distillation (MemKD).
// Source    Udayangani, Nandakishor, Palaniswami, "MemKD: Memory-Discrepancy Knowledge Distillation for Efficient Time
//           Series Classification", ICASSP 2025, arXiv 2601.04264. Equations M1-M5: docs/methods/memkd.md.
// M1        r(t,z) = ‖h(t+z) − h(t)‖ / max(‖h(t)‖, ε)                       teacher and student, one number each
// M2, M3    L(P) = mean over cases, mean over the case's pairs (a,b) of SmoothL1(r_S − r_T)
// M4        L_mem = w_s·L(P₁) + w_l·L(P_z):  P₁ all consecutive pairs, P_z pairs drawn anew for every mini-batch
// Gradient  d = h(b) − h(a), n = ‖d‖, m = max(‖h(a)‖, ε), u = r_S − r_T, g = clamp(u, −1, 1):
//           ∂/∂h(b) = g·d/(n·m);  ∂/∂h(a) = −g·d/(n·m) − g·n·h(a)/m³ (last term absent where ε is in force); d/n = 0 at n = 0
// Ends      A case's pairs are those inside its own length.

/// <summary>
/// MemKD: the student's relative memory change r follows the teacher's, over one step (short term) and over random
/// sub-sequences (long term). Udayangani et al. 2025, arXiv 2601.04264, Eqs. 3 to 7.
/// </summary>
public sealed class MemoryDiscrepancy : IDistillationMethod
{
    private const int Lanes = 16;
    private readonly Options options;
    private float[] studentNorms = [];
    private float[] teacherRatios = [];
    private (int Start, int End)[] pairs = [];

    /// <summary>Creates the method.</summary>
    /// <param name="options">Its parameters.</param>
    public MemoryDiscrepancy(Options options) => this.options = options;

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "memkd",
            Name = "Memory-discrepancy distillation",
            Source = "Udayangani, Nandakishor, Palaniswami, ICASSP 2025, arXiv 2601.04264",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Whole("pairs", 100, "random pairs of time points a batch (long term)", 1, 100_000),
                MethodParameter.Real("short", 1, "weight of consecutive pairs"),
                MethodParameter.Real("long", 1, "weight of random pairs"),
                MethodParameter.Choice(
                    "sampling",
                    "draw of random pairs; authors: as in their code",
                    "uniform",
                    "authors"
                ),
                MethodParameter.Real(
                    "guard",
                    1e-6,
                    "least norm of a state in the denominator; 0: none, as in the authors' code"
                ),
            ],
            WeightGrid = [0.1, 0.5, 1, 10, 100], // the authors'
            UntunedWeight = 10,
            Create = c => new MemoryDiscrepancy(
                new Options
                {
                    PairCount = c.Parameters.Whole("pairs"),
                    ShortTermWeight = c.Parameters.Real("short"),
                    LongTermWeight = c.Parameters.Real("long"),
                    AuthorSampling = c.Parameters.Is("sampling", "authors"),
                    Epsilon = c.Parameters.Real("guard"),
                }
            ),
        };

    /// <summary>Parameters of MemKD.</summary>
    public sealed record Options
    {
        /// <summary>Weight of the short-term loss (z = 1); 0 leaves it out.</summary>
        public double ShortTermWeight { get; init; } = 1;

        /// <summary>Weight of the long-term loss (random z); 0 leaves it out.</summary>
        public double LongTermWeight { get; init; } = 1;

        /// <summary>Pairs drawn for the long-term loss in every mini-batch (authors: 100).</summary>
        public int PairCount { get; init; } = 100;

        /// <summary>
        /// The authors' draw: both ends uniform over 0..T−2, equal ends possible, the last step never; instead of uniform
        /// over all pairs with the last step included.
        /// </summary>
        public bool AuthorSampling { get; init; }

        /// <summary>Guard ε of the denominator; 0 is the authors' unguarded division.</summary>
        public double Epsilon { get; init; } = 1e-6;
    }

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        var length = batch.Hidden.Length;
        if (length < 2)
        {
            return 0;
        }

        batch.Teacher.Require(batch.Cases);
        ComputeStudentNorms(batch.Hidden);
        var loss = 0.0;
        if (options.ShortTermWeight > 0)
        {
            Resize(length - 1);
            for (var t = 0; t < length - 1; t++)
            {
                pairs[t] = (t, t + 1);
            }

            loss += options.ShortTermWeight * EvaluatePairs(batch, length - 1, options.ShortTermWeight);
        }

        if (options.LongTermWeight > 0)
        {
            Resize(options.PairCount);
            DrawPairs(batch, length);
            loss += options.LongTermWeight * EvaluatePairs(batch, options.PairCount, options.LongTermWeight);
        }

        return loss;
    }

    private void Resize(int count)
    {
        if (pairs.Length < count)
        {
            pairs = new (int, int)[count];
        }
    }

    private void DrawPairs(in DistillationBatch batch, int length)
    {
        for (var i = 0; i < options.PairCount; i++)
        {
            int a,
                b;
            if (options.AuthorSampling)
            {
                a = batch.Random.NextInt(length - 1);
                b = batch.Random.NextInt(length - 1);
            }
            else
            {
                a = batch.Random.NextInt(length);
                b = batch.Random.NextInt(length - 1);
                b += b >= a ? 1 : 0;
            }

            pairs[i] = (Math.Min(a, b), Math.Max(a, b));
        }
    }

    /// <summary>‖h(t)‖ of every lane, [panel, timepoint, 16].</summary>
    private void ComputeStudentNorms(HiddenStates hidden)
    {
        var needed = hidden.PanelCount * hidden.Length * Lanes;
        if (studentNorms.Length < needed)
        {
            studentNorms = new float[needed];
        }

        for (var panel = 0; panel < hidden.PanelCount; panel++)
        {
            for (var t = 0; t < hidden.Length; t++)
            {
                var h = Vectors(hidden.At(panel, t));
                var norms = Vectors(studentNorms.AsSpan(((panel * hidden.Length) + t) * Lanes, Lanes));
                for (var v = 0; v < norms.Length; v++)
                {
                    var sum = Vector<float>.Zero;
                    for (var row = v; row < h.Length; row += norms.Length)
                    {
                        sum = Vector.FusedMultiplyAdd(h[row], h[row], sum);
                    }

                    norms[v] = Vector.SquareRoot(sum);
                }
            }
        }
    }

    private double EvaluatePairs(in DistillationBatch batch, int count, double termWeight)
    {
        var hidden = batch.Hidden;
        var caseCount = batch.Cases.Length;
        if (teacherRatios.Length < count * Lanes)
        {
            teacherRatios = new float[count * Lanes];
        }

        Span<float> scale = stackalloc float[Lanes];
        Span<float> lossScale = stackalloc float[Lanes];
        Span<float> limit = stackalloc float[Lanes];
        var loss = 0.0;
        for (var panel = 0; panel < hidden.PanelCount; panel++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                var index = (panel * Lanes) + lane;
                limit[lane] = index < caseCount ? hidden.LengthOf(index) : 0;
                var valid = 0;
                for (var i = 0; i < count; i++)
                {
                    valid += pairs[i].End < limit[lane] ? 1 : 0;
                }

                lossScale[lane] = valid == 0 ? 0 : 1f / (caseCount * valid);
                scale[lane] = (float)(batch.Weight * termWeight) * lossScale[lane];
                if (index < caseCount)
                {
                    TeacherRatios(batch.Teacher, batch.Cases[index], lane, count, (int)limit[lane]);
                }
            }

            for (var i = 0; i < count; i++)
            {
                loss += EvaluatePair(batch, panel, i, limit, scale, lossScale);
            }
        }

        return loss;
    }

    private void TeacherRatios(TeacherStates teacher, int index, int lane, int count, int length)
    {
        var hidden = teacher.Hidden(index);
        var size = teacher.HiddenSize;
        for (var i = 0; i < count; i++)
        {
            var (a, b) = pairs[i];
            teacherRatios[(i * Lanes) + lane] =
                b < length ? Ratio(hidden.Slice(a * size, size), hidden.Slice(b * size, size)) : 0;
        }
    }

    /// <summary>r of one pair of one case; 8 partial sums whatever the vector width, so that every machine has the same bits.</summary>
    private float Ratio(ReadOnlySpan<float> start, ReadOnlySpan<float> end)
    {
        var s = MemoryMarshal.Cast<float, Vector256<float>>(start);
        var e = MemoryMarshal.Cast<float, Vector256<float>>(end);
        var change = Vector256<float>.Zero;
        var norm = Vector256<float>.Zero;
        for (var v = 0; v < s.Length; v++)
        {
            var d = e[v] - s[v];
            change = Vector256.FusedMultiplyAdd(d, d, change);
            norm = Vector256.FusedMultiplyAdd(s[v], s[v], norm);
        }

        var changeSum = Sum(change);
        var normSum = Sum(norm);
        for (var k = s.Length * Vector256<float>.Count; k < start.Length; k++)
        {
            var d = end[k] - start[k];
            changeSum += d * d;
            normSum += start[k] * start[k];
        }

        return MathF.Sqrt(changeSum) / MathF.Max(MathF.Sqrt(normSum), (float)options.Epsilon);
    }

    private static float Sum(Vector256<float> v)
    {
        var half = v.GetLower() + v.GetUpper();
        return half[0] + half[2] + (half[1] + half[3]);
    }

    /// <summary>One pair on one panel: loss and gradient of its 16 lanes.</summary>
    private double EvaluatePair(
        in DistillationBatch batch,
        int panel,
        int pair,
        ReadOnlySpan<float> limit,
        ReadOnlySpan<float> scale,
        ReadOnlySpan<float> lossScale
    )
    {
        var (a, b) = pairs[pair];
        var length = batch.Hidden.Length;
        var start = Vectors(batch.Hidden.At(panel, a));
        var end = Vectors(batch.Hidden.At(panel, b));
        var dStart = Vectors(batch.HiddenGradient.At(panel, a));
        var dEnd = Vectors(batch.HiddenGradient.At(panel, b));
        var norms = Vectors(studentNorms.AsSpan(((panel * length) + a) * Lanes, Lanes));
        var teacher = Vectors(teacherRatios.AsSpan(pair * Lanes, Lanes));
        var limits = Vectors(limit);
        var scales = Vectors(scale);
        var lossScales = Vectors(lossScale);
        var epsilon = new Vector<float>((float)options.Epsilon);
        var one = Vector<float>.One;
        var loss = 0.0;
        for (var v = 0; v < norms.Length; v++)
        {
            var sum = Vector<float>.Zero;
            for (var row = v; row < start.Length; row += norms.Length)
            {
                var d = end[row] - start[row];
                sum = Vector.FusedMultiplyAdd(d, d, sum);
            }

            var change = Vector.SquareRoot(sum);
            var guarded = Vector.Max(norms[v], epsilon);
            var u = (change / guarded) - teacher[v];
            var inside = Vector.GreaterThan(limits[v], new Vector<float>(b));
            var size = Vector.Abs(u);
            var value = Vector.ConditionalSelect(
                Vector.LessThan(size, one),
                u * u * 0.5f,
                size - new Vector<float>(0.5f)
            );
            loss += Vector.Sum(Vector.ConditionalSelect(inside, value * lossScales[v], Vector<float>.Zero));
            var slope = Vector.Max(Vector.Min(u, one), -one) * scales[v];
            slope = Vector.ConditionalSelect(inside, slope, Vector<float>.Zero);
            var along = Vector.ConditionalSelect(
                Vector.GreaterThan(change, Vector<float>.Zero),
                slope / (change * guarded),
                Vector<float>.Zero
            );
            var back = Vector.ConditionalSelect(
                Vector.GreaterThan(norms[v], epsilon),
                slope * change / (guarded * guarded * guarded),
                Vector<float>.Zero
            );
            for (var row = v; row < start.Length; row += norms.Length)
            {
                var d = (end[row] - start[row]) * along;
                dEnd[row] += d;
                dStart[row] -= Vector.FusedMultiplyAdd(back, start[row], d);
            }
        }

        return loss;
    }

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> values) =>
        MemoryMarshal.Cast<float, Vector<float>>(values);
}
