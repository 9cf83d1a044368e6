using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// Recordings of a three-axis accelerometer on a belt: 4 s at 25 Hz in g, as a sensor of ±8 g with steps of 4 mg gives
/// them, worn anywhere around the waist and not quite upright. Classes: fall, rest, run, walk (<see cref="BodyMotion"/>).
/// Every case is another person.
/// </summary>
internal static class SyntheticMotion
{
    private const int TrainCases = 200;
    private const int TestCases = 400;
    private const double Range = 8;
    private const double StepsPerG = 250;

    private static readonly string[] Classes = ["fall", "rest", "run", "walk"];

    public static SeriesGenerator Generator { get; } =
        new(
            "SyntheticMotion",
            "200 train, 400 test, 3 channels, length 100, 4 classes of accelerometer recordings: fall, rest, run, walk",
            "S. Živanović, A. Pavic, P. Reynolds, Vibration serviceability of footbridges under human-induced excitation: a literature review, Journal of Sound and Vibration 279, 2005 (forces of walking and running)",
            (name, seed) =>
                new TrainTestSplit(Part(name, seed, "TRAIN", TrainCases), Part(name, seed, "TEST", TestCases))
        );

    private static TimeSeriesDataset Part(string name, int seed, string part, int count)
    {
        var random = new SeededRandom((ulong)seed, $"{name}/{part}");
        var cases = Enumerable.Range(0, count).Select(i => Recording(random, Classes[i % Classes.Length]));
        return new TimeSeriesDataset(name, [.. cases], Classes);
    }

    private static TimeSeriesCase Recording(SeededRandom random, string label)
    {
        var motion = label switch
        {
            "fall" => BodyMotion.Fall(random),
            "rest" => BodyMotion.Rest(random),
            "run" => BodyMotion.Run(random),
            _ => BodyMotion.Walk(random),
        };
        var heading = SeriesGenerator.Uniform(random, 0, 2 * Math.PI);
        var toward = SeriesGenerator.Uniform(random, 0, 2 * Math.PI);
        var noise = SeriesGenerator.Uniform(random, 0.005, 0.03);
        double[] offset = [0.03 * random.NextGaussian(), 0.03 * random.NextGaussian(), 0.03 * random.NextGaussian()];
        var channels = new float[3][];
        for (var c = 0; c < 3; c++)
        {
            channels[c] = new float[BodyMotion.Length];
        }

        for (var t = 0; t < BodyMotion.Length; t++)
        {
            var (x, y, z) = Turn(motion.Forward[t], motion.Side[t], motion.Up[t], heading, toward, motion.Tilt[t]);
            double[] measured = [x, y, z];
            for (var c = 0; c < 3; c++)
            {
                channels[c][t] = Convert(measured[c] + offset[c] + (noise * random.NextGaussian()));
            }
        }

        return new TimeSeriesCase(channels, label);
    }

    /// <summary>
    /// The body's axes as the sensor sees them: the belt's place turns the horizontal ones by a heading, then all are
    /// tilted about the horizontal axis of direction <paramref name="toward"/> (Rodrigues' formula).
    /// </summary>
    private static (double X, double Y, double Z) Turn(
        double forward,
        double side,
        double up,
        double heading,
        double toward,
        double tilt
    )
    {
        var (x, y) = (
            (forward * Math.Cos(heading)) - (side * Math.Sin(heading)),
            (forward * Math.Sin(heading)) + (side * Math.Cos(heading))
        );
        var (kx, ky) = (Math.Cos(toward), Math.Sin(toward));
        var (cos, sin) = (Math.Cos(tilt), Math.Sin(tilt));
        var along = ((kx * x) + (ky * y)) * (1 - cos);
        return (
            (x * cos) + (ky * up * sin) + (kx * along),
            (y * cos) - (kx * up * sin) + (ky * along),
            (up * cos) + (((kx * y) - (ky * x)) * sin)
        );
    }

    /// <summary>Range and steps of the converter; a last bit that differs between machines is lost.</summary>
    private static float Convert(double value) =>
        (float)(Math.Round(Math.Clamp(value, -Range, Range) * StepsPerG) / StepsPerG);
}
