using MemKD.Series;

namespace MemKD.Tests.Series.Readers;

public sealed class CsvLongWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("memkd").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_row_is_a_reading_and_samples_stand_together()
    {
        var path = Write(Toy("up"), "Toy_TEST.csv");

        Assert.Equal(
            "case_id,dim_id,reading_id,value,label\n0,0,0,1,up\n0,1,0,0.1,up\n0,0,1,,up\n0,1,1,-2E+09,up\n0,1,2,3,up\n",
            File.ReadAllText(path)
        );
    }

    [Theory]
    [InlineData("Toy_TRAIN.csv")]
    [InlineData("Toy_TRAIN.csv.gz")]
    public void A_set_comes_back_bit_for_bit(string file)
    {
        var data = Generators.Find("SyntheticMotion")!.Generate(4).Train;

        var back = SeriesFile.Read(Write(data, file));

        Assert.Equal(data.Classes, back.Classes);
        Assert.Equal(data.Cases.Select(c => c.Label), back.Cases.Select(c => c.Label));
        Assert.Equal(data.Cases.SelectMany(c => c.Channels), back.Cases.SelectMany(c => c.Channels));
    }

    [Fact]
    public void Missing_values_and_unequal_channels_come_back() =>
        Assert.Equal(
            Toy("two words").Cases[0].Channels,
            SeriesFile.Read(Write(Toy("two words"), "Toy_TRAIN.csv")).Cases[0].Channels
        );

    [Theory]
    [InlineData("a,b")]
    [InlineData("a\"b")]
    [InlineData("1.0")]
    [InlineData(" a")]
    [InlineData("")]
    public void A_label_that_would_come_back_otherwise_is_refused_and_nothing_is_left(string label)
    {
        var error = Assert.Throws<InputException>(() => Write(Toy(label), "Toy_TRAIN.csv"));

        Assert.Contains("cannot stand in a .csv file", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Values_that_cannot_be_written_are_refused()
    {
        foreach (
            var channel in (float[][])
                [
                    [],
                    [float.NegativeInfinity],
                ]
        )
        {
            Assert.Throws<InputException>(() => Write(new TimeSeriesDataset("Toy", [new([channel], "a")]), "x.csv"));
        }
    }

    private static TimeSeriesDataset Toy(string label) =>
        new(
            "Toy",
            [
                new(
                    [
                        [1f, float.NaN],
                        [0.1f, -2e9f, 3f],
                    ],
                    label
                ),
            ]
        );

    private string Write(TimeSeriesDataset data, string file)
    {
        var path = Path.Combine(folder, file);
        SeriesFile.Write(data, path);
        return path;
    }
}
