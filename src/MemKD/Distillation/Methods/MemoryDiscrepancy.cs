namespace MemKD.Distillation.Methods;

// Memory-discrepancy distillation (MemKD).
// Source    Udayangani, Nandakishor, Palaniswami, "MemKD: Memory-Discrepancy Knowledge Distillation for Efficient Time
//           Series Classification", ICASSP 2025, arXiv 2601.04264. Equations M1-M5: docs/methods/memkd.md.
// M1        r(t,z) = ‖h(t+z) − h(t)‖ / max(‖h(t)‖, ε)                       teacher and student, one number each
// M2, M3    L(P) = mean over cases, mean over the case's pairs (a,b) of SmoothL1(r_S − r_T)
// M4        L_mem = w_s·L(P₁) + w_l·L(P_z):  P₁ all consecutive pairs, P_z pairs drawn anew for every mini-batch
// Gradient  d = h(b) − h(a), n = ‖d‖, m = max(‖h(a)‖, ε), u = r_S − r_T, g = clamp(u, −1, 1):
//           ∂/∂h(b) = g·d/(n·m);  ∂/∂h(a) = −g·d/(n·m) − g·n·h(a)/m³ (last term absent where ε is in force); d/n = 0 at n = 0
// Ends      A case's pairs are those inside its own length.
// Variants  z: P₁ holds the pairs (t, t+z).  reach: P_z holds pairs of at most so many steps.  layers=all: the sum of L_mem
//           against each layer of the teacher, the pairs shared.  Schedules, p = share of the budget done:
//           curriculum  p < 0.2: w_s·L(P₁);  p < 0.3: w_s·L(P₂), pairs (t, t+2);  then w_l·L(P_z)
//           dynamic     a = σ((0.2 − p)/0.08), b = σ((p − 0.4)/0.08): (w_s·b·L(P₁) + w_l·a·L(P_z))/(a + b);  p ≥ 0.6: w_s·L(P₁)
// Kernel    DiscrepancyPairs.cs: M1 to M3 and the gradient over given pairs.

/// <summary>
/// MemKD: the student's relative memory change r follows the teacher's, over one step (short term) and over random
/// sub-sequences (long term). Udayangani et al. 2025, arXiv 2601.04264, Eqs. 3 to 7.
/// </summary>
public sealed class MemoryDiscrepancy : IDistillationMethod
{
    private readonly Options options;
    private readonly DiscrepancyPairs kernel;
    private (int Start, int End)[] shortPairs = [];
    private (int Start, int End)[] longPairs = [];

    /// <summary>Creates the method.</summary>
    /// <param name="options">Its parameters.</param>
    public MemoryDiscrepancy(Options options)
    {
        this.options = options;
        kernel = new DiscrepancyPairs(options.Epsilon);
    }

    /// <summary>The row of the method table.</summary>
    public static DistillationMethodRow Row { get; } =
        new()
        {
            Id = "memkd",
            Name = "Memory-discrepancy distillation",
            Source = "Udayangani, Nandakishor, Palaniswami, ICASSP 2025, arXiv 2601.04264",
            Needs = MethodNeeds.HiddenStates,
            Parameters =
            [
                MethodParameter.Whole("pairs", 100, "random pairs of time points a batch (long term)", 1, 100_000),
                MethodParameter.Real("short", 1, "weight of consecutive pairs"),
                MethodParameter.Real("long", 1, "weight of random pairs"),
                MethodParameter.Choice(
                    "sampling",
                    "draw of random pairs; authors: as in their code",
                    "uniform",
                    "authors"
                ),
                MethodParameter.Real(
                    "guard",
                    1e-6,
                    "least norm of a state in the denominator; 0: none, as in the authors' code"
                ),
                MethodParameter.Whole("z", 1, "steps between the ends of a short-term pair", 1, 100_000),
                MethodParameter.Real("reach", 1, "longest random pair, as a share of the series", 0.01, 1),
                MethodParameter.Choice(
                    "layers",
                    "layers of the teacher that the student's last one follows",
                    "last",
                    "all"
                ),
                MethodParameter.Choice(
                    "schedule",
                    "terms along the run: both, z = 1 then 2 then random, or random fading into consecutive",
                    "constant",
                    "curriculum",
                    "dynamic"
                ),
            ],
            WeightGrid = [0.1, 0.5, 1, 10, 100], // the authors'
            UntunedWeight = 100,
            Create = c => new MemoryDiscrepancy(
                new Options
                {
                    PairCount = c.Parameters.Whole("pairs"),
                    ShortTermWeight = c.Parameters.Real("short"),
                    LongTermWeight = c.Parameters.Real("long"),
                    AuthorSampling = c.Parameters.Is("sampling", "authors"),
                    Epsilon = c.Parameters.Real("guard"),
                    ShortTermSteps = c.Parameters.Whole("z"),
                    Reach = c.Parameters.Real("reach"),
                    AllLayers = c.Parameters.Is("layers", "all"),
                    Schedule =
                        c.Parameters.Is("schedule", "curriculum") ? TermSchedule.Curriculum
                        : c.Parameters.Is("schedule", "dynamic") ? TermSchedule.Dynamic
                        : TermSchedule.Constant,
                }
            ),
        };

    /// <summary>How the two terms share the run.</summary>
    public enum TermSchedule
    {
        /// <summary>Both all along.</summary>
        Constant,

