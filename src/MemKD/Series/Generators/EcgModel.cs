namespace MemKD.Series;

/// <summary>One wave of a beat: a bump of the electrocardiogram.</summary>
/// <param name="Angle">Its place θᵢ on the cycle, in radians; the R wave is at 0.</param>
/// <param name="Height">Its height in millivolt when alone.</param>
/// <param name="Width">Its width bᵢ, in radians (standard deviation of a Gaussian).</param>
internal readonly record struct EcgWave(double Angle, double Height, double Width);

/// <summary>One beat of a rhythm.</summary>
/// <param name="Interval">Sampling periods from the R wave before to this one.</param>
/// <param name="Lead">Angle before R at which its first wave begins.</param>
/// <param name="Waves">Its waves.</param>
internal sealed record EcgBeat(int Interval, double Lead, EcgWave[] Waves);

/// <summary>
/// The dynamical model of McSharry, Clifford, Tarassenko and Smith (IEEE TBME 50(3), 2003), equations 1 to 3:
/// x' = αx − ωy, y' = αy + ωx, z' = −Σ aᵢ Δθᵢ exp(−Δθᵢ²/2bᵢ²) − (z − z₀), with α = 1 − √(x² + y²), θ the angle of (x, y),
/// Δθᵢ = θ − θᵢ modulo 2π and z₀ = A sin(2πft) the respiratory baseline; fourth-order Runge–Kutta, two steps a sample.
/// Two things are ours. aᵢ = height · ω / bᵢ², so that a wave has its height at every heart rate. And ω is constant
/// only from P to T; the rest of the cycle takes up the change of interval, so that a premature beat does not squeeze the
/// T wave before it.
/// </summary>
internal static class EcgModel
{
    /// <summary>Samples a second.</summary>
    public const int SamplingRate = 125;

    private const int StepsPerSample = 2;
    private const double Step = 1.0 / (SamplingRate * StepsPerSample);

    /// <summary>Angle behind R at which the T wave is over its peak and the changeable part of the cycle begins.</summary>
    private const double Trail = 2.6;

    /// <summary>Integrates a sequence of beats.</summary>
    /// <param name="beats">The beats; the first one's interval is not used.</param>
    /// <param name="meanInterval">The patient's mean interval, in seconds: it sets ω from P to T.</param>
    /// <param name="baseline">z₀ in millivolt as a function of the time in seconds.</param>
    /// <returns>The samples in millivolt, and the sample of each R wave.</returns>
    public static (double[] Samples, int[] Peaks) Simulate(
        IReadOnlyList<EcgBeat> beats,
        double meanInterval,
        Func<double, double> baseline
    )
    {
        var omega = 2 * Math.PI / meanInterval;
        var samples = new List<double>();
        var peaks = new int[beats.Count];
        var state = (X: -1.0, Y: 0.0, Z: 0.0);
        var done = 0;

        void Turn(EcgBeat beat, double angle, int steps)
        {
            var speed = angle / (steps * Step);
            for (var n = 0; n < steps; n++)
            {
                if (done % StepsPerSample == 0)
                {
                    samples.Add(state.Z);
                }

                state = RungeKutta(state, done * Step, speed, beat.Waves, baseline);
                done++;
            }
        }

        int StepsOf(double angle) => (int)Math.Round(angle / omega / Step);

        Turn(beats[0], Math.PI, StepsOf(Math.PI / StepsPerSample) * StepsPerSample);
        peaks[0] = done / StepsPerSample;
        for (var i = 1; i < beats.Count; i++)
        {
            var trail = StepsOf(Trail);
            var lead = StepsOf(beats[i].Lead);
            // An interval too short for P to T is made longer; R waves stay on samples.
            var wanted = (beats[i].Interval * StepsPerSample) - trail - lead;
            var gap = Math.Max(wanted, 4 + ((trail + lead) % StepsPerSample));
            var gapAngle = (2 * Math.PI) - Trail - beats[i].Lead;
            var half = gap / 2;
            Turn(beats[i - 1], Trail, trail);
            Turn(beats[i - 1], gapAngle * half / gap, half);
            Turn(beats[i], gapAngle * (gap - half) / gap, gap - half);
            Turn(beats[i], beats[i].Lead, lead);
            peaks[i] = done / StepsPerSample;
        }

        Turn(beats[^1], Trail, StepsOf(Trail));
        return ([.. samples], peaks);
    }

    private static (double X, double Y, double Z) RungeKutta(
        (double X, double Y, double Z) s,
        double time,
        double omega,
        EcgWave[] waves,
        Func<double, double> baseline
    )
    {
        (double X, double Y, double Z) Ahead((double X, double Y, double Z) d, double h) =>
            (s.X + (h * d.X), s.Y + (h * d.Y), s.Z + (h * d.Z));

        var k1 = Derivative(s, omega, waves, baseline(time));
        var middle = baseline(time + (Step / 2));
        var k2 = Derivative(Ahead(k1, Step / 2), omega, waves, middle);
        var k3 = Derivative(Ahead(k2, Step / 2), omega, waves, middle);
        var k4 = Derivative(Ahead(k3, Step), omega, waves, baseline(time + Step));
        return (
            s.X + (Step / 6 * (k1.X + (2 * k2.X) + (2 * k3.X) + k4.X)),
            s.Y + (Step / 6 * (k1.Y + (2 * k2.Y) + (2 * k3.Y) + k4.Y)),
            s.Z + (Step / 6 * (k1.Z + (2 * k2.Z) + (2 * k3.Z) + k4.Z))
        );
    }

    private static (double X, double Y, double Z) Derivative(
        (double X, double Y, double Z) s,
        double omega,
        EcgWave[] waves,
        double baseline
    )
    {
        var alpha = 1 - Math.Sqrt((s.X * s.X) + (s.Y * s.Y));
        var angle = Math.Atan2(s.Y, s.X);
        var slope = baseline - s.Z;
        foreach (var wave in waves)
        {
            var distance = angle - wave.Angle;
            distance -= distance > Math.PI ? 2 * Math.PI : 0;
            distance += distance < -Math.PI ? 2 * Math.PI : 0;
            var scaled = distance / wave.Width;
            slope -= wave.Height * omega / wave.Width * scaled * Math.Exp(-0.5 * scaled * scaled);
        }

        return ((alpha * s.X) - (omega * s.Y), (alpha * s.Y) + (omega * s.X), slope);
    }
}
