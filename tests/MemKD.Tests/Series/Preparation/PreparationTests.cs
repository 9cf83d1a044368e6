using System.Text.Json;
using MemKD.Runtime;
using MemKD.Series;
using Prep = MemKD.Series.Preparation;

namespace MemKD.Tests.Series;

public class PreparationTests
{
    private const float NaN = float.NaN;

    [Theory]
    [InlineData("raw")]
    [InlineData("series-z")]
    [InlineData("train-channel-z")]
    public void Gaps_length_and_scaling_agree_with_numpy(string normalization)
    {
        using var vectors = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "preparation.json"))
        );
        var root = vectors.RootElement;
        var data = new TimeSeriesDataset(
            "Vectors",
            [
                .. root.GetProperty("input")
                    .EnumerateArray()
                    .Select(c => new TimeSeriesCase(
                        [
                            .. c.EnumerateArray()
                                .Select(x =>
                                    x.EnumerateArray()
                                        .Select(v => v.ValueKind == JsonValueKind.Null ? NaN : (float)v.GetDouble())
                                        .ToArray()
                                ),
                        ],
                        "a"
                    )),
            ]
        );
        var preparation = Prep.Fit(
            data,
            new PreparationOptions
            {
                Differences = false,
                Normalization = NormalizationText.Parse(normalization),
                MaxLength = root.GetProperty("limit").GetInt32(),
            }
        );
        var prepared = preparation.Apply(data);

        var expected = root.GetProperty(normalization).EnumerateArray().ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            var values = expected[i]
                .EnumerateArray()
                .SelectMany(c => c.EnumerateArray().Select(v => v.GetDouble()))
                .ToArray();
            Assert.Equal(values.Length, prepared.Values(i).Length);
            for (var t = 0; t < values.Length; t++)
            {
                // Raw values up to 50 are rounded to float32 twice (gap, length): 2 · 2⁻²⁴ · 50 = 6e-6;
                // scaled values carry the same error divided by a standard deviation above 0.5.
                Assert.Equal(values[t], prepared.Values(i)[t], 1.2e-5);
            }
        }

        if (preparation.Normalization == Normalization.TrainChannelZ)
        {
            for (var c = 0; c < 2; c++)
            {
                Assert.Equal(root.GetProperty("means")[c].GetDouble(), preparation.ChannelMeans[c], 1e-6);
                Assert.Equal(root.GetProperty("deviations")[c].GetDouble(), preparation.ChannelDeviations[c], 1e-6);
            }
        }
    }

    [Fact]
    public void Gaps_lie_on_straight_lines_and_the_ends_repeat_the_nearest_value()
    {
        var prepared = Apply(Raw, Case([NaN, 2, NaN, NaN, 8, NaN]));

        Assert.Equal([2, 2, 4, 6, 8, 8], prepared.Values(0));
    }

    [Theory]
    [InlineData(Normalization.Raw)]
    [InlineData(Normalization.SeriesZ)]
    [InlineData(Normalization.TrainChannelZ)]
    public void A_channel_with_no_known_value_is_zero_and_leaves_the_statistics_alone(Normalization normalization)
    {
        var data = Data(Case([NaN, NaN], [1, 3]), Case([10, 14], [1, 3]));
        var preparation = Prep.Fit(data, new PreparationOptions { Differences = false, Normalization = normalization });

        Assert.Equal([0, 0], preparation.Apply(data).Values(0)[..2]);
        if (normalization == Normalization.TrainChannelZ)
        {
            Assert.Equal([12.0, 2.0], preparation.ChannelMeans);
            Assert.Equal([2.0, 1.0], preparation.ChannelDeviations);
        }
    }

    [Fact]
    public void Long_series_are_interpolated_to_the_limit_and_short_ones_kept()
    {
        var prepared = Apply(Raw with { MaxLength = 3 }, Case([0, 1, 2, 3, 4]), Case([5, 7]));

        Assert.Equal([3, 2], prepared.Lengths);
        Assert.Equal([0, 2, 4], prepared.Values(0));
        Assert.Equal([5, 7], prepared.Values(1));
    }

    [Fact]
    public void Without_a_limit_lengths_stay()
    {
        var long1 = Enumerable.Range(0, 300).Select(t => (float)t).ToArray();

        Assert.Equal(long1, Apply(Raw with { MaxLength = null }, Case(long1)).Values(0));
    }

    [Fact]
    public void Channels_of_different_length_all_get_the_length_of_the_longest()
    {
        var prepared = Apply(Raw, Case([1, 2, 3, 4, 5], [10, 20, 30], [7], []));

        Assert.Equal(5, prepared.Lengths[0]);
        Assert.Equal([1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 7, 7, 7, 7, 7, 0, 0, 0, 0, 0], prepared.Values(0));
    }

    [Fact]
    public void One_time_point_and_none_are_prepared_too()
    {
        Assert.Equal(
            [0],
            Apply(new PreparationOptions { Differences = false, Normalization = Normalization.SeriesZ }, Case([5]))
                .Values(0)
        );
        Assert.Equal(
            [0],
            Apply(
                    Raw,
                    Case([
                        [],
                    ])
                )
                .Values(0)
        );
    }

    [Fact]
    public void A_constant_series_becomes_zeros()
    {
        var options = new PreparationOptions { Differences = false, Normalization = Normalization.SeriesZ };

        Assert.All(Apply(options, Case([0.3f, 0.3f, NaN, 0.3f])).Values(0).ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_channel_that_is_constant_in_train_is_zero_in_test()
    {
        var train = Data(Case([2, 2], [1, 3]));
        var preparation = Prep.Fit(
            train,
            new PreparationOptions { Differences = false, Normalization = Normalization.TrainChannelZ }
        );

        Assert.Equal([0, 0, 3, -2], preparation.Apply(Data(Case([5, 9], [5, 0]))).Values(0));
    }

    [Fact]
    public void Test_cases_change_nothing_that_is_fitted()
    {
        var train = Data(Case([0, 2]), Case([4, 6]));
        var preparation = Prep.Fit(
            train,
            new PreparationOptions { Differences = false, Normalization = Normalization.TrainChannelZ }
        );
        var before = preparation.ToJson();
        preparation.Apply(Data(Case([1000, -1000, 3])));

        Assert.Equal(before, preparation.ToJson());
        Assert.Equal(2, preparation.MaxLengthOfTrain);
        Assert.Equal(3.0, preparation.ChannelMeans[0]);
        Assert.Equal(Math.Sqrt(5), preparation.ChannelDeviations[0]);
    }

    [Fact]
    public void Auto_is_resolved_by_the_number_of_channels()
    {
        var options = new PreparationOptions();

        Assert.Equal(Normalization.SeriesZ, Prep.Fit(Data(Case([1, 2])), options).Normalization);
        Assert.Equal(Normalization.TrainChannelZ, Prep.Fit(Data(Case([1, 2], [3, 4])), options).Normalization);
    }

    [Fact]
    public void Input_arrays_are_left_as_they_were()
    {
        float[] values = [NaN, 1, 2];
        Apply(Raw, Case(values));

        Assert.True(float.IsNaN(values[0]));
    }

    [Fact]
    public void Json_carries_everything_that_is_fitted()
    {
        var data = Data(Case([1, 2, 4], [9, 7.5f, 7]), Case([0.1f, 2, 4], [3, 3, 3]));
        var preparation = Prep.Fit(data, new PreparationOptions { Differences = false, MaxLength = 2 });
        var json = preparation.ToJson();
        var again = Prep.FromJson(json);

        Assert.Contains("\"normalization\": \"train-channel-z\"", json, StringComparison.Ordinal);
        Assert.Equal(json, again.ToJson());
        Assert.Equal(preparation.Apply(data).Values(1).ToArray(), again.Apply(data).Values(1).ToArray());
    }

    /// <summary>What a user of windows has to collect; a case is as long as its longest channel.</summary>
    [Fact]
    public void Lengths_before_resampling_are_kept()
    {
        var train = Data(Case([1, 2, 4], [9]), Case([1, 2], [3, 3]), Case([1, 2, 3, 4, 5, 6, 7], [1, 2]));
        var preparation = Prep.Fit(train, new PreparationOptions { MaxLength = 3 });

        Assert.Equal(new RawLengths(2, 7), preparation.RawLengthsOfTrain);
        Assert.Equal(new RawLengths(2, 7), Prep.FromJson(preparation.ToJson()).RawLengthsOfTrain);
        Assert.Equal(3, preparation.MaxLengthOfTrain);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData( /*lang=json,strict*/
        """{"format":"memkd-preparation-2","normalization":"auto","channelCount":1,"maxLengthOfTrain":3,"channelMeans":[],"channelDeviations":[]}"""
    )]
    [InlineData( /*lang=json,strict*/
        """{"format":"memkd-preparation-2","normalization":"train-channel-z","channelCount":2,"maxLengthOfTrain":3,"channelMeans":[1],"channelDeviations":[1]}"""
    )]
    [InlineData( /*lang=json,strict*/
        """{"format":"memkd-preparation-2","normalization":"raw","channelCount":1,"maxLengthOfTrain":3}"""
    )]
    [InlineData( /*lang=json,strict*/
        """{"format":"memkd-preparation-2","normalization":"train-channel-z","channelCount":1,"maxLengthOfTrain":3,"channelMeans":[1],"channelDeviations":[-1]}"""
    )]
    [InlineData( /*lang=json,strict*/
        """{"format":"memkd-preparation-2","normalization":"raw","channelCount":1,"maxLengthOfTrain":3,"channelMeans":[],"channelDeviations":[],"rawLengthsOfTrain":{"shortest":9,"longest":8}}"""
    )]
    public void Broken_json_is_refused_in_one_line(string json)
    {
        var error = Assert.Throws<InputException>(() => Prep.FromJson(json));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Wrong_input_is_refused_in_words()
    {
        var preparation = Prep.Fit(Data(Case([1, 2])), Raw);

        Assert.Contains(
            "2 channels",
            Assert.Throws<InputException>(() => preparation.Apply(Data(Case([1, 2], [3, 4])))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "case 1, channel 1, time point 2 is infinite",
            Assert.Throws<InputException>(() => preparation.Apply(Data(Case([1, float.PositiveInfinity])))).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InputException>(() => Prep.Fit(Data(Case([1])), Raw with { MaxLength = 1 }));
        Assert.Throws<InputException>(() => NormalizationText.Parse("zscore"));
    }

    private static PreparationOptions Raw => new() { Normalization = Normalization.Raw, Differences = false };

    private static TimeSeriesCase Case(params float[][] channels) => new(channels, "a");

    private static TimeSeriesDataset Data(params TimeSeriesCase[] cases) => new("Small", cases);

    private static PreparedCases Apply(PreparationOptions options, params TimeSeriesCase[] cases) =>
        Prep.Fit(Data(cases), options).Apply(Data(cases));
}
