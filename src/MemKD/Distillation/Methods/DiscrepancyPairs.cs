using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;

namespace MemKD.Distillation.Methods;

/// <summary>
/// Equations M1 to M3 of <see cref="MemoryDiscrepancy"/> over given pairs, value and gradient, on 16 cases side by side.
/// </summary>
/// <param name="epsilon">ε of M1.</param>
internal sealed class DiscrepancyPairs(double epsilon)
{
    private const int Lanes = 16;
    private const int LineValues = 16;
    private float[] studentNorms = [];
    private float[] teacherRatios = [];
    private TeacherRatioTable? kept;

    /// <summary>‖h(t)‖ of every lane, [panel, timepoint, 16].</summary>
    internal void LoadStudent(HiddenStates hidden)
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

    /// <summary>M3 over pairs against one layer of the teacher: adds the gradient and returns the loss.</summary>
    /// <param name="batch">The mini-batch.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="layer">The teacher's layer.</param>
    /// <param name="termWeight">What the gradient is multiplied by, beside λ.</param>
    /// <param name="next">Pairs that come next: meanwhile memory is asked for the teacher's ratios of them.</param>
    internal double Evaluate(
        in DistillationBatch batch,
        ReadOnlySpan<(int Start, int End)> pairs,
        int layer,
        double termWeight,
        ReadOnlySpan<(int Start, int End)> next
    )
    {
        kept = kept?.Teacher == batch.Teacher ? kept : new TeacherRatioTable(batch.Teacher, epsilon);
        if (teacherRatios.Length < pairs.Length * Lanes)
        {
            teacherRatios = new float[pairs.Length * Lanes];
        }

        Span<float> limits = stackalloc float[Lanes];
        Span<float> shares = stackalloc float[Lanes];
        Span<float> losses = stackalloc float[Lanes];
        var loss = 0.0;
        for (var panel = 0; panel < batch.Hidden.PanelCount; panel++)
        {
            var cases = batch.Cases[(panel * Lanes)..Math.Min(batch.Cases.Length, (panel + 1) * Lanes)];
            for (var lane = 0; lane < Lanes; lane++)
            {
                (limits[lane], shares[lane], losses[lane]) = (0, 0, 0);
                if (lane < cases.Length)
                {
                    limits[lane] = batch.Hidden.LengthOf((panel * Lanes) + lane);
                    shares[lane] =
                        limits[lane] == batch.Hidden.Length
                            ? 1f / (batch.Cases.Length * pairs.Length)
                            : Share(pairs, (int)limits[lane], batch.Cases.Length);
                }
            }

            kept.Choose(cases, limits, layer);
            for (var i = 0; i < pairs.Length; i += LineValues) // consecutive pairs lie side by side
            {
                kept.Ask(pairs[i]);
            }

            for (var i = 0; i < pairs.Length; i++)
            {
                kept.Read(pairs[i], teacherRatios.AsSpan(i * Lanes, Lanes));
            }

            for (var i = 0; i < pairs.Length; i++)
            {
                if (i < next.Length)
                {
                    kept.Ask(next[i]);
                }

                EvaluatePair(batch, panel, i, pairs[i], limits, shares, (float)(batch.Weight * termWeight), losses);
            }

            for (var lane = 0; lane < Lanes; lane++)
            {
                loss += (double)shares[lane] * losses[lane];
            }
        }

        return loss;
    }

    /// <summary>1/(B·|P_i|) of a case; 0 where no pair lies inside it.</summary>
    private static float Share(ReadOnlySpan<(int Start, int End)> pairs, int length, int caseCount)
    {
        var inside = 0;
        foreach (var (_, end) in pairs)
        {
            inside += end < length ? 1 : 0;
        }

        return inside == 0 ? 0 : 1f / (caseCount * inside);
    }

    /// <summary>One pair on one panel: gradient of its 16 lanes; the loss of each lane's case is ADDED to.</summary>
    private void EvaluatePair(
        in DistillationBatch batch,
        int panel,
        int number,
        (int Start, int End) pair,
        ReadOnlySpan<float> limits,
        ReadOnlySpan<float> shares,
        float weight,
        Span<float> losses
    )
    {
        var (a, b) = pair;
        var floats = batch.Hidden.Size * Lanes;
        ref var start = ref MemoryMarshal.GetReference(batch.Hidden.At(panel, a));
        ref var end = ref MemoryMarshal.GetReference(batch.Hidden.At(panel, b));
        ref var dStart = ref MemoryMarshal.GetReference(batch.HiddenGradient.At(panel, a));
        ref var dEnd = ref MemoryMarshal.GetReference(batch.HiddenGradient.At(panel, b));
        var least = new Vector<float>((float)epsilon);
        var one = Vector<float>.One;
        for (var v = 0; v < Lanes; v += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var at = v; at < floats; at += Lanes)
            {
                var d = Load(ref end, at) - Load(ref start, at);
                sum = Vector.FusedMultiplyAdd(d, d, sum);
            }

            var change = Vector.SquareRoot(sum);
            var norm = Load(ref studentNorms[((panel * batch.Hidden.Length) + a) * Lanes], v);
            var guarded = Vector.MaxNative(least, norm);
            var ratio = change / guarded;
            var u = ratio - Load(ref teacherRatios[number * Lanes], v);
            var inside = Vector.GreaterThan(new Vector<float>(limits[v..]), new Vector<float>(b));
            var size = Vector.Abs(u);
            var value = Vector.ConditionalSelect(Vector.LessThan(size, one), u * u * 0.5f, size - (one * 0.5f));
            value = Vector.ConditionalSelect(inside, value, Vector<float>.Zero);
            (new Vector<float>(losses[v..]) + value).CopyTo(losses[v..]);
            var slope =
                Vector.MaxNative(-one, Vector.MinNative(one, u)) * (new Vector<float>(shares[v..]) * weight) / guarded;
            slope = Vector.ConditionalSelect(inside, slope, Vector<float>.Zero);
            var along = Vector.ConditionalSelect(
                Vector.GreaterThan(change, Vector<float>.Zero),
                slope / change,
                Vector<float>.Zero
            );
            var back = Vector.ConditionalSelect(
                Vector.GreaterThan(norm, least),
                slope * ratio / guarded,
                Vector<float>.Zero
            );
            for (var at = v; at < floats; at += Lanes)
            {
                var h = Load(ref start, at);
                var d = (Load(ref end, at) - h) * along;
                (Load(ref dEnd, at) + d).StoreUnsafe(ref dEnd, (nuint)at);
                (Load(ref dStart, at) - Vector.FusedMultiplyAdd(back, h, d)).StoreUnsafe(ref dStart, (nuint)at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ref float source, int at) => Vector.LoadUnsafe(ref source, (nuint)at);

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);
}
