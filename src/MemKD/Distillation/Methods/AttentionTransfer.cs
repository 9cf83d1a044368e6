using System.Numerics;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;

namespace MemKD.Distillation.Methods;

// Attention transfer over time (AT).
// Source    Zagoruyko, Komodakis, "Paying More Attention to Attention", ICLR 2017, arXiv 1612.03928; over time points
//           instead of pixels. docs/methods/at.md
// Loss      A(t) = mean over units of h_u(t)²,  Â = A/‖A‖ over the case's own T time points;
//           L = mean over cases of the mean over the case's time points of (Â^S(t) − Â^T(t))²
// Gradient  q = ∂L/∂Â = 2(Â^S − Â^T)/(B·T);  ∂/∂A = (q − ⟨q, Â⟩·Â)/‖A‖;  ∂/∂h_u(t) = 2·h_u(t)/H · ∂/∂A(t)
// Ends      ‖A‖ ≤ 1e-12: no attention anywhere, Â = A/1e-12 and no gradient

/// <summary>
/// The student's attention over time, the size of its state at each time point, follows the teacher's. Zagoruyko and
/// Komodakis 2017, arXiv 1612.03928.
/// </summary>
public sealed class AttentionTransfer : IDistillationMethod
{
    private const int Lanes = 16;
    private const double LeastNorm = 1e-12;
    private readonly TeacherRows<double> maps = new();
    private double[] student = [];
    private double[] differences = [];

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "at",
            Name = "Attention transfer over time",
            Source = "Zagoruyko, Komodakis, ICLR 2017, arXiv 1612.03928",
            Needs = MethodNeeds.HiddenStates,
            WeightGrid = [10, 30, 100, 300, 1000],
            UntunedWeight = 100,
            Create = _ => new AttentionTransfer(),
        };

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        batch.Teacher.Require(batch.Cases);
        if (student.Length < batch.Hidden.Length * Lanes)
        {
            student = new double[batch.Hidden.Length * Lanes];
            differences = new double[batch.Hidden.Length * Lanes];
        }

        var loss = 0.0;
        for (var panel = 0; panel < batch.Hidden.PanelCount; panel++)
        {
            loss += EvaluatePanel(batch, panel);
        }

        return loss / batch.Cases.Length;
    }

    /// <summary>The losses of 16 cases; adds their gradient.</summary>
    private double EvaluatePanel(in DistillationBatch batch, int panel)
    {
        Span<double> lengths = stackalloc double[Lanes];
        lengths.Clear();
        for (var lane = 0; lane < Lanes && (panel * Lanes) + lane < batch.Cases.Length; lane++)
        {
            var index = batch.Cases[(panel * Lanes) + lane];
            var map = MapOf(batch.Teacher, index);
            lengths[lane] = map.Length;
            for (var t = 0; t < map.Length; t++)
            {
                differences[(t * Lanes) + lane] = map[t];
            }
        }

        LoadSizes(batch.Hidden, panel);
        Span<double> norms = stackalloc double[Lanes];
        Span<double> losses = stackalloc double[Lanes];
        Span<double> along = stackalloc double[Lanes];
        for (var lane = 0; lane < Lanes; lane += Vector<double>.Count)
        {
            var limit = new Vector<double>(lengths[lane..]);
            Compare(batch.Hidden.Length, lane, limit, norms, losses, along);
        }

        AddGradient(batch, panel, lengths, norms, along);
        var loss = 0.0;
        for (var lane = 0; lane < Lanes; lane++)
        {
            loss += lengths[lane] > 0 ? losses[lane] / lengths[lane] : 0;
        }

        return loss;
    }

    /// <summary>A(t) of 16 cases.</summary>
    private void LoadSizes(HiddenStates hidden, int panel)
    {
        var divisor = new Vector<double>(hidden.Size);
        for (var t = 0; t < hidden.Length; t++)
        {
            var h = MemoryMarshal.Cast<float, Vector<float>>(hidden.At(panel, t));
            var sizes = MemoryMarshal.Cast<double, Vector<double>>(student.AsSpan(t * Lanes, Lanes));
            var step = Lanes / Vector<float>.Count;
            for (var v = 0; v < step; v++)
            {
                Vector<double> low = Vector<double>.Zero,
                    high = Vector<double>.Zero;
                for (var at = v; at < h.Length; at += step)
                {
                    Vector.Widen(h[at], out var l, out var r);
                    low += l * l;
                    high += r * r;
                }

                sizes[2 * v] = low / divisor;
                sizes[(2 * v) + 1] = high / divisor;
            }
        }
    }

    /// <summary>
    /// Some lanes side by side: Â^S and its difference from Â^T, ‖A‖, and the sums over time of the squared difference and of
    /// the difference times Â^S. Beyond a case's end the difference is 0.
    /// </summary>
    private void Compare(
        int length,
        int lane,
        Vector<double> limit,
        Span<double> norms,
        Span<double> losses,
        Span<double> along
    )
    {
        var squares = Vector<double>.Zero;
        for (var t = 0; t < length; t++)
        {
            var at = (t * Lanes) + lane;
            var inside = Vector.LessThan(new Vector<double>(t), limit);
            var size = Vector.ConditionalSelect(inside, new Vector<double>(student, at), Vector<double>.Zero);
            size.CopyTo(student, at);
            squares += size * size;
        }

        var norm = Vector.SquareRoot(squares);
        var divisor = Vector.MaxNative(new Vector<double>(LeastNorm), norm);
        Vector<double> loss = Vector<double>.Zero,
            product = Vector<double>.Zero;
        for (var t = 0; t < length; t++)
        {
            var at = (t * Lanes) + lane;
            var map = new Vector<double>(student, at) / divisor;
            var difference = Vector.ConditionalSelect(
                Vector.LessThan(new Vector<double>(t), limit),
                map - new Vector<double>(differences, at),
                Vector<double>.Zero
            );
            map.CopyTo(student, at);
            difference.CopyTo(differences, at);
            loss += difference * difference;
            product += difference * map;
        }

        norm.CopyTo(norms[lane..]);
        loss.CopyTo(losses[lane..]);
        product.CopyTo(along[lane..]);
    }

    private void AddGradient(
        in DistillationBatch batch,
        int panel,
        ReadOnlySpan<double> lengths,
        ReadOnlySpan<double> norms,
        ReadOnlySpan<double> along
    )
    {
        // 2·λ·2/(B·T·H·‖A‖): what ∂L/∂A(t) and ∂A/∂h have in common; 0: no case, or no attention anywhere
        Span<double> scales = stackalloc double[Lanes];
        Span<float> slopes = stackalloc float[Lanes];
        var common = 4 * batch.Weight / ((double)batch.Cases.Length * batch.Hidden.Size);
        for (var lane = 0; lane < Lanes; lane++)
        {
            scales[lane] = lengths[lane] > 0 && norms[lane] > LeastNorm ? common / (lengths[lane] * norms[lane]) : 0;
        }

        for (var t = 0; t < batch.Hidden.Length; t++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                var at = (t * Lanes) + lane;
                slopes[lane] = (float)(scales[lane] * (differences[at] - (along[lane] * student[at])));
            }

            var h = MemoryMarshal.Cast<float, Vector<float>>(batch.Hidden.At(panel, t));
            var gradient = MemoryMarshal.Cast<float, Vector<float>>(batch.HiddenGradient.At(panel, t));
            var slope = MemoryMarshal.Cast<float, Vector<float>>(slopes);
            for (var v = 0; v < slope.Length; v++)
            {
                for (var at = v; at < h.Length; at += slope.Length)
                {
                    gradient[at] += h[at] * slope[v];
                }
            }
        }
    }

    /// <summary>Â of a case of the teacher.</summary>
    private ReadOnlySpan<double> MapOf(TeacherStates teacher, int index)
    {
        var states = teacher.Hidden(index);
        var units = teacher.HiddenSize;
        var map = maps.Of(teacher, index, states.Length / units, out var isNew);
        if (!isNew)
        {
            return map;
        }

        var squares = 0.0;
        for (var t = 0; t < map.Length; t++)
        {
            var sum = 0.0;
            foreach (var h in states.Slice(t * units, units))
            {
                sum += (double)h * h;
            }

            map[t] = sum / units;
            squares += map[t] * map[t];
        }

        var norm = Math.Sqrt(squares);
        foreach (ref var a in map)
        {
            a /= Math.Max(norm, LeastNorm);
        }

        return map;
    }
}
