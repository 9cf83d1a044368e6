using System.Globalization;
using MemKD.Bench;
using MemKD.Bench.Measuring;

namespace MemKD.Tests.Bench;

/// <summary>The measuring program measures what it says: every kind of work of ours, asked for as a run asks for it.</summary>
public class WorkTests
{
    private static readonly Dictionary<string, string> Smallest = new(StringComparer.Ordinal)
    {
        ["fma"] = "",
        ["multiply"] = "8",
        ["gradient"] = "8",
        ["train"] = "gru 1 4 1 5 3 1 6",
        ["distill"] = "lstm 1 4 1 5 3 1 6 5 2 run",
        ["stream"] = "4 scores",
        ["sequence-steps"] = "4 2",
        ["sequence-engine"] = "4 2",
        ["read"] = "csv-long 4",
    };

    // ONNX Runtime's are not ours, and need its library.
    public static TheoryData<string> Words =>
        [
            .. Group
                .All.SelectMany(g => g.Kinds)
                .Select(k => k.Word)
                .Where(w => !w.StartsWith("onnx", StringComparison.Ordinal)),
        ];

    [Theory]
    [MemberData(nameof(Words))]
    public void Every_kind_of_work_can_be_prepared_run_and_timed(string word)
    {
        using var input = new StringReader($"prepare {word} {Smallest[word]}\nrun 2\n");
        using var output = new StringWriter();

        Worker.Serve([.. Group.All.SelectMany(g => g.Kinds)], input, output);

        var answers = output.ToString().Split(Environment.NewLine);
        Assert.StartsWith("ready ", answers[0], StringComparison.Ordinal);
        var seconds = answers[1].Split(' ').Select(s => double.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(2, seconds.Length);
        Assert.True(seconds[1] > 0);
    }

    [Fact]
    public void What_cannot_be_prepared_is_said_in_one_line()
    {
        using var input = new StringReader("prepare train lstm 1 4\nversions\n");
        using var output = new StringWriter();

        Worker.Serve([.. Group.All.SelectMany(g => g.Kinds)], input, output);

        var answers = output.ToString().Split(Environment.NewLine);
        Assert.StartsWith("cannot ", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("MemKD ", answers[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_ratio_is_the_median_of_the_rounds_own_ratios()
    {
        // The machine is twice as slow in the second round: of 2, 3 and 4 the middle stays.
        Measurement Of(params double[] cpu) => new("", 6, [.. cpu.Select(c => new Seconds(c, 100))], ByWall: false);
        var own = Of(1, 2, 1);
        var peer = Of(2, 8, 3);

        Assert.Equal(3, own.RatioTo(peer));
        Assert.Equal(2, own.LeastRatioTo(peer));
        Assert.Equal(6, own.Rate);
        Assert.Equal(3, own.ShareOf(peer));
    }
}
