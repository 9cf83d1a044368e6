using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Training;

/// <summary>
/// Random changes of a training series (Um et al. 2017; Le Guennec et al. 2016): all off at 0. Labels are kept.
/// Applied to prepared series, so amplitudes are in standard deviations.
/// </summary>
public sealed record Augmentation
{
    /// <summary>A little of everything: the default of teachers and students (docs/training.md).</summary>
    public static Augmentation Mild { get; } =
        new()
        {
            Jitter = 0.05,
            Scaling = 0.1,
            Slicing = 0.1,
            Warping = 0.2,
        };

    /// <summary>
    /// Standard deviation of Gaussian noise added to every value, for a series whose steps from one value to the next have a
    /// root mean square of 1; in proportion less for a smoother one, whose classes often differ by less than that noise.
    /// </summary>
    public double Jitter { get; init; }

    /// <summary>Standard deviation of a factor around 1, one a channel.</summary>
    public double Scaling { get; init; }

    /// <summary>
    /// Window slicing: a random window of at least (1 − this) of the length is stretched back to the whole length.
    /// </summary>
    public double Slicing { get; init; }

    /// <summary>
    /// Time warping: strength of a smooth random speed change; the warped time is monotone and keeps both ends.
    /// </summary>
    public double Warping { get; init; }

    /// <summary>Whether nothing is changed.</summary>
    public bool IsOff => Jitter <= 0 && Scaling <= 0 && Slicing <= 0 && Warping <= 0;

    /// <summary>Writes a changed copy of a case; its differences follow from the changed series.</summary>
    /// <param name="cases">Prepared cases.</param>
    /// <param name="index">The case.</param>
    /// <param name="random">The run's generator for augmentation.</param>
    /// <param name="destination">As long as the case's values.</param>
    public void Apply(PreparedCases cases, int index, SeededRandom random, Span<float> destination)
    {
        var source = cases.Values(index);
        var channels = cases.Differences == null ? cases.ChannelCount : cases.ChannelCount / 2;
        var own = channels * cases.Lengths[index];
        Apply(source[..own], channels, random, destination[..own]);
        cases.Differences?.Fill(destination);
    }

    /// <summary>Writes a changed copy of a series.</summary>
    /// <param name="source">[channel, timepoint].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="random">The run's generator for augmentation.</param>
    /// <param name="destination">As long as <paramref name="source"/>.</param>
    public void Apply(ReadOnlySpan<float> source, int channels, SeededRandom random, Span<float> destination)
    {
        var length = source.Length / channels;
        var share = 1 - (Slicing * random.NextDouble());
        var start = (1 - share) * random.NextDouble();
        var phase = 2 * Math.PI * random.NextDouble();
        var strength = Warping * ((2 * random.NextDouble()) - 1);
        for (var d = 0; d < channels; d++)
        {
            var from = source.Slice(d * length, length);
            var to = destination.Slice(d * length, length);
            var factor = (float)(1 + (Scaling * random.NextGaussian()));
            var noise = Jitter * Roughness(from);
            for (var t = 0; t < length; t++)
            {
                var x = length == 1 ? 0 : (double)t / (length - 1);
                x += strength / (2 * Math.PI) * (Math.Sin((2 * Math.PI * x) + phase) - Math.Sin(phase));
                var at = (start + (share * x)) * (length - 1);
                var low = Math.Clamp((int)at, 0, Math.Max(0, length - 2));
                var high = Math.Min(low + 1, length - 1);
                var value = from[low] + ((float)(at - low) * (from[high] - from[low]));
                to[t] = value * factor;
                if (Jitter > 0)
                {
                    to[t] += (float)(noise * random.NextGaussian());
                }
            }
        }
    }

    /// <summary>Root mean square of the steps, at most 1.</summary>
    private static double Roughness(ReadOnlySpan<float> series)
    {
        var squares = 0.0;
        for (var t = 1; t < series.Length; t++)
        {
            var d = (double)series[t] - series[t - 1];
            squares += d * d;
        }

        return Math.Min(1, Math.Sqrt(squares / Math.Max(1, series.Length - 1)));
    }
}
