using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// What an accelerometer at a person's centre of mass measures (specific force, in g: 1 upward at rest, 0 in free
/// flight) and how far it is tilted. Walking and running: the force on the ground over the body's weight.
/// </summary>
internal sealed class BodyMotion
{
    /// <summary>Samples of a recording.</summary>
    public const int Length = 100;

    /// <summary>Samples a second.</summary>
    public const double Rate = 25;

    /// <summary>Along the way.</summary>
    public double[] Forward { get; } = new double[Length];

    /// <summary>To the left.</summary>
    public double[] Side { get; } = new double[Length];

    /// <summary>Against gravity.</summary>
    public double[] Up { get; } = [.. Enumerable.Repeat(1.0, Length)];

    /// <summary>Angle between the sensor's z and upward, in radians.</summary>
    public double[] Tilt { get; } = new double[Length];

    /// <summary>
    /// Standing, sitting or lying; a third changes posture within 0.6 to 2 s, and half of these drop into it with a bump.
    /// </summary>
    public static BodyMotion Rest(SeededRandom random)
    {
        var motion = new BodyMotion();
        var from = SeriesGenerator.Uniform(random, 0, 1.8);
        Array.Fill(motion.Tilt, from);
        if (random.NextInt(3) == 0)
        {
            var begin = SeriesGenerator.Uniform(random, 0.3, 1.8);
            var end = begin + SeriesGenerator.Uniform(random, 0.6, 2);
            motion.Lean(from, SeriesGenerator.Uniform(random, 0, 1.8), begin, end);
            if (random.NextInt(2) == 0)
            {
                motion.Bump(random, end, SeriesGenerator.Uniform(random, 0.3, 1.2));
            }
        }

        return motion;
    }

    /// <summary>
    /// Walking: vertical force 1 + Σ αᵢ sin(2πift + φᵢ), four harmonics of the pace f with the load factors of P. Young
    /// (2001) for the harmonic's frequency; f of mean 1.99 and deviation 0.173 Hz (Matsumoto and others, 1978).
    /// </summary>
    public static BodyMotion Walk(SeededRandom random)
    {
        var motion = new BodyMotion();
        motion.StandUpright(random);
        motion.AddSteps(random, 0, Length);
        return motion;
    }

    /// <summary>
    /// Running: half a sine of force while a foot is on the ground, flight in between, kₚ sin(πt/tₚ) with kₚ = πT/(2tₚ) so that
    /// its mean is the weight (Bachmann and Ammann, 1987); paces of 2.4 to 3.2 Hz, contact for 0.55 to 0.85 of a step.
    /// </summary>
    public static BodyMotion Run(SeededRandom random)
    {
        var motion = new BodyMotion();
        motion.StandUpright(random);
        var pace = SeriesGenerator.Uniform(random, 2.4, 3.2);
        var contact = SeriesGenerator.Uniform(random, 0.55, 0.85);
        var side = SeriesGenerator.Uniform(random, 0.05, 0.2);
        var forward = SeriesGenerator.Uniform(random, 0.1, 0.4);
        var peak = Math.PI / (2 * contact);
        var steps = SeriesGenerator.Uniform(random, 0, 2);
        for (var t = 0; t < Length; t++)
        {
            var part = steps - Math.Floor(steps);
            var force = part < contact ? Math.Sin(Math.PI * part / contact) : 0;
            motion.Up[t] = peak * force;
            motion.Side[t] = side * force * Math.Sin(Math.PI * steps);
            motion.Forward[t] = -forward * (part < contact ? Math.Sin(2 * Math.PI * part / contact) : 0);
            steps += Advance(random, pace);
        }

        return motion;
    }

    /// <summary>
    /// A fall out of standing or walking: for 0.3 to 0.6 s the support goes and the body tips over, an impact of 1.5 to 5 g
    /// above gravity, then lying still.
    /// </summary>
    public static BodyMotion Fall(SeededRandom random)
    {
        var motion = new BodyMotion();
        motion.StandUpright(random);
        var begin = SeriesGenerator.Uniform(random, 0.6, 2.2);
        var end = begin + SeriesGenerator.Uniform(random, 0.3, 0.6);
        var support = SeriesGenerator.Uniform(random, 0.1, 0.6);
        if (random.NextInt(2) == 0)
        {
            motion.AddSteps(random, 0, (int)(begin * Rate));
        }

        for (var t = (int)(begin * Rate); t < end * Rate; t++)
        {
            motion.Up[t] = 1 - ((1 - support) * Math.Sin(Math.PI / 2 * Done(t, begin, end)));
        }

        motion.Lean(motion.Tilt[0], SeriesGenerator.Uniform(random, 1, 1.8), begin, end);
        motion.Bump(random, end, SeriesGenerator.Uniform(random, 1.5, 5));
        return motion;
    }

    private static double Advance(SeededRandom random, double pace) =>
        pace / Rate * (1 + (0.05 * random.NextGaussian()));

    private static double Done(int t, double begin, double end) =>
        Math.Clamp(((t / Rate) - begin) / (end - begin), 0, 1);

    private void StandUpright(SeededRandom random) => Array.Fill(Tilt, 0.2 * random.NextGaussian());

    private void AddSteps(SeededRandom random, int from, int to)
    {
        var pace = Math.Clamp(1.99 + (0.173 * random.NextGaussian()), 1.4, 2.6);
        var vigour = SeriesGenerator.Uniform(random, 0.7, 1.1);
        double[] factor =
        [
            Math.Min(0.41 * (pace - 0.95), 0.56),
            0.069 + (0.0056 * 2 * pace),
            0.033 + (0.0064 * 3 * pace),
            0.013 + (0.0065 * 4 * pace),
        ];
        double[] phase = [.. factor.Select(_ => SeriesGenerator.Uniform(random, 0, 2 * Math.PI))];
        var side = SeriesGenerator.Uniform(random, 0.03, 0.15);
        var forward = SeriesGenerator.Uniform(random, 0.1, 0.25);
        var steps = SeriesGenerator.Uniform(random, 0, 2);
        for (var t = from; t < to; t++)
        {
            for (var i = 0; i < factor.Length; i++)
            {
                Up[t] += vigour * factor[i] * Math.Sin((2 * Math.PI * (i + 1) * steps) + phase[i]);
            }

            Side[t] += side * Math.Sin(Math.PI * steps);
            Forward[t] += forward * Math.Sin((2 * Math.PI * steps) + phase[1]);
            steps += Advance(random, pace);
        }
    }

    /// <summary>Turns from one tilt to another, smoothly at both ends.</summary>
    private void Lean(double from, double to, double begin, double end)
    {
        for (var t = 0; t < Length; t++)
        {
            Tilt[t] = from + ((to - from) * (1 - Math.Cos(Math.PI * Done(t, begin, end))) / 2);
        }
    }

    /// <summary>Half a sine of 0.1 to 0.25 s, upward and to a random side.</summary>
    private void Bump(SeededRandom random, double at, double height)
    {
        var width = SeriesGenerator.Uniform(random, 0.1, 0.25);
        var direction = SeriesGenerator.Uniform(random, 0, 2 * Math.PI);
        var share = SeriesGenerator.Uniform(random, 0, 0.7);
        for (var t = (int)Math.Ceiling(at * Rate); t < Math.Min((at + width) * Rate, Length); t++)
        {
            var force = height * Math.Sin(Math.PI * ((t / Rate) - at) / width);
            Up[t] += force;
            Forward[t] += share * force * Math.Cos(direction);
            Side[t] += share * force * Math.Sin(direction);
        }
    }
}
