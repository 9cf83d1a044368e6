using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MemKD.Engine.Simd;

namespace MemKD.Distillation.Methods;

/// <summary>
/// The teacher's ratios r(a, b), a &lt; b, of training cases, all those of a case computed when it is first seen: the teacher
/// is frozen, a case is seen hundreds of times, and computing them together costs a fraction of computing them one by one.
/// Cases that find no room in 1 GiB are computed pair by pair; the numbers are the same.
/// <para>
/// The table is larger than any cache, so what is read together lies together: of pairs of one or two steps, which are read
/// one after the other, those of a case; of all others, of which a mini-batch reads a few at random, the cases of a pair.
/// </para>
/// </summary>
internal sealed class TeacherRatioTable
{
    private const int Lanes = 16;
    private const int NearSteps = 2;
    private const long MostValues = 1L << 28;
    private readonly TeacherRatios ratios;
    private readonly Layer?[] layers;
    private readonly int longest;
    private readonly int room;
    private readonly int near;
    private readonly float[] ofOneCase;
    private readonly (int Index, int Length)[] chosen = new (int, int)[Lanes];
    private readonly int[] nearOffsets = new int[Lanes];
    private readonly int[] farOffsets = new int[Lanes];
    private Layer kept = null!;
    private int chosenLayer;
    private int shortest;

    /// <summary>A table for a teacher's training cases.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="epsilon">ε of M1.</param>
    /// <param name="mostValues">Ratios of a layer that find room.</param>
    internal TeacherRatioTable(TeacherStates teacher, double epsilon, long mostValues = MostValues)
    {
        Teacher = teacher;
        ratios = new TeacherRatios(epsilon);
        layers = new Layer?[teacher.LayerCount];
        longest = teacher.MaxLength;
        var perCase = (long)longest * (longest - 1) / 2;
        room = (int)Math.Min(teacher.CaseCount, mostValues / Math.Max(1, perCase));
        near = TeacherRatios.FirstPlace(Math.Min(NearSteps + 1, longest), longest);
        ofOneCase = room == 0 ? [] : new float[perCase];
    }

    /// <summary>Whose ratios these are.</summary>
    internal TeacherStates Teacher { get; }

    /// <summary>Chooses cases, computing the ratios of those that have not been met.</summary>
    /// <param name="cases">1 to 16 cases.</param>
    /// <param name="lengths">The time points of each, as whole numbers.</param>
    /// <param name="layer">The teacher's layer.</param>
    internal void Choose(ReadOnlySpan<int> cases, ReadOnlySpan<float> lengths, int layer)
    {
        chosenLayer = layer;
        kept = layers[layer] ??= new Layer(Teacher.CaseCount, room * ofOneCase.Length);
        shortest = longest;
        for (var lane = 0; lane < Lanes; lane++)
        {
            var from = lane < cases.Length ? lane : 0; // beyond the last case the first once more
            chosen[lane] = (cases[from], (int)lengths[from]);
            var slot = Slot(cases[from], layer);
            farOffsets[lane] = slot;
            nearOffsets[lane] = slot * near;
            shortest = Math.Min(shortest, slot < 0 ? 0 : (int)lengths[from]);
        }
    }

    /// <summary>
    /// Asks memory for the chosen cases' ratios of a pair: a random place of the table is a wait, and what is asked for early
    /// comes while other work is done.
    /// </summary>
    /// <param name="pair">(a, b), a ≤ b.</param>
    internal void Ask((int Start, int End) pair)
    {
        if (pair.End < shortest && pair.Start < pair.End)
        {
            var offsets = Offsets(pair, out var first);
            ref var values = ref MemoryMarshal.GetArrayDataReference(kept.Values);
            for (var lane = 0; lane < Lanes; lane++)
            {
                CacheLine.Prefetch(in Unsafe.Add(ref values, first + offsets[lane]));
            }
        }
    }

    /// <summary>Reads the chosen cases' ratios of a pair, 0 where it ends beyond the case or is one time point.</summary>
    /// <param name="pair">(a, b), a ≤ b.</param>
    /// <param name="destination">[16]; beyond the last case those of the first.</param>
    internal void Read((int Start, int End) pair, Span<float> destination)
    {
        if (pair.Start == pair.End)
        {
            destination.Clear();
            return;
        }

        var offsets = Offsets(pair, out var first);
        ref var values = ref MemoryMarshal.GetArrayDataReference(kept.Values);
        if (pair.End < shortest)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                destination[lane] = Unsafe.Add(ref values, first + offsets[lane]);
            }

            return;
        }

        for (var lane = 0; lane < Lanes; lane++)
        {
            var (index, length) = chosen[lane];
            destination[lane] =
                pair.End >= length ? 0
                : offsets[lane] >= 0 ? Unsafe.Add(ref values, first + offsets[lane])
                : One(index, pair);
        }
    }

    /// <summary>Where the ratios of a pair are kept: that of a lane at <paramref name="first"/> + its offset.</summary>
    private ReadOnlySpan<int> Offsets((int Start, int End) pair, out int first)
    {
        var place = TeacherRatios.FirstPlace(pair.End - pair.Start, longest) + pair.Start;
        first = place < near ? place : place * room;
        return (place < near ? nearOffsets : farOffsets).AsSpan(0, Lanes);
    }

    private float One(int index, (int Start, int End) pair)
    {
        var hidden = Teacher.Hidden(index, chosenLayer);
        var size = Teacher.HiddenSize;
        return ratios.One(hidden.Slice(pair.Start * size, size), hidden.Slice(pair.End * size, size));
    }

    /// <summary>Where among those kept a case is, computed now if it has not been met; −1 where there is no room.</summary>
    private int Slot(int index, int layer)
    {
        if (kept.Slots[index] == 0 && kept.Taken < room)
        {
            ratios.All(Teacher.Hidden(index, layer), Teacher.HiddenSize, longest, ofOneCase);
            ofOneCase.AsSpan(0, near).CopyTo(kept.Values.AsSpan(kept.Taken * near));
            for (var place = near; place < ofOneCase.Length; place++)
            {
                kept.Values[(place * room) + kept.Taken] = ofOneCase[place];
            }

            kept.Slots[index] = ++kept.Taken;
        }

        return kept.Slots[index] - 1;
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
