using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MemKD.Distillation.Methods;

/// <summary>
/// Equation M1 of <see cref="MemoryDiscrepancy"/> for a teacher: one pair, or all pairs of a case at once. Either way a
/// sum over units has 4 parts, unit u in part u mod 4, and both ways, every machine and every vector width have the same bits.
/// </summary>
/// <param name="epsilon">ε of M1.</param>
internal sealed class TeacherRatios(double epsilon)
{
    private const int Parts = 4;
    private const int StepsAtOnce = 4;
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
        var s = MemoryMarshal.Cast<float, Vector128<float>>(start);
        var e = MemoryMarshal.Cast<float, Vector128<float>>(end);
        var change = Vector128<float>.Zero;
        var norm = Vector128<float>.Zero;
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
            Add(Vector128.Create(padded), Vector128.Create(padded[Parts..]), ref change, ref norm);
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
        Span<float> distances = stackalloc float[StepsAtOnce * width];
        for (var a = 0; a < length - 1; a += width)
        {
            Distances(a, length, length, distances); // from 0
            var norms = Vector.MaxNative(new Vector<float>(least), new Vector<float>(distances));
            for (var steps = 1; a + steps < length; steps++)
            {
                var number = (steps - 1) % StepsAtOnce;
                if (number == 0)
                {
                    Distances(a, a + steps, length, distances);
                }

                var values = distances.Slice(number * width, width);
                (new Vector<float>(values) / norms).CopyTo(values);
                values[..Math.Min(width, length - steps - a)].CopyTo(ratios[(FirstPlace(steps, longest) + a)..]);
            }
        }
    }

    /// <summary>To [unit padded to 4, timepoint], zeros beyond the units and, as far as vectors reach, the time points.</summary>
    private void Transpose(ReadOnlySpan<float> hidden, int units, int length)
    {
        var stride = StrideOf(length);
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

    private static int StrideOf(int length) => length + Vector<float>.Count + StepsAtOnce - 1;

    /// <summary>
    /// Of the transposed case ‖h(b) − h(a)‖, ‖h(b + 1) − h(a + 1)‖, … as one vector, then those of b + 1, b + 2 and b + 3 with the
    /// same starts; b = length: ‖h(a)‖, ….
    /// </summary>
    private void Distances(int a, int b, int length, Span<float> destination)
    {
        var stride = (nuint)StrideOf(length);
        ref var start = ref transposed[a];
        ref var end = ref transposed[b];
        PartSums first = default,
            second = default,
            third = default,
            fourth = default;
        for (var left = (nuint)transposed.Length; left > 0; left -= Parts * stride)
        {
            var s0 = Vector.LoadUnsafe(ref start);
            var s1 = Vector.LoadUnsafe(ref start, stride);
            var s2 = Vector.LoadUnsafe(ref start, 2 * stride);
            var s3 = Vector.LoadUnsafe(ref start, 3 * stride);
            first.Add(s0, s1, s2, s3, ref end, stride);
            second.Add(s0, s1, s2, s3, ref Unsafe.Add(ref end, 1), stride);
            third.Add(s0, s1, s2, s3, ref Unsafe.Add(ref end, 2), stride);
            fourth.Add(s0, s1, s2, s3, ref Unsafe.Add(ref end, 3), stride);
            start = ref Unsafe.Add(ref start, Parts * stride);
            end = ref Unsafe.Add(ref end, Parts * stride);
        }

        first.Root().CopyTo(destination);
        second.Root().CopyTo(destination[Vector<float>.Count..]);
        third.Root().CopyTo(destination[(2 * Vector<float>.Count)..]);
        fourth.Root().CopyTo(destination[(3 * Vector<float>.Count)..]);
    }

    private static void Add(
        Vector128<float> s,
        Vector128<float> e,
        ref Vector128<float> change,
        ref Vector128<float> norm
    )
    {
        var d = e - s;
        change = Vector128.FusedMultiplyAdd(d, d, change);
        norm = Vector128.FusedMultiplyAdd(s, s, norm);
    }

    /// <summary>The parts in a fixed order.</summary>
    private static float Sum(Vector128<float> v) => v[0] + v[2] + (v[1] + v[3]);

    /// <summary>The parts of sums of squared differences, some pairs side by side.</summary>
    private struct PartSums
    {
        private Vector<float> p0;
        private Vector<float> p1;
        private Vector<float> p2;
        private Vector<float> p3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Add(
            Vector<float> s0,
            Vector<float> s1,
            Vector<float> s2,
            Vector<float> s3,
            ref float end,
            nuint stride
        )
        {
            var d0 = Vector.LoadUnsafe(ref end) - s0;
            var d1 = Vector.LoadUnsafe(ref end, stride) - s1;
            var d2 = Vector.LoadUnsafe(ref end, 2 * stride) - s2;
            var d3 = Vector.LoadUnsafe(ref end, 3 * stride) - s3;
            p0 = Vector.FusedMultiplyAdd(d0, d0, p0);
            p1 = Vector.FusedMultiplyAdd(d1, d1, p1);
            p2 = Vector.FusedMultiplyAdd(d2, d2, p2);
            p3 = Vector.FusedMultiplyAdd(d3, d3, p3);
        }

        internal readonly Vector<float> Root() => Vector.SquareRoot(p0 + p2 + (p1 + p3));
    }
}
