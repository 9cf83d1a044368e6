using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// Time between beats with the two peaks of heart-rate variability (McSharry et al. 2003, equation 6): a power spectrum
/// of two Gaussians, 0.1 Hz (blood pressure) and 0.25 Hz (breathing), both 0.01 Hz wide, power ratio LF/HF 0.5. The
/// inverse Fourier transform with random phases is evaluated as its sum of cosines, at the times of the beats.
/// </summary>
internal sealed class EcgRhythm
{
    /// <summary>Breathing frequency, Hz: the upper peak, and the wander of the baseline.</summary>
    public const double Respiration = 0.25;

    private const double Resolution = 1.0 / 256;
    private readonly double mean;
    private readonly double[] amplitudes = new double[128];
    private readonly double[] phases = new double[128];

    /// <summary>Draws a rhythm.</summary>
    /// <param name="random">Gives the phases.</param>
    /// <param name="mean">Mean interval in seconds.</param>
    /// <param name="deviation">Standard deviation of the interval in seconds.</param>
    public EcgRhythm(SeededRandom random, double mean, double deviation)
    {
        this.mean = mean;
        static double Peak(double f, double centre) => Math.Exp(-(f - centre) * (f - centre) / (2 * 0.01 * 0.01));

        var power = 0.0;
        for (var k = 0; k < amplitudes.Length; k++)
        {
            var f = (k + 1) * Resolution;
            var density = (0.5 * Peak(f, 0.1)) + Peak(f, Respiration);
            amplitudes[k] = Math.Sqrt(density);
            phases[k] = SeriesGenerator.Uniform(random, 0, 2 * Math.PI);
            power += density / 2;
        }

        var scale = deviation / Math.Sqrt(power);
        for (var k = 0; k < amplitudes.Length; k++)
        {
            amplitudes[k] *= scale;
        }
    }

    /// <summary>The interval in seconds at a time in seconds.</summary>
    public double IntervalAt(double time)
    {
        var interval = mean;
        for (var k = 0; k < amplitudes.Length; k++)
        {
            interval += amplitudes[k] * Math.Cos((2 * Math.PI * (k + 1) * Resolution * time) + phases[k]);
        }

        return interval;
    }
}
