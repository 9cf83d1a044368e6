using System.Text.Json;
using MemKD.Series;

namespace MemKD.Tests.Series;

public class ResampleTests
{
    private static readonly JsonElement Vectors = JsonDocument
        .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "resampling.json")))
        .RootElement;

    [Fact]
    public void Random_words_are_those_of_numpy()
    {
        foreach (var seed in Vectors.GetProperty("words").EnumerateObject())
        {
            var random = new NumpyRandomState(uint.Parse(seed.Name, System.Globalization.CultureInfo.InvariantCulture));
            var drawn = Enumerable.Range(0, 1300).Select(_ => random.NextUInt32()).ToArray();

            Assert.Equal(seed.Value.GetProperty("first").EnumerateArray().Select(v => v.GetUInt32()), drawn[..10]);
            Assert.Equal(seed.Value.GetProperty("last").EnumerateArray().Select(v => v.GetUInt32()), drawn[^5..]);
        }
    }

    [Fact]
    public void Shuffles_are_those_of_numpy()
    {
        foreach (var shuffle in Vectors.GetProperty("shuffles").EnumerateArray())
        {
            var expected = Ints(shuffle.GetProperty("order"));
            var items = Enumerable.Range(0, expected.Length).ToArray();
            new NumpyRandomState(shuffle.GetProperty("seed").GetUInt32()).Shuffle(items);

            Assert.Equal(expected, items);
        }
    }

    [Theory]
    [InlineData(0, new[] { 2, 8, 4, 9, 1, 6, 7, 3, 0, 5 })]
    [InlineData(42, new[] { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 })]
    public void Ten_items_come_in_the_well_known_order(uint seed, int[] expected)
    {
        var items = Enumerable.Range(0, 10).ToArray();
        new NumpyRandomState(seed).Shuffle(items);

        Assert.Equal(expected, items);
    }

    [Fact]
    public void Cases_are_split_as_by_the_archives_tools()
    {
        var train = Vectors.GetProperty("train").EnumerateArray().Select(v => v.GetString()!);
        var test = Vectors.GetProperty("test").EnumerateArray().Select(v => v.GetString()!);
        foreach (var expected in Vectors.GetProperty("splits").EnumerateArray())
        {
            var (newTrain, newTest) = Resample.Indices([.. train], [.. test], expected.GetProperty("seed").GetUInt32());

            Assert.Equal(Ints(expected.GetProperty("train")), newTrain);
            Assert.Equal(Ints(expected.GetProperty("test")), newTest);
        }
    }

    [Fact]
    public void Resample_0_is_the_split_itself_and_others_keep_cases_and_class_counts()
    {
        var split = Small();

        Assert.Same(split, Resample.Apply(split, 0));
        var other = Resample.Apply(split, 3);
        Assert.Equal(split.Train.Classes, other.Test.Classes);
        Assert.Equal(split.Train.Labels.Order(), other.Train.Labels.Order());
        Assert.Equal(
            Firsts(split.Train).Concat(Firsts(split.Test)).Order(),
            Firsts(other.Train).Concat(Firsts(other.Test)).Order()
        );
        Assert.Throws<InputException>(() => Resample.Apply(split, -1));
    }

    /// <summary>The accuracies published for 1NN-DTW without a window, as the archive's own tool reports them.</summary>
    [Theory]
    [InlineData(0, 0.95043731778)]
    [InlineData(1, 0.93294460641)]
    [InlineData(2, 0.93780369291)]
    public void Dynamic_time_warping_on_real_resamples_gives_the_published_accuracy(int resample, double expected)
    {
        var split = Resample.Apply(RealData.Load("ItalyPowerDemand"), resample);

        // 1,029 test cases: one case more or less is 1e-3, so this is equality of the counts.
        Assert.Equal(expected, NearestNeighbour.Accuracy(split, NearestNeighbour.Dtw), 1e-10);
    }

    private static TrainTestSplit Small()
    {
        TimeSeriesDataset Part(int from, params string[] labels) =>
            new(
                "Small",
                [
                    .. labels.Select(
                        (l, i) =>
                            new TimeSeriesCase(
                                [
                                    [from + i],
                                ],
                                l
                            )
                    ),
                ]
            );
        return new TrainTestSplit(Part(0, "b", "a", "a", "b", "a"), Part(5, "a", "b", "b", "a", "a", "b", "b"));
    }

    private static IEnumerable<float> Firsts(TimeSeriesDataset data) => data.Cases.Select(c => c.Channels[0][0]);

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
