using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MemKD.Engine.Layers;

namespace MemKD.Distillation.Methods;

/// <summary>
/// Equations M1 to M3 of <see cref="MemoryDiscrepancy"/> over given pairs, value and gradient, on 16 cases side by side.
/// </summary>
/// <param name="epsilon">ε of M1.</param>
internal sealed class DiscrepancyPairs(double epsilon)
{
    private const int Lanes = 16;
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
    internal double Evaluate(
        in DistillationBatch batch,
        ReadOnlySpan<(int Start, int End)> pairs,
        int layer,
        double termWeight
    )
    {
        var count = pairs.Length;
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
                    TeacherRatios(batch.Teacher, layer, batch.Cases[index], lane, pairs, (int)limit[lane]);
                }
            }

            for (var i = 0; i < count; i++)
            {
                loss += EvaluatePair(batch, panel, i, pairs[i], limit, scale, lossScale);
            }
        }

        return loss;
    }

    private void TeacherRatios(
        TeacherStates teacher,
        int layer,
        int index,
        int lane,
        ReadOnlySpan<(int Start, int End)> pairs,
        int length
    )
    {
        kept = kept?.Teacher == teacher ? kept : new TeacherRatioTable(teacher);
        var table = kept.Of(index, layer);
        var hidden = teacher.Hidden(index, layer);
        var size = teacher.HiddenSize;
        for (var i = 0; i < pairs.Length; i++)
        {
            var (a, b) = pairs[i];
            var at = (i * Lanes) + lane;
            if (b >= length)
            {
                teacherRatios[at] = 0;
                continue;
            }

            var place = TeacherRatioTable.PlaceOf(a, b);
            var known = a < b && place < table.Length ? table[place] : float.NaN;
            if (float.IsNaN(known))
            {
                known = Ratio(hidden.Slice(a * size, size), hidden.Slice(b * size, size));
                if (a < b && place < table.Length)
                {
                    table[place] = known;
                }
            }

            teacherRatios[at] = known;
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

        return MathF.Sqrt(changeSum) / MathF.Max(MathF.Sqrt(normSum), (float)epsilon);
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
        int number,
        (int Start, int End) pair,
        ReadOnlySpan<float> limit,
        ReadOnlySpan<float> scale,
        ReadOnlySpan<float> lossScale
    )
    {
        var (a, b) = pair;
        var length = batch.Hidden.Length;
        var start = Vectors(batch.Hidden.At(panel, a));
        var end = Vectors(batch.Hidden.At(panel, b));
        var dStart = Vectors(batch.HiddenGradient.At(panel, a));
        var dEnd = Vectors(batch.HiddenGradient.At(panel, b));
        var norms = Vectors(studentNorms.AsSpan(((panel * length) + a) * Lanes, Lanes));
        var teacher = Vectors(teacherRatios.AsSpan(number * Lanes, Lanes));
        var limits = Vectors(limit);
        var scales = Vectors(scale);
        var lossScales = Vectors(lossScale);
        var least = new Vector<float>((float)epsilon);
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
            var guarded = Vector.Max(norms[v], least);
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
                Vector.GreaterThan(norms[v], least),
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
