using MemKD.Engine.Random;

namespace MemKD.Series;

/// <summary>
/// Single heartbeats cut out of simulated electrocardiograms (<see cref="EcgModel"/>), 140 samples at 125 Hz around the
/// R wave, in millivolt, not normalised. Classes, with the letters of the usual beat annotation: A atrial premature
/// (early, the P wave inverted), L left bundle branch block (broad notched QRS without Q, T inverted), N normal,
/// V premature ventricular (early, no P, broad high QRS, T inverted). TRAIN and TEST are different patients; each patient
/// has a heart rate, wave shapes, gain and noise of their own, each beat a little variation.
/// </summary>
internal static class SyntheticEcg
{
    private const int Length = 140;
    private const int PeakAt = 56;
    private const int Jitter = 5;
    private const int BeatsPerClass = 5;
    private const double Lead = 1.6;
    private const double LeadWithoutP = 0.7;

    public static SeriesGenerator Generator { get; } =
        new(
            "SyntheticEcg",
            "500 train, 1500 test, length 140, 4 classes of heartbeats (A, L, N, V) from a dynamical model, patients apart",
            "P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, A dynamical model for generating synthetic electrocardiogram signals, IEEE Transactions on Biomedical Engineering 50(3), 2003",
            (name, seed) =>
                new TrainTestSplit(
                    Part(name, new SeededRandom((ulong)seed, $"{name}/TRAIN"), 25),
                    Part(name, new SeededRandom((ulong)seed, $"{name}/TEST"), 75)
                )
        );

    // P, Q, R, S, T. Angles and widths of the normal beat: McSharry et al. 2003, Table I; heights: aᵢbᵢ² of that table
    // with R = 1 mV.
    private static readonly EcgWave[] Normal =
    [
        new(-Math.PI / 3, 0.25, 0.25),
        new(-Math.PI / 12, -0.167, 0.1),
        new(0, 1, 0.1),
        new(Math.PI / 12, -0.25, 0.1),
        new(Math.PI / 2, 0.4, 0.4),
    ];

    private static readonly EcgWave[] AtrialPremature = [new(-1.0, -0.1, 0.18), .. Normal[1..]];

    // Neither P nor Q.
    private static readonly EcgWave[] VentricularPremature =
    [
        new(0, 1.3, 0.24),
        new(0.65, -0.45, 0.22),
        new(1.9, -0.45, 0.42),
    ];

    // Two humps in place of Q and R.
    private static readonly EcgWave[] BundleBranchBlock =
    [
        Normal[0],
        new(-0.12, 0.65, 0.15),
        new(0.25, 0.75, 0.17),
        new(1.7, -0.35, 0.42),
    ];

    private static TimeSeriesDataset Part(string name, SeededRandom random, int patients)
    {
        var cases = new List<TimeSeriesCase>();
        for (var p = 0; p < patients; p++)
        {
            AddPatient(cases, random, SinusRhythm(random));
            AddPatient(cases, random, BlockRhythm());
        }

        var order = Enumerable.Range(0, cases.Count).ToArray();
        random.Shuffle(order);
        return new TimeSeriesDataset(name, [.. order.Select(i => cases[i])], ["A", "L", "N", "V"]);
    }

    /// <summary>Kinds of beats in order; capital letters are cut out, small ones lie between.</summary>
    private static string SinusRhythm(SeededRandom random) =>
        "nn"
        + string.Concat(Enumerable.Range(0, BeatsPerClass).Select(_ => random.NextInt(2) == 0 ? "nNnVnnA" : "nNnAnnV"))
        + "nn";

    private static string BlockRhythm() => "ll" + string.Concat(Enumerable.Repeat("Ll", BeatsPerClass)) + "l";

