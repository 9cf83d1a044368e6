using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Series;

public class SyntheticEcgTests
{
    [Fact]
    public void A_lone_wave_has_its_height_its_width_and_its_place()
    {
        var beats = Beats([100, 100, 100, 100], new EcgWave(0, 1, 0.1));
        var (samples, peaks) = EcgModel.Simulate(beats, 0.8, _ => 0);
        var peak = peaks[2];

        Assert.Equal(peak, Enumerable.Range(peak - 20, 41).MaxBy(i => samples[i]));
        // The pull to the baseline makes the mean of z zero: all is lowered by the wave's mean, 0.1·√(2π)/(2π) = 0.040,
        // within what it does during the wave itself (1 s time constant, 0.03 s of rise: 0.02 from side to side).
        Assert.Equal(0.960, samples[peak], 0.01);
        // 0.1 rad of a 0.8 s turn are 1.59 samples: two samples aside, exp(-(2/1.59)²/2) = 0.454 − 0.040.
        Assert.Equal(0.414, samples[peak + 2], 0.02);
        Assert.Equal(0.414, samples[peak - 2], 0.02);
    }

    [Fact]
    public void Waves_stand_at_their_angles()
    {
        var beats = Beats([125, 125, 125], new EcgWave(Math.PI / 2, 0.4, 0.3));
        var (samples, peaks) = EcgModel.Simulate(beats, 1, _ => 0);

        // A quarter turn of 1 s behind R; the pull to the baseline moves the top of so broad a wave forward by
        // b²/ω² = 2 ms.
        var top = Enumerable.Range(peaks[1], 80).MaxBy(i => samples[i]);
        Assert.InRange(top - peaks[1], 30, 32);
    }

    [Fact]
    public void R_waves_come_at_the_given_intervals()
    {
        var (_, peaks) = EcgModel.Simulate(Beats([100, 101, 66, 138, 100], new EcgWave(0, 1, 0.1)), 0.8, _ => 0);

        Assert.Equal([101, 66, 138, 100], peaks.Zip(peaks[1..], (a, b) => b - a));
    }

    [Fact]
    public void The_baseline_follows_breathing_as_a_first_order_lag()
    {
        var (samples, _) = EcgModel.Simulate(
            Beats([.. Enumerable.Repeat(125, 40)], new EcgWave(0, 0, 0.1)),
            1,
            t => 0.15 * Math.Sin(2 * Math.PI * 0.25 * t)
        );

        // z' = -(z - z0): gain 1/sqrt(1 + (2π · 0.25)²) = 0.537 once the start has died away.
        Assert.Equal(0.15 * 0.537, samples[2000..].Max(), 1e-3);
    }

    [Fact]
    public void Intervals_have_the_given_mean_deviation_and_two_spectral_peaks()
    {
        var rhythm = new EcgRhythm(new SeededRandom(1), 0.85, 0.04);
        // The sum of cosines repeats after 256 s; one value a second sees all of it.
        var x = Enumerable.Range(0, 256).Select(t => rhythm.IntervalAt(t)).ToArray();
        double Power(double from, double to) =>
            Enumerable
                .Range(1, 127)
                .Where(k => k / 256.0 >= from && k / 256.0 < to)
                .Sum(k =>
                {
                    var re = x.Select((v, t) => v * Math.Cos(2 * Math.PI * k * t / 256)).Sum();
                    var im = x.Select((v, t) => v * Math.Sin(2 * Math.PI * k * t / 256)).Sum();
                    return (re * re) + (im * im);
                });

        Assert.Equal(0.85, x.Average(), 1e-9);
        Assert.Equal(0.04, Math.Sqrt(x.Average(v => (v - x.Average()) * (v - x.Average()))), 1e-6);
        // Both peaks are sampled at 1/256 Hz, 2.6 points a width: the ratio 0.5 holds to 1 %.
        Assert.Equal(0.5, Power(0.05, 0.15) / Power(0.2, 0.3), 0.005);
        Assert.True(Power(0.15, 0.2) < 1e-3 * Power(0.2, 0.3));
    }

    [Fact]
    public void Beats_look_like_their_class()
    {
        var train = Generators.Find("SyntheticEcg")!.Generate().Train;
        double Mean(string label, int from, int to) =>
            train
                .Cases.Where(c => string.Equals(c.Label, label, StringComparison.Ordinal))
                .Average(c => c.Channels[0][from..to].Average());

        // R at sample 56 ± 5. P about 20 samples before, T about 28 behind.
        Assert.True(Mean("N", 30, 44) - Mean("A", 30, 44) > 0.1, "the early P wave is inverted");
        Assert.True(Mean("N", 30, 44) - Mean("V", 30, 44) > 0.1, "no P wave");
        Assert.True(Mean("N", 76, 92) > 0.1, "T stands up");
        Assert.True(Mean("V", 76, 100) < -0.2, "T is inverted");
        Assert.True(Mean("L", 76, 96) < -0.1, "T is inverted");
        Assert.True(Mean("V", 46, 66) > 2 * Mean("N", 46, 66), "the QRS is broad");
        Assert.True(Mean("L", 46, 66) > 2 * Mean("N", 46, 66), "the QRS is broad");
    }

    [Fact]
    public void Patients_of_test_are_recognised_well_but_not_perfectly()
    {
        var split = Generators.Find("SyntheticEcg")!.Generate();
        var preparation = MemKD.Series.Preparation.Fit(
            split.Train,
            new PreparationOptions { MaxLength = null, Differences = false }
        );
        TimeSeriesDataset Scaled(TimeSeriesDataset data)
        {
            var prepared = preparation.Apply(data);
            return new(
                data.Name,
                [.. data.Cases.Select((c, i) => new TimeSeriesCase([prepared.Values(i).ToArray()], c.Label))],
                data.Classes
            );
        }

        // A benchmark that separates methods is neither solved by the simplest one nor hopeless.
        Assert.InRange(
            NearestNeighbour.Accuracy(
                new TrainTestSplit(Scaled(split.Train), Scaled(split.Test)),
                NearestNeighbour.Euclid
            ),
            0.9,
            0.98
        );
    }

    private static EcgBeat[] Beats(int[] intervals, params EcgWave[] waves) =>
        [.. intervals.Select(i => new EcgBeat(i, 0.7, waves))];
}
