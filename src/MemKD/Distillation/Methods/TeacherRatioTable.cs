using MemKD.Engine.Simd;

namespace MemKD.Distillation.Methods;

/// <summary>
/// The teacher's ratios r(a, b), a &lt; b, of training cases, all those of a case computed when it is first seen: the teacher
/// is frozen, a case is seen hundreds of times, and computing them together costs a fraction of computing them one by one.
/// Cases that find no room in 1 GiB are computed pair by pair; the numbers are the same.
/// </summary>
internal sealed class TeacherRatioTable
{
    private const int Lanes = 16;
    private const long MostValues = 1L << 28;
    private readonly TeacherRatios ratios;
    private readonly Layer?[] layers;
    private readonly int longest;
    private readonly int stride;
    private readonly int room;
    private (int Start, int End)[] pairs = [];
    private int[] places = [];
    private int count;
    private bool allKept;

    /// <summary>A table for a teacher's training cases.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="epsilon">ε of M1.</param>
    internal TeacherRatioTable(TeacherStates teacher, double epsilon)
    {
        Teacher = teacher;
        ratios = new TeacherRatios(epsilon);
        layers = new Layer?[teacher.LayerCount];
        longest = teacher.MaxLength;
        var perCase = (long)longest * (longest - 1) / 2;
        room = (int)Math.Min(teacher.CaseCount, MostValues / Math.Max(1, perCase));
        stride = room == 0 ? 0 : (int)perCase;
    }

    /// <summary>Whose ratios these are.</summary>
    internal TeacherStates Teacher { get; }

    /// <summary>Sets the pairs that <see cref="Read"/> is about.</summary>
    /// <param name="chosen">Pairs (a, b), a ≤ b.</param>
    internal void Choose(ReadOnlySpan<(int Start, int End)> chosen)
    {
        count = chosen.Length;
        if (places.Length < count)
        {
            pairs = new (int, int)[count];
            places = new int[count];
        }

        chosen.CopyTo(pairs);
        allKept = true;
        for (var i = 0; i < count; i++)
        {
            var (a, b) = chosen[i];
            places[i] = a < b ? TeacherRatios.FirstPlace(b - a, longest) + a : -1;
            allKept &= a < b;
        }
    }

    /// <summary>
    /// Asks memory for a pair's ratios, as far as they are kept: the table is larger than any cache, a random place of it is a wait,
    /// and what is asked for early comes while other work is done.
    /// </summary>
    /// <param name="cases">The cases.</param>
    /// <param name="layer">The teacher's layer.</param>
    /// <param name="pair">(a, b), a ≤ b.</param>
    internal void Ask(ReadOnlySpan<int> cases, int layer, (int Start, int End) pair)
    {
        if (layers[layer] is not { } kept || pair.Start == pair.End)
        {
            return;
        }

        var place = TeacherRatios.FirstPlace(pair.End - pair.Start, longest) + pair.Start;
        foreach (var index in cases)
        {
            if (kept.Slots[index] is > 0 and var slot)
            {
                CacheLine.Prefetch(in kept.Values[((slot - 1) * stride) + place]);
            }
        }
    }

    /// <summary>Reads a case's ratios of the pairs, 0 for pairs that end beyond the case.</summary>
    /// <param name="index">The case.</param>
    /// <param name="length">Its time points.</param>
    /// <param name="layer">The teacher's layer.</param>
    /// <param name="destination">r of a pair at 16 times its number.</param>
    internal void Read(int index, int length, int layer, Span<float> destination)
    {
        var table = Of(index, layer);
        if (allKept && length == longest && !table.IsEmpty)
        {
            ReadKept(table, places.AsSpan(0, count), destination);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var ((a, b), place) = (pairs[i], places[i]);
            destination[i * Lanes] =
                b >= length ? 0
                : (uint)place < (uint)table.Length ? table[place]
                : One(index, layer, a, b);
        }
    }

    /// <summary>As few instructions as can be: the places lie far apart, and the more reads are under way, the less each waits.</summary>
    private static void ReadKept(ReadOnlySpan<float> table, ReadOnlySpan<int> places, Span<float> destination)
    {
        var at = 0;
        foreach (var place in places)
        {
            destination[at] = table[place];
            at += Lanes;
        }
    }

    private float One(int index, int layer, int start, int end)
    {
        var hidden = Teacher.Hidden(index, layer);
        var size = Teacher.HiddenSize;
        return ratios.One(hidden.Slice(start * size, size), hidden.Slice(end * size, size));
    }

    /// <summary>All ratios of a case; empty where there is no room.</summary>
    private ReadOnlySpan<float> Of(int index, int layer)
    {
        var kept = layers[layer] ??= new Layer(Teacher.CaseCount, room * stride);
        if (kept.Slots[index] == 0)
        {
            if (kept.Taken == room)
            {
                return [];
            }

            kept.Slots[index] = ++kept.Taken;
            ratios.All(
                Teacher.Hidden(index, layer),
                Teacher.HiddenSize,
                longest,
                kept.Values.AsSpan((kept.Slots[index] - 1) * stride, stride)
            );
        }

        return kept.Values.AsSpan((kept.Slots[index] - 1) * stride, stride);
    }

    /// <summary>What is kept of one layer.</summary>
    private sealed class Layer(int cases, int values)
    {
        /// <summary>Where a case's ratios are, counted from 1; 0: nowhere yet.</summary>
        internal int[] Slots { get; } = new int[cases];

        internal int Taken { get; set; }

        internal float[] Values { get; } = GC.AllocateUninitializedArray<float>(values);
    }
}
