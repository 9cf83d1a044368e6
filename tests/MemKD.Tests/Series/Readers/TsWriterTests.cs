using MemKD.Engine.Random;
using MemKD.Series;
using static MemKD.Tests.Series.Readers.InMemory;

namespace MemKD.Tests.Series.Readers;

public sealed class TsWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("memkd").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private TimeSeriesDataset RoundTrip(TimeSeriesDataset data, string file = "Toy_TRAIN.ts")
    {
        var path = Path.Combine(folder, file);
        SeriesFile.Write(data, path);
        return SeriesFile.Read(path);
    }

    [Fact]
    public void The_text_is_the_archives_form()
    {
        var data = new TimeSeriesDataset(
            "Toy",
            [
                new(
                    [
                        [1f, float.NaN],
                        [0.1f, -2e9f],
                    ],
                    "up"
                ),
            ]
        );
        var path = Path.Combine(folder, "Toy_TEST.ts");
        SeriesFile.Write(data, path);
        Assert.Equal(
            "@problemName Toy\n@timeStamps false\n@missing true\n@univariate false\n@dimensions 2\n@equalLength true\n"
                + "@seriesLength 2\n@classLabel true up\n@data\n1,?:0.1,-2E+09:up\n",
            File.ReadAllText(path)
        );
    }

    [Theory]
    [InlineData("Toy_TRAIN.ts")]
    [InlineData("Toy_TRAIN.ts.gz")]
    public void Every_float32_comes_back_bit_for_bit(string file)
    {
        var random = new SeededRandom(7);
        var cases = new List<TimeSeriesCase>();
        for (var i = 0; i < 200; i++)
        {
            var channels = new float[3][];
            for (var c = 0; c < 3; c++)
            {
                channels[c] = new float[1 + random.NextInt(40)];
                for (var t = 0; t < channels[c].Length; t++)
                {
                    var value = BitConverter.UInt32BitsToSingle((uint)random.NextUInt64());
                    channels[c][t] = float.IsFinite(value) ? value : float.NaN;
                }
            }

            cases.Add(new(channels, i % 2 == 0 ? "Up" : "up"));
        }

        var back = RoundTrip(new TimeSeriesDataset("Toy", cases), file);
        Assert.All(back.Cases.Zip(cases), p => Assert.Equal(p.Second.Label, p.First.Label));
        Assert.Equal(cases.SelectMany(Bits), back.Cases.SelectMany(Bits));
        Assert.Equal(
            cases.SelectMany(c => c.Channels).Select(c => c.Length),
            back.Cases.SelectMany(c => c.Channels).Select(c => c.Length)
        );
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("a:b")]
    [InlineData("")]
    [InlineData("a\tb")]
    public void A_label_that_the_format_cannot_hold_is_refused_and_nothing_is_left(string label)
    {
        var data = new TimeSeriesDataset(
            "Toy",
            [
                new(
                    [
                        [1f],
                    ],
                    label
                ),
            ]
        );
        var error = Assert.Throws<InputException>(() => RoundTrip(data));
        Assert.Contains("cannot stand in a .ts file", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Values_and_places_that_cannot_be_written_are_refused()
    {
        TimeSeriesDataset With(float[] channel) => new("Toy", [new([channel], "a")]);
        Assert.Throws<InputException>(() => RoundTrip(With([])));
        Assert.Throws<InputException>(() => RoundTrip(With([float.PositiveInfinity])));
        Assert.Throws<InputException>(() => RoundTrip(With([1f]), "x.tsv"));
        Assert.Throws<InputException>(() => RoundTrip(With([1f]), "none/x.ts"));
        Assert.Equal("a=1", Show(RoundTrip(With([1f]))));
    }

    /// <summary>The bits of every value; all NaN count as one.</summary>
    private static IEnumerable<int> Bits(TimeSeriesCase read) =>
        read.Channels.SelectMany(c => c).Select(v => float.IsNaN(v) ? -1 : BitConverter.SingleToInt32Bits(v));
}
