using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MemKD.Distillation.Methods;

/// <summary>
/// Equation M1 of <see cref="MemoryDiscrepancy"/> for a teacher: one pair, or all pairs of a case at once. Either way a
/// sum over units has 8 parts, unit u in part u mod 8, and both ways, every machine and every vector width have the same bits.
/// </summary>
/// <param name="epsilon">ε of M1.</param>
internal sealed class TeacherRatios(double epsilon)
{
    private const int Parts = 8;
    private readonly float least = (float)epsilon;
    private float[] transposed = [];

    /// <summary>Where r(a, a + steps), a = 0, 1, …, of a case begin: pairs of as many steps lie side by side.</summary>
    /// <param name="steps">1..length − 1.</param>
    /// <param name="length">Time points of the longest case.</param>
    internal static int FirstPlace(int steps, int length) => ((steps - 1) * length) - (steps * (steps - 1) / 2);

    /// <summary>r of one pair.</summary>
    /// <param name="start">h(a).</param>
    /// <param name="end">h(b).</param>
    internal float One(ReadOnlySpan<float> start, ReadOnlySpan<float> end)
    {
        var s = MemoryMarshal.Cast<float, Vector256<float>>(start);
        var e = MemoryMarshal.Cast<float, Vector256<float>>(end);
        var change = Vector256<float>.Zero;
        var norm = Vector256<float>.Zero;
        for (var v = 0; v < s.Length; v++)
        {
            Add(s[v], e[v], ref change, ref norm);
        }

        var rest = start.Length % Parts;
        if (rest > 0)
        {
            Span<float> padded = stackalloc float[2 * Parts];
            padded.Clear();
            start[^rest..].CopyTo(padded);
            end[^rest..].CopyTo(padded[Parts..]);
            Add(Vector256.Create(padded), Vector256.Create(padded[Parts..]), ref change, ref norm);
        }

        return MathF.Sqrt(Sum(change)) / MathF.Max(MathF.Sqrt(Sum(norm)), least);
    }

    /// <summary>r of all pairs a &lt; b of a case, each at <see cref="FirstPlace"/> + a; some starts side by side.</summary>
    /// <param name="hidden">The case's states, [timepoint, unit].</param>
    /// <param name="units">H_T.</param>
    /// <param name="longest">Time points of the longest case.</param>
    /// <param name="ratios">Destination; places of pairs that end beyond the case are left as they are.</param>
    internal void All(ReadOnlySpan<float> hidden, int units, int longest, Span<float> ratios)
    {
        var width = Vector<float>.Count;
        var length = hidden.Length / units;
        Transpose(hidden, units, length);
        for (var a = 0; a < length - 1; a += width)
        {
            var norms = Vector.Max(Distances(a, length, length), new Vector<float>(least)); // from 0
            for (var steps = 1; a + steps < length; steps++)
            {
                var values = Distances(a, a + steps, length) / norms;
                var to = ratios[(FirstPlace(steps, longest) + a)..];
                for (var lane = 0; lane < Math.Min(width, length - steps - a); lane++)
                {
                    to[lane] = values[lane];
                }
            }
        }
    }

    /// <summary>To [unit padded to 8, timepoint], zeros beyond the units and, for one vector, beyond the time points.</summary>
    private void Transpose(ReadOnlySpan<float> hidden, int units, int length)
    {
        var stride = length + Vector<float>.Count;
        var needed = (units + Parts - 1) / Parts * Parts * stride;
        if (transposed.Length != needed)
        {
            transposed = new float[needed];
        }

        for (var t = 0; t < length; t++)
        {
            for (var u = 0; u < units; u++)
            {
                transposed[(u * stride) + t] = hidden[(t * units) + u];
            }
        }
    }

    /// <summary>‖h(b) − h(a)‖, ‖h(b + 1) − h(a + 1)‖, … of the transposed case; b = length: ‖h(a)‖, ….</summary>
    private Vector<float> Distances(int a, int b, int length)
    {
        var stride = length + Vector<float>.Count;
        ref var start = ref transposed[a];
        ref var end = ref transposed[b];
        Vector<float> s0 = default,
            s1 = default,
            s2 = default,
            s3 = default,
            s4 = default,
            s5 = default,
            s6 = default,
            s7 = default;
        for (var at = 0; at < transposed.Length; at += Parts * stride)
        {
            s0 = AddSquare(ref start, ref end, at, s0);
            s1 = AddSquare(ref start, ref end, at + stride, s1);
            s2 = AddSquare(ref start, ref end, at + (2 * stride), s2);
            s3 = AddSquare(ref start, ref end, at + (3 * stride), s3);
            s4 = AddSquare(ref start, ref end, at + (4 * stride), s4);
            s5 = AddSquare(ref start, ref end, at + (5 * stride), s5);
            s6 = AddSquare(ref start, ref end, at + (6 * stride), s6);
            s7 = AddSquare(ref start, ref end, at + (7 * stride), s7);
        }

        return Vector.SquareRoot(s0 + s4 + (s2 + s6) + (s1 + s5 + (s3 + s7)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> AddSquare(ref float start, ref float end, int at, Vector<float> sum)
    {
        var d = Vector.LoadUnsafe(ref end, (nuint)at) - Vector.LoadUnsafe(ref start, (nuint)at);
        return Vector.FusedMultiplyAdd(d, d, sum);
    }

    private static void Add(
        Vector256<float> s,
        Vector256<float> e,
        ref Vector256<float> change,
        ref Vector256<float> norm
    )
    {
        var d = e - s;
        change = Vector256.FusedMultiplyAdd(d, d, change);
        norm = Vector256.FusedMultiplyAdd(s, s, norm);
    }

    /// <summary>The 8 parts in a fixed order.</summary>
    private static float Sum(Vector256<float> v)
    {
        var half = v.GetLower() + v.GetUpper();
        return half[0] + half[2] + (half[1] + half[3]);
    }
}