    private static void AddPatient(List<TimeSeriesCase> cases, SeededRandom random, string rhythm)
    {
        var rate = Math.Clamp(70 + (8 * random.NextGaussian()), 50, 95);
        var gain = Math.Exp(0.15 * random.NextGaussian());
        var noise = SeriesGenerator.Uniform(random, 0.03, 0.1);
        var breath = SeriesGenerator.Uniform(random, 0, 2 * Math.PI);
        var intervals = new EcgRhythm(random, 60 / rate, 0.05 * 60 / rate);
        var shapes = "nval".ToDictionary(kind => kind, kind => Vary(random, AtRate(Shape(kind), rate), gain, 0.3));

        var beats = new List<EcgBeat>();
        var time = 0.0;
        var lastFactor = 1.0;
        for (var i = 0; i < rhythm.Length; i++)
        {
            var kind = char.ToLowerInvariant(rhythm[i]);
            var before = i == 0 ? 'n' : char.ToLowerInvariant(rhythm[i - 1]);
            // A premature ventricular beat is followed by a full compensatory pause, an atrial one by a short one.
            var factor = (before, kind) switch
            {
                (_, 'v') => SeriesGenerator.Uniform(random, 0.62, 0.8),
                (_, 'a') => SeriesGenerator.Uniform(random, 0.76, 0.92),
                ('v', _) => 2 - lastFactor,
                ('a', _) => 1.1,
                _ => 1.0,
            };
            lastFactor = factor;
            var interval = factor * intervals.IntervalAt(time);
            time += interval;
            beats.Add(
                new EcgBeat(
                    (int)Math.Round(interval * EcgModel.SamplingRate),
                    kind == 'v' ? LeadWithoutP : Lead,
                    Vary(random, shapes[kind], 1, 0.06)
                )
            );
        }

        var (samples, peaks) = EcgModel.Simulate(
            beats,
            60 / rate,
            t => 0.3 * Math.Sin((2 * Math.PI * EcgRhythm.Respiration * t) + breath)
        );
        for (var i = 0; i < rhythm.Length; i++)
        {
            if (char.IsUpper(rhythm[i]))
            {
                var from = peaks[i] - PeakAt + SeriesGenerator.Whole(random, -Jitter, Jitter);
                // Rounded to microvolt, as a converter does; a last bit that differs between machines is lost.
                cases.Add(
                    new TimeSeriesCase(
                        [
                            [
                                .. samples[from..(from + Length)]
                                    .Select(z => (float)Math.Round(z + (noise * random.NextGaussian()), 3)),
                            ],
                        ],
                        rhythm[i].ToString()
                    )
                );
            }
        }
    }

    private static EcgWave[] Shape(char kind) =>
        kind switch
        {
            'n' => Normal,
            'a' => AtrialPremature,
            'v' => VentricularPremature,
            _ => BundleBranchBlock,
        };

    /// <summary>
    /// The waves at a heart rate: widths, and the angles of the QRS, grow with √(rate/60) and the angles of P and T
    /// with its root, so that times shrink by less than the interval does (Bazett's rule, as in the authors' program).
    /// </summary>
    private static EcgWave[] AtRate(EcgWave[] waves, double rate)
    {
        var factor = Math.Sqrt(rate / 60);
        return
        [
            .. waves.Select(w =>
                w with
                {
                    Width = w.Width * factor,
                    Angle = w.Angle * (Math.Abs(w.Angle) < 0.8 ? factor : Math.Sqrt(factor)),
                }
            ),
        ];
    }

    /// <summary>Random changes: heights by the given part, widths and angles by less; all heights by the gain.</summary>
    private static EcgWave[] Vary(SeededRandom random, EcgWave[] waves, double gain, double part) =>
        [
            .. waves.Select(w => new EcgWave(
                w.Angle + (0.3 * part * w.Width * random.NextGaussian()),
                gain * w.Height * (1 + (part * random.NextGaussian())),
                w.Width * Math.Clamp(1 + (0.5 * part * random.NextGaussian()), 0.7, 1.3)
            )),
        ];
}