        /// <summary>One step, then two, then random sub-sequences.</summary>
        Curriculum,

        /// <summary>The long term fades into the short term.</summary>
        Dynamic,
    }

    /// <summary>Parameters of MemKD.</summary>
    public sealed record Options
    {
        /// <summary>Weight of the short-term loss (z = 1); 0 leaves it out.</summary>
        public double ShortTermWeight { get; init; } = 1;

        /// <summary>Weight of the long-term loss (random z); 0 leaves it out.</summary>
        public double LongTermWeight { get; init; } = 1;

        /// <summary>Pairs drawn for the long-term loss in every mini-batch (authors: 100).</summary>
        public int PairCount { get; init; } = 100;

        /// <summary>
        /// The authors' draw: both ends uniform over 0..T−2, equal ends possible, the last step never; instead of uniform
        /// over all pairs with the last step included.
        /// </summary>
        public bool AuthorSampling { get; init; }

        /// <summary>Guard ε of the denominator; 0 is the authors' unguarded division.</summary>
        public double Epsilon { get; init; } = 1e-6;

        /// <summary>z of the short-term loss.</summary>
        public int ShortTermSteps { get; init; } = 1;

        /// <summary>Longest pair of the long-term loss, as a share of the longest series of the batch.</summary>
        public double Reach { get; init; } = 1;

        /// <summary>Whether the student follows every layer of the teacher instead of the last.</summary>
        public bool AllLayers { get; init; }

        /// <summary>How the terms share the run.</summary>
        public TermSchedule Schedule { get; init; }
    }

    /// <inheritdoc/>
    public double Evaluate(in DistillationBatch batch)
    {
        var length = batch.Hidden.Length;
        if (length < 2)
        {
            return 0;
        }

        if (options.AllLayers)
        {
            batch.Teacher.KeepAllLayers();
        }

        batch.Teacher.Require(batch.Cases);
        kernel.LoadStudent(batch.Hidden);
        var (shortTerm, longTerm, steps) = Terms(batch.Progress);
        var next = longTerm > 0 ? DrawPairs(batch, length) : [];
        var loss = 0.0;
        if (shortTerm > 0 && length > steps)
        {
            loss += shortTerm * Sum(batch, ConsecutivePairs(length, steps), shortTerm, next);
        }

        if (longTerm > 0)
        {
            loss += longTerm * Sum(batch, next, longTerm, []);
        }

        return loss;
    }

    /// <summary>Weights of the terms, and z of the short one, at a share of the budget.</summary>
    private (double Short, double Long, int Steps) Terms(double progress)
    {
        var (s, l, z) = (options.ShortTermWeight, options.LongTermWeight, options.ShortTermSteps);
        switch (options.Schedule)
        {
            case TermSchedule.Curriculum:
                return progress < 0.2 ? (s, 0, 1)
                    : progress < 0.3 ? (s, 0, 2)
                    : (0, l, z);
            case TermSchedule.Dynamic when progress < 0.6:
                var falling = 1 / (1 + Math.Exp((progress - 0.2) / 0.08));
                var rising = 1 / (1 + Math.Exp((0.4 - progress) / 0.08));
                return (s * rising / (falling + rising), l * falling / (falling + rising), z);
            case TermSchedule.Dynamic:
                return (s, 0, z);
            default:
                return (s, l, z);
        }
    }

    /// <summary>The pairs against the last layer of the teacher, or against each.</summary>
    private double Sum(
        in DistillationBatch batch,
        ReadOnlySpan<(int Start, int End)> pairs,
        double weight,
        ReadOnlySpan<(int Start, int End)> next
    )
    {
        var loss = 0.0;
        var layers = batch.Teacher.LayerCount;
        for (var layer = options.AllLayers ? 0 : layers - 1; layer < layers; layer++)
        {
            loss += kernel.Evaluate(batch, pairs, layer, weight, next);
        }

        return loss;
    }

    private ReadOnlySpan<(int Start, int End)> ConsecutivePairs(int length, int steps)
    {
        if (shortPairs.Length < length - steps)
        {
            shortPairs = new (int, int)[length - steps];
        }

        for (var t = 0; t < length - steps; t++)
        {
            shortPairs[t] = (t, t + steps);
        }

        return shortPairs.AsSpan(0, length - steps);
    }

    private ReadOnlySpan<(int Start, int End)> DrawPairs(in DistillationBatch batch, int length)
    {
        if (longPairs.Length == 0)
        {
            longPairs = new (int, int)[options.PairCount];
        }

        var longest = Math.Max(1, (int)(options.Reach * length));
        foreach (ref var pair in longPairs.AsSpan())
        {
            do
            {
                pair = DrawPair(batch, length);
            } while (pair.End - pair.Start > longest);
        }

        return longPairs;
    }

    private (int Start, int End) DrawPair(in DistillationBatch batch, int length)
    {
        int a,
            b;
        if (options.AuthorSampling)
        {
            a = batch.Random.NextInt(length - 1);
            b = batch.Random.NextInt(length - 1);
        }
        else
        {
            a = batch.Random.NextInt(length);
            b = batch.Random.NextInt(length - 1);
            b += b >= a ? 1 : 0;
        }

        return (Math.Min(a, b), Math.Max(a, b));
    }
}
