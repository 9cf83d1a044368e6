using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Optimization;
using MemKD.Engine.Random;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Training;

/// <summary>
/// One training run: updates a network on cases against an objective, watches validation cases when it has any, and
/// ends with the selected state in the network. The same seed gives the same weights at any number of threads; the
/// streams for weights, batches, augmentation and dropout do not depend on the objective, so methods compare in pairs.
/// </summary>
public sealed class Trainer
{
    private readonly PreparedCases train;
    private readonly PreparedCases? validation;
    private readonly TrainingRecipe recipe;
    private readonly IObjective objective;
    private readonly NetworkWorkspace workspace;
    private readonly SequenceBatch batch;
    private readonly Inference? inference;
    private readonly ParameterSet gradient;
    private readonly IReadOnlyList<(AuxiliaryParameters Parameters, Optimizer Optimizer)> auxiliary;
    private readonly int[] cases;
    private readonly int[] labels;
    private readonly float[] augmented;

    /// <summary>Prepares a run and draws the network's starting weights.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="train">The cases to learn from.</param>
    /// <param name="validation">Cases that select the returned state, or null when the recipe's selection is <see cref="Selection.Last"/>.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="objective">What to minimise.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="team">The threads that share the work.</param>
    /// <exception cref="ArgumentException">The recipe selects on validation cases and there are none.</exception>
    public Trainer(
        RecurrentNetwork network,
        PreparedCases train,
        PreparedCases? validation,
        TrainingRecipe recipe,
        IObjective objective,
        ulong seed,
        WorkerTeam team
    )
    {
        if (recipe.Selection != Selection.Last && validation is not { Count: > 0 })
        {
            throw new ArgumentException(
                "the recipe selects on validation cases, and there are none",
                nameof(validation)
            );
        }

        Network = network;
        this.train = train;
        this.validation = validation;
        this.recipe = recipe;
        this.objective = objective;
        State = TrainingState.Start(network, train.Count, recipe, seed);
        var batchSize = State.Sampler.BatchSize;
        workspace = new NetworkWorkspace(network, batchSize, train.MaxLength, team);
        batch = new SequenceBatch(batchSize, network.Shape.InputSize, train.MaxLength);
        inference = validation == null ? null : new Inference(network, team);
        gradient = network.Parameters.ZerosLike();
        auxiliary = [.. objective.Auxiliary.Select(a => (a, recipe.CreateOptimizer(a.Values)))];
        cases = new int[batchSize];
        labels = new int[batchSize];
        augmented = new float[train.ChannelCount * train.MaxLength];
    }

    /// <summary>The network being trained; after <see cref="Run"/> it holds the selected state.</summary>
    public RecurrentNetwork Network { get; }

    /// <summary>Everything needed to go on.</summary>
    public TrainingState State { get; }

    /// <summary>Runs to the end of the budget or of the patience, then loads the selected state into the network.</summary>
    /// <param name="cancellation">Stops after the update in flight; <see cref="State"/> is then fit to be saved.</param>
    /// <param name="progress">Told after every update, or null.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="InputException">The loss stopped being a number.</exception>
    public void Run(CancellationToken cancellation, Action<TrainingState>? progress = null)
    {
        var schedule = recipe.LearningRateSchedule;
        while (State.Update < recipe.Updates && !PatienceIsOver())
        {
            cancellation.ThrowIfCancellationRequested();
            var terms = Step(schedule.At(State.Update));
            State.Update++;
            State.Record(terms);
            State.Average?.Add(Network.Parameters, State.Update);
            if (validation != null && (State.Update % recipe.EvaluateEvery == 0 || State.Update == recipe.Updates))
            {
                Validate();
            }

            progress?.Invoke(State);
        }

        Finish();
    }

    private double ClipNorm => recipe.ClipNorm > 0 ? recipe.ClipNorm : double.PositiveInfinity;

    private LossTerms Step(double learningRate)
    {
        State.Sampler.Next(cases);
        var longest = 0;
        foreach (var index in cases)
        {
            longest = Math.Max(longest, train.Lengths[index]);
        }

        batch.Begin(cases.Length, longest);
        for (var i = 0; i < cases.Length; i++)
        {
            labels[i] = train.Labels[cases[i]];
            var values = train.Values(cases[i]);
            if (!recipe.Augmentation.IsOff)
            {
                var copy = augmented.AsSpan(0, values.Length);
                recipe.Augmentation.Apply(train, cases[i], State.AugmentationRandom, copy);
                values = copy;
            }

            batch.Set(i, values);
        }

        gradient.Values.Clear();
        foreach (var (parameters, _) in auxiliary)
        {
            parameters.Gradient.Values.Clear();
        }

        workspace.Forward(batch, training: true, (float)recipe.Dropout, State.DropoutRandom);
        var terms = objective.Evaluate(
            new ObjectiveBatch
            {
                Workspace = workspace,
                Cases = cases,
                Labels = labels,
                Progress = (double)State.Update / recipe.Updates,
                Random = State.ObjectiveRandom,
                Gradient = gradient,
            }
        );
        workspace.Backward(gradient);
        var norm = GradientClipping.ToNorm(gradient, ClipNorm);
        if (!double.IsFinite(norm) || !double.IsFinite(terms.Total))
        {
            throw new InputException(
                $"training diverged at update {State.Update + 1} (loss {terms.Total:G3}, gradient norm {norm:G3}); lower the learning rate or the distillation weight."
            );
        }

        State.Optimizer.Step(Network.Parameters, gradient, learningRate);
        Network.Pack();
        foreach (var (parameters, optimizer) in auxiliary)
        {
            GradientClipping.ToNorm(parameters.Gradient, ClipNorm);
            optimizer.Step(parameters.Values, parameters.Gradient, learningRate);
        }

        return terms;
    }

    private bool PatienceIsOver() =>
        recipe.Patience > 0 && State.Best != null && State.Update - State.Best.Update >= recipe.Patience;

    private void Validate()
    {
        var restore = Network.Parameters.Clone();
        LoadAverage();
        var probabilities = inference!.Probabilities(validation!);
        var score = new ValidationScore(
            State.Update,
            RankingMetrics.AucPrc(validation!.Labels, probabilities, validation.ClassCount).Mean,
            ProbabilityMetrics.NegativeLogLikelihood(validation.Labels, probabilities, validation.ClassCount)
        );
        State.Add(score, recipe.Selection, Network.Parameters);
        restore.Values.CopyTo(Network.Parameters.Values);
        Network.Pack();
    }

    private void Finish()
    {
        if (recipe.Selection != Selection.Last && State.BestParameters != null)
        {
            State.BestParameters.Values.CopyTo(Network.Parameters.Values);
            Network.Pack();
        }
        else
        {
            LoadAverage();
        }

        foreach (var value in Network.Parameters.Values)
        {
            if (!float.IsFinite(value))
            {
                throw new InputException(
                    $"training diverged in the last of {State.Update} updates (weights are not finite); lower the learning rate or the distillation weight."
                );
            }
        }
    }

    private void LoadAverage()
    {
        if (State.Average != null)
        {
            State.Average.Values.Values.CopyTo(Network.Parameters.Values);
            Network.Pack();
        }
    }
}
