using MemKD.Distillation;
using MemKD.Distillation.Methods;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Distillation;

public sealed class TeacherRatioTableTests : IDisposable
{
    private const int Lanes = 16;
    private const int Longest = 9;
    private const double Epsilon = 1e-6;

    private readonly WorkerTeam team = new(1);
    private readonly TeacherStates teacher;

    public TeacherRatioTableTests()
    {
        // Eleven whole cases, then nine of 2 to 8 time points.
        int[] lengths = [.. Enumerable.Repeat(Longest, 11), .. Enumerable.Range(0, 9).Select(i => 2 + (i * 4 % 7))];
        var random = new SeededRandom(1);
        float[] values = [.. Enumerable.Range(0, lengths.Sum()).Select(_ => (float)random.NextGaussian())];
        var cases = new PreparedCases(1, lengths, values, new int[lengths.Length], 2);
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Gru, 1, 5, 1, 2));
        network.Initialize(new SeededRandom(3));
        teacher = new TeacherStates(network, cases, long.MaxValue, team);
    }

    public static TheoryData<int> Rooms => [20 * 36, 7 * 36, 36, 0]; // for all cases, for seven, one and none

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Every_pair_of_every_case_is_read_as_M1_says(int room)
    {
        var table = new TeacherRatioTable(teacher, Epsilon, room);
        int[][] batches =
        [
            [3, 0, 10],
            [12],
            [.. Enumerable.Range(4, 16)],
            [.. Enumerable.Range(0, 16)],
            [0],
        ];
        var read = new float[Lanes];
        foreach (var batch in batches)
        {
            float[] lengths = [.. batch.Select(i => (float)Length(i))];
            table.Choose(batch, lengths, 0);
            foreach (var (a, b) in Pairs())
            {
                table.Ask((a, b));
                table.Read((a, b), read);
                for (var lane = 0; lane < batch.Length; lane++)
                {
                    Assert.Equal(Expected(batch[lane], a, b), read[lane], 1e-5); // five squares in float32, r up to some 5
                }
            }
        }
    }

    [Fact]
    public void Kept_ratios_have_the_bits_of_those_that_find_no_room()
    {
        var kept = new TeacherRatioTable(teacher, Epsilon);
        var none = new TeacherRatioTable(teacher, Epsilon, mostValues: 0);
        int[] batch = [.. Enumerable.Range(0, 16)];
        float[] lengths = [.. batch.Select(i => (float)Length(i))];
        kept.Choose(batch, lengths, 0);
        none.Choose(batch, lengths, 0);
        var (a, b) = (new float[Lanes], new float[Lanes]);
        foreach (var pair in Pairs())
        {
            kept.Read(pair, a);
            none.Read(pair, b);
            Assert.Equal(b, a);
        }
    }

    public void Dispose() => team.Dispose();

    private static IEnumerable<(int Start, int End)> Pairs() =>
        from a in Enumerable.Range(0, Longest)
        from b in Enumerable.Range(a, Longest - a)
        select (a, b);

    private int Length(int index) => teacher.Hidden(index).Length / teacher.HiddenSize;

    /// <summary>M1 in double; 0 beyond the case's end.</summary>
    private double Expected(int index, int a, int b)
    {
        if (b >= Length(index))
        {
            return 0;
        }

        var h = teacher.Hidden(index);
        var size = teacher.HiddenSize;
        var (change, norm) = (0.0, 0.0);
        for (var u = 0; u < size; u++)
        {
            double start = h[(a * size) + u];
            change += Math.Pow(h[(b * size) + u] - start, 2);
            norm += start * start;
        }

        return Math.Sqrt(change) / Math.Max(Math.Sqrt(norm), Epsilon);
    }
}
