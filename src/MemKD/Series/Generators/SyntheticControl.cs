using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// SyntheticControl (Alcock and Manolopoulos 1999): control charts y(t) = m + r(t)·s + pattern(t) for t = 0 … 59 (so the
/// phase of the archive's cyclic series), with
/// m = 30, s = 2 and r uniform on [−3, 3). Patterns by class: 1 none; 2 a·sin(2πt/T), a and T uniform on [10, 15);
/// 3 and 4 ±g·t, g uniform on [0.2, 0.5); 5 and 6 ±x from the time t₃ on, x uniform on [7.5, 20),
/// t₃ uniform on the middle third.
/// </summary>
internal static class SyntheticControl
{
    private const int Length = 60;

    public static SeriesGenerator Generator { get; } =
        new(
            "SyntheticControl",
            "300 train, 300 test, length 60, 6 classes of control charts: normal, cyclic, trend up or down, shift up or down",
            "R. J. Alcock, Y. Manolopoulos, Time-series similarity queries employing a feature-based approach, 7th Hellenic Conference on Informatics, 1999",
            (name, seed) => SeriesGenerator.Draw(name, seed, ["1", "2", "3", "4", "5", "6"], 300, 300, Series)
        );

    private static double[] Series(SeededRandom random, int kind)
    {
        var amplitude = SeriesGenerator.Uniform(random, 10, 15);
        var period = SeriesGenerator.Uniform(random, 10, 15);
        var gradient = SeriesGenerator.Uniform(random, 0.2, 0.5);
        var shift = SeriesGenerator.Uniform(random, 7.5, 20);
        var shiftTime = SeriesGenerator.Uniform(random, Length / 3.0, 2 * Length / 3.0);
        var values = new double[Length];
        for (var t = 0; t < Length; t++)
        {
            var pattern = kind switch
            {
                0 => 0,
                1 => amplitude * Math.Sin(2 * Math.PI * t / period),
                2 => gradient * t,
                3 => -gradient * t,
                4 => t >= shiftTime ? shift : 0,
                _ => t >= shiftTime ? -shift : 0,
            };
            values[t] = 30 + (2 * SeriesGenerator.Uniform(random, -3, 3)) + pattern;
        }

        return values;
    }
}
