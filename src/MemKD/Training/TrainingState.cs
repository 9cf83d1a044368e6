using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Optimization;
using MemKD.Engine.Random;

namespace MemKD.Training;

/// <summary>One evaluation on validation cases.</summary>
/// <param name="Update">Updates done.</param>
/// <param name="AucPrc">Macro AUC-PRC.</param>
/// <param name="CrossEntropy">Mean cross-entropy.</param>
public sealed record ValidationScore(int Update, double AucPrc, double CrossEntropy)
{
    /// <summary>Whether this score is better than another under a selection rule.</summary>
    public bool IsBetterThan(ValidationScore? other, Selection selection) =>
        other == null
        || (
            selection == Selection.ValidationLoss || AucPrc.Equals(other.AucPrc)
                ? CrossEntropy < other.CrossEntropy
                : AucPrc > other.AucPrc || double.IsNaN(other.AucPrc)
        );
}

/// <summary>The mean loss over some updates, for the log.</summary>
/// <param name="Update">Updates done at the end of the window.</param>
/// <param name="CrossEntropy">Mean cross-entropy in the window.</param>
/// <param name="Distillation">Mean distillation term in the window, without its weight.</param>
/// <param name="Total">Mean of what was minimised.</param>
public sealed record LossPoint(int Update, double CrossEntropy, double Distillation, double Total);

/// <summary>Everything in a run that changes from update to update.</summary>
public sealed class TrainingState
{
    private const int LossWindow = 20;
    private readonly List<LossPoint> losses = [];
    private readonly List<ValidationScore> scores = [];
    private double crossEntropy;
    private double distillation;
    private double total;

    private TrainingState(RecurrentNetwork network, int caseCount, TrainingRecipe recipe, ulong seed)
    {
        var weights = new SeededRandom(seed, "weights");
        if (recipe.PyTorchInitialization)
        {
            network.InitializeLikePyTorch(weights);
        }
        else
        {
            network.Initialize(weights, (float)recipe.ForgetBias);
        }

        Optimizer = recipe.CreateOptimizer(network.Parameters);
        Sampler = new CaseSampler(caseCount, recipe.BatchSize, new SeededRandom(seed, "batches"));
        AugmentationRandom = new SeededRandom(seed, "augmentation");
        DropoutRandom = new SeededRandom(seed, "dropout");
        ObjectiveRandom = new SeededRandom(seed, "objective");
        Average = recipe.AverageDecay > 0 ? new WeightAverage(network.Parameters, recipe.AverageDecay) : null;
    }

    /// <summary>Updates done.</summary>
    public int Update { get; internal set; }

    /// <summary>The best validation score so far.</summary>
    public ValidationScore? Best { get; internal set; }

    /// <summary>The weights at <see cref="Best"/>.</summary>
    public ParameterSet? BestParameters { get; internal set; }

    /// <summary>Mean losses, one entry for every 20 updates.</summary>
    public IReadOnlyList<LossPoint> Losses => losses;

    /// <summary>Validation scores in order.</summary>
    public IReadOnlyList<ValidationScore> Scores => scores;

    internal Optimizer Optimizer { get; }

    internal CaseSampler Sampler { get; }

    internal SeededRandom AugmentationRandom { get; set; }

    internal SeededRandom DropoutRandom { get; set; }

    internal SeededRandom ObjectiveRandom { get; set; }

    internal WeightAverage? Average { get; }

    /// <summary>Draws the starting weights and sets all counters to 0.</summary>
    internal static TrainingState Start(RecurrentNetwork network, int caseCount, TrainingRecipe recipe, ulong seed) =>
        new(network, caseCount, recipe, seed);

    /// <summary>Sums of the loss window in progress.</summary>
    internal LossTerms Pending => new(crossEntropy, distillation, total);

    internal void Restore(IEnumerable<LossPoint> points, IEnumerable<ValidationScore> validation, LossTerms pending)
    {
        losses.Clear();
        losses.AddRange(points);
        scores.Clear();
        scores.AddRange(validation);
        (crossEntropy, distillation, total) = (pending.CrossEntropy, pending.Distillation, pending.Total);
    }

    internal void Record(LossTerms terms)
    {
        crossEntropy += terms.CrossEntropy;
        distillation += terms.Distillation;
        total += terms.Total;
        if (Update % LossWindow == 0)
        {
            losses.Add(new LossPoint(Update, crossEntropy / LossWindow, distillation / LossWindow, total / LossWindow));
            crossEntropy = distillation = total = 0;
        }
    }

    internal void Add(ValidationScore score, Selection selection, ParameterSet parameters)
    {
        scores.Add(score);
        if (score.IsBetterThan(Best, selection))
        {
            Best = score;
            BestParameters ??= parameters.ZerosLike();
            parameters.Values.CopyTo(BestParameters.Values);
        }
    }
}
