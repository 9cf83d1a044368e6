using System.Text.Json.Nodes;
using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Training;
using Prep = MemKD.Series.Preparation;

namespace MemKD.Tests.Series;

public class DifferencesTests
{
    private static readonly PreparationOptions Raw = new() { Normalization = Normalization.Raw };

    [Fact]
    public void Differences_follow_the_channels_in_units_of_their_root_mean_square_over_train()
    {
        // Channel 1 changes by 3, 4 | 0: rms √(25/3); channel 2 by 2, 0 | −2: rms √(8/3).
        var train = Data(
            [
                [1, 4, 8],
                [0, 2, 2],
            ],
            [
                [5, 5],
                [1, -1],
            ]
        );
        var preparation = Prep.Fit(train, Raw);
        var (s1, s2) = (Math.Sqrt(25.0 / 3), Math.Sqrt(8.0 / 3));

        Assert.Equal((2, 4), (preparation.ChannelCount, preparation.InputSize));
        Assert.Equal([s1, s2], preparation.Differences!.Scales.Select(s => s), (a, b) => Math.Abs(a - b) < 1e-12);
        float[] expected = [1, 4, 8, 0, 2, 2, 0, (float)(3 / s1), (float)(4 / s1), 0, (float)(2 / s2), 0];
        Assert.Equal(expected, preparation.Apply(train).Values(0).ToArray());

        var other = preparation.Apply(
            Data([
                [0, 1],
                [0, 100],
            ])
        );
        Assert.Equal([0, 1, 0, 100, 0, (float)(1 / s1), 0, (float)(100 / s2)], other.Values(0).ToArray());
    }

    [Fact]
    public void They_are_those_of_the_normalised_series_and_come_back_from_json()
    {
        var train = Data(
            [
                [1, 4, 8, 2],
            ],
            [
                [5, 9],
            ]
        );
        var plain = Prep.Fit(train, new PreparationOptions { Differences = false });
        var preparation = Prep.Fit(train, new PreparationOptions());
        var z = plain.Apply(train).Values(0);
        var prepared = preparation.Apply(train).Values(0);

        Assert.Null(plain.Differences);
        Assert.Equal(z.ToArray(), prepared[..4].ToArray());
        var scale = preparation.Differences!.Scales[0];
        Assert.Equal((z[2] - z[1]) / scale, prepared[6], 1e-6);
        var again = Prep.FromJson(preparation.ToJson());
        Assert.Equal(prepared.ToArray(), again.Apply(train).Values(0).ToArray());
    }

    [Fact]
    public void A_channel_that_never_changes_and_series_of_one_time_point_have_differences_of_0()
    {
        Assert.Equal(
            [7, 7, 0, 0],
            Prep.Fit(
                    Data([
                        [7, 7],
                    ]),
                    Raw
                )
                .Apply(
                    Data([
                        [7, 7],
                    ])
                )
                .Values(0)
                .ToArray()
        );
        Assert.Equal(
            [7, 9, 0, 0],
            Prep.Fit(
                    Data([
                        [7, 7],
                    ]),
                    Raw
                )
                .Apply(
                    Data([
                        [7, 9],
                    ])
                )
                .Values(0)
                .ToArray()
        );
        Assert.Equal(
            [7, 0],
            Prep.Fit(
                    Data([
                        [7],
                    ]),
                    Raw
                )
                .Apply(
                    Data([
                        [7],
                    ])
                )
                .Values(0)
                .ToArray()
        );
    }

    [Fact]
    public void A_changed_copy_has_the_differences_of_the_changed_series()
    {
        var cases = Prep.Fit(
                Data([
                    [1, 4, 8, 2, 7, 7],
                ]),
                Raw
            )
            .Apply(
                Data([
                    [1, 4, 8, 2, 7, 7],
                ])
            );
        var augmentation = new Augmentation
        {
            Jitter = 0.1,
            Scaling = 0.2,
            Slicing = 0.3,
            Warping = 0.5,
        };
        var copy = new float[12];
        augmentation.Apply(cases, 0, new SeededRandom(3), copy);

        Assert.NotEqual(cases.Values(0)[..6].ToArray(), copy[..6]);
        for (var t = 1; t < 6; t++)
        {
            Assert.Equal((copy[t] - copy[t - 1]) / cases.Differences!.Scales[0], copy[6 + t], 1e-6);
        }

        var pool = AugmentedPool.Of(cases, augmentation, 2, seed: 1).Values(2);
        Assert.Equal((pool[3] - pool[2]) / cases.Differences!.Scales[0], pool[9], 1e-6);
    }

    [Theory]
    [InlineData("[1,2]")]
    [InlineData("[]")]
    [InlineData("[-1]")]
    public void Scales_that_cannot_be_are_refused(string scales)
    {
        var json = JsonNode.Parse(
            Prep.Fit(
                    Data([
                        [1, 2],
                    ]),
                    Raw
                )
                .ToJson()
        )!;
        Assert.NotNull(json["differenceScales"]);
        json["differenceScales"] = JsonNode.Parse(scales);

        Assert.Throws<InputException>(() => Prep.FromJson(json.ToJsonString()));
    }

    private static TimeSeriesDataset Data(params float[][][] cases) =>
        new("Test", [.. cases.Select(c => new TimeSeriesCase(c, "a"))]);
}
