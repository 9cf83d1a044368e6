using MemKD.Engine.Memory;
using MemKD.Engine.Optimization;

namespace MemKD.Training;

/// <summary>Which optimizer moves the weights.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with coupled weight decay (torch.optim.Adam).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (AdamW).</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum 0.9.</summary>
    Sgd,
}

/// <summary>What chooses the state that a run returns.</summary>
public enum Selection
{
    /// <summary>Nothing: the state after the last update.</summary>
    Last,

    /// <summary>The highest macro AUC-PRC on validation cases, ties broken by the lower cross-entropy.</summary>
    ValidationAucPrc,

    /// <summary>The lowest cross-entropy on validation cases (the MemKD authors' choice).</summary>
    ValidationLoss,
}

/// <summary>
/// Everything that shapes one training run but the data, the network and the seed. Lengths are counted in updates:
/// small data sets have one update an epoch (docs/training.md). The defaults are one recipe for all data sets, chosen
/// on held-out training cases and on development sets (docs/training.md).
/// </summary>
public sealed record TrainingRecipe
{
    /// <summary>Updates of the whole run.</summary>
    public int Updates { get; init; } = 1000;

    /// <summary>Cases an update.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The optimizer.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>How the learning rate changes.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Share of the updates in which the learning rate rises from 0 (cosine schedule).</summary>
    public double WarmUp { get; init; } = 0.05;

    /// <summary>Updates at which the learning rate is halved (milestone schedule).</summary>
    public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>Weight decay, of the optimizer's kind.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest global gradient norm; 0 turns clipping off.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Dropout between layers.</summary>
    public double Dropout { get; init; }

    /// <summary>Label smoothing ε of the cross-entropy.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Decay of the exponential weight average that is evaluated and returned; 0 turns it off.</summary>
    public double AverageDecay { get; init; } = 0.99;

    /// <summary>Random changes of the training series.</summary>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>Whether weights start as in PyTorch instead of Glorot and orthogonal.</summary>
    public bool PyTorchInitialization { get; init; }

    /// <summary>Start of the LSTM's forget bias (not with <see cref="PyTorchInitialization"/>).</summary>
    public double ForgetBias { get; init; } = 1;

    /// <summary>What chooses the returned state.</summary>
    public Selection Selection { get; init; } = Selection.Last;

    /// <summary>Share of the training cases held out for validation when a selection needs them.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Updates between evaluations on validation cases.</summary>
    public int EvaluateEvery { get; init; } = 50;

    /// <summary>Updates without a better validation score after which the run ends; 0: never.</summary>
    public int Patience { get; init; }

    internal LearningRate LearningRateSchedule =>
        new(Schedule, LearningRate, Updates, (int)Math.Round(WarmUp * Updates), Milestones);

    internal Optimizer CreateOptimizer(ParameterSet parameters) =>
        Optimizer switch
        {
            OptimizerKind.Adam => new Adam(parameters, WeightDecay),
            OptimizerKind.AdamW => new Adam(parameters, WeightDecay, decoupled: true),
            _ => new Sgd(parameters, weightDecay: WeightDecay),
        };
}
