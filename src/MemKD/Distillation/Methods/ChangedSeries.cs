using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Distillation.Methods;

/// <summary>
/// Training series with a window replaced by the same window of a training case of another class, and the teacher's
/// logits for them. A case has a pool of such changes, drawn once; the teacher is asked about each when it is first used.
/// </summary>
public sealed class ChangedSeries
{
    private const int TeacherBatch = 32;
    private const long MostPoolNumbers = 1L << 28;
    private readonly TeacherStates teacher;
    private readonly OtherClasses others;
    private readonly int window;
    private readonly int poolSize;
    private readonly int channelCount;
    private readonly Change[] pool;
    private readonly float[] poolLogits;
    private readonly bool[] known;
    private readonly int[] order;
    private readonly float[] series;
    private readonly NetworkWorkspace workspace;
    private readonly SequenceBatch input;
    private int[] asked = [];
    private Change[] taken = [];
    private float[] logits = [];

    /// <summary>Draws the pools.</summary>
    /// <param name="context">The pair.</param>
    /// <param name="window">Time points replaced.</param>
    /// <param name="poolSize">Changes of a case; 0, or where the pools would take more than 1 GiB: new ones for every batch.</param>
    public ChangedSeries(MethodContext context, int window, int poolSize)
    {
        teacher = context.Teacher;
        this.window = window;
        this.poolSize = (long)teacher.CaseCount * poolSize * (teacher.ClassCount + 4) > MostPoolNumbers ? 0 : poolSize;
        others = new OtherClasses(teacher);
        channelCount = teacher.Network.Shape.InputSize;
        pool = new Change[teacher.CaseCount * this.poolSize];
        poolLogits = new float[pool.Length * teacher.ClassCount];
        known = new bool[pool.Length];
        order = [.. Enumerable.Range(0, this.poolSize)];
        var random = new SeededRandom(context.Seed, "tsd");
        for (var slot = 0; slot < pool.Length; slot++)
        {
            pool[slot] = Draw(slot / this.poolSize, random);
        }

        series = new float[channelCount * teacher.MaxLength];
        workspace = new NetworkWorkspace(teacher.Network, TeacherBatch, teacher.MaxLength, context.Team);
        input = new SequenceBatch(TeacherBatch, channelCount, teacher.MaxLength);
    }

    /// <summary>Takes changes for every case of a batch.</summary>
    /// <param name="cases">Case numbers.</param>
    /// <param name="count">Changes of each.</param>
    /// <param name="random">The run's generator.</param>
    public void Take(ReadOnlySpan<int> cases, int count, SeededRandom random)
    {
        var total = cases.Length * count;
        if (taken.Length < total)
        {
            taken = new Change[total];
            asked = new int[total];
            logits = new float[total * teacher.ClassCount];
        }

        for (var i = 0; i < cases.Length; i++)
        {
            for (var m = 0; m < count; m++)
            {
                if (poolSize == 0)
                {
                    taken[(i * count) + m] = Draw(cases[i], random);
                    continue;
                }

                // the first of a random order: no change twice
                var other = m + random.NextInt(poolSize - m);
                (order[m], order[other]) = (order[other], order[m]);
                asked[(i * count) + m] = (cases[i] * poolSize) + order[m];
                taken[(i * count) + m] = pool[asked[(i * count) + m]];
            }
        }

        Ask(total);
    }

    /// <summary>A changed series, [channel, timepoint]; valid until the next call.</summary>
    /// <param name="number">Case of the batch × changes of a case + change.</param>
    public ReadOnlySpan<float> Series(int number) => Apply(taken[number]);

    /// <summary>The teacher's logits for a changed series [K].</summary>
    /// <param name="number">As in <see cref="Series"/>.</param>
    public ReadOnlySpan<float> Logits(int number) => logits.AsSpan(number * teacher.ClassCount, teacher.ClassCount);

    private Change Draw(int index, SeededRandom random)
    {
        var label = teacher.Label(index);
        var available = others.Count(label);
        var donor = available == 0 ? index : others.At(label, random.NextInt(available));
        var shorter = Math.Min(teacher.Series(index).Length, teacher.Series(donor).Length) / channelCount;
        return new Change(
            index,
            donor,
            random.NextInt(shorter - Math.Min(window, shorter) + 1),
            Math.Min(window, shorter)
        );
    }

    private ReadOnlySpan<float> Apply(Change change)
    {
        var own = teacher.Series(change.Case);
        var donor = teacher.Series(change.Donor);
        var result = series.AsSpan(0, own.Length);
        own.CopyTo(result);
        for (var c = 0; c < channelCount; c++)
        {
            donor
                .Slice((c * donor.Length / channelCount) + change.Start, change.Length)
                .CopyTo(result[((c * own.Length / channelCount) + change.Start)..]);
        }

        return result;
    }

    /// <summary>Runs the teacher over the changes taken that it has not seen.</summary>
    private void Ask(int total)
    {
        Span<int> waiting = stackalloc int[TeacherBatch];
        var count = 0;
        for (var number = 0; number < total; number++)
        {
            if (poolSize == 0 || !known[asked[number]])
            {
                waiting[count++] = number;
            }

            if (count == TeacherBatch || (count > 0 && number == total - 1))
            {
                Ask(waiting[..count]);
                count = 0;
            }
        }

        for (var number = 0; number < total && poolSize > 0; number++)
        {
            poolLogits
                .AsSpan(asked[number] * teacher.ClassCount, teacher.ClassCount)
                .CopyTo(logits.AsSpan(number * teacher.ClassCount));
        }
    }

    private void Ask(ReadOnlySpan<int> numbers)
    {
        var longest = 0;
        foreach (var number in numbers)
        {
            longest = Math.Max(longest, teacher.Series(taken[number].Case).Length / channelCount);
        }

        input.Begin(numbers.Length, longest);
        for (var i = 0; i < numbers.Length; i++)
        {
            input.Set(i, Apply(taken[numbers[i]]));
        }

        workspace.Forward(input, training: false);
        for (var i = 0; i < numbers.Length; i++)
        {
            var from = workspace.Logits.Slice(i * teacher.ClassCount, teacher.ClassCount);
            if (poolSize == 0)
            {
                from.CopyTo(logits.AsSpan(numbers[i] * teacher.ClassCount));
                continue;
            }

            from.CopyTo(poolLogits.AsSpan(asked[numbers[i]] * teacher.ClassCount));
            known[asked[numbers[i]]] = true;
        }
    }

    /// <summary>Time points Start..Start+Length−1 of a case replaced by those of a donor.</summary>
    private readonly record struct Change(int Case, int Donor, int Start, int Length);
}
