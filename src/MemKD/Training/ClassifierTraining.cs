using System.Diagnostics;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Series;

namespace MemKD.Training;

/// <summary>What a finished run leaves beside the weights.</summary>
/// <param name="Network">The trained network, selected state loaded.</param>
/// <param name="Updates">Updates done.</param>
/// <param name="SelectedUpdate">Updates behind the returned state.</param>
/// <param name="SelectedBy">What chose it.</param>
/// <param name="Losses">Mean training losses along the run.</param>
/// <param name="Scores">Validation scores along the run.</param>
/// <param name="Collapsed">
/// Whether the run ended about where guessing starts: its last training cross-entropy is above 90 % of that of the
/// class frequencies.
/// </param>
public sealed record TrainingResult(
    RecurrentNetwork Network,
    int Updates,
    int SelectedUpdate,
    Selection SelectedBy,
    IReadOnlyList<LossPoint> Losses,
    IReadOnlyList<ValidationScore> Scores,
    bool Collapsed
);

/// <summary>What a run learns from.</summary>
/// <param name="Cases">The cases.</param>
/// <param name="Objective">Makes the objective for the network; null: the labels alone.</param>
public sealed record LearningTask(PreparedCases Cases, Func<RecurrentNetwork, IObjective>? Objective = null);

/// <summary>A run from prepared cases to a trained network, validation split and checkpoint included.</summary>
public sealed class ClassifierTraining
{
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromMinutes(2);
    private readonly Stopwatch sinceCheckpoint = Stopwatch.StartNew();

    /// <summary>Prepared training cases; test cases never come here.</summary>
    public required PreparedCases Cases { get; init; }

    /// <summary>The architecture.</summary>
    public required NetworkShape Shape { get; init; }

    /// <summary>The recipe.</summary>
    public required TrainingRecipe Recipe { get; init; }

    /// <summary>The run's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>
    /// Makes the task from the numbers of the cases that are not held out for validation (copies of held-out cases must
    /// not be learnt from); null: those cases, and the labels alone.
    /// </summary>
    public Func<int[], LearningTask>? Task { get; init; }

    /// <summary>Where an interrupted run is kept, or null.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>What identifies the run in its checkpoint.</summary>
    public string RunKey { get; init; } = "";

    /// <summary>Told after every update, or null.</summary>
    public Action<TrainingState>? Progress { get; init; }

    /// <summary>
    /// Trains. Writes the checkpoint (if it has a path) every few minutes and when stopped; a later call with the same
    /// settings goes on from it. Who saves the result deletes the checkpoint, then no crash can lose both.
    /// </summary>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="InputException">The checkpoint is of another run, or training diverged.</exception>
    public TrainingResult Run(WorkerTeam team, CancellationToken cancellation)
    {
        int[] learnt = [.. Enumerable.Range(0, Cases.Count)];
        PreparedCases? validation = null;
        var recipe = Recipe;
        if (recipe.Selection != Selection.Last)
        {
            var (learn, hold) = StratifiedSplit.Split(Cases.Labels, recipe.ValidationFraction, Seed);
            if (hold.Length == 0)
            {
                recipe = recipe with { Selection = Selection.Last };
            }
            else
            {
                learnt = learn;
                validation = Cases.Select(hold);
            }
        }

        var task = Task?.Invoke(learnt) ?? new LearningTask(validation == null ? Cases : Cases.Select(learnt));
        var train = task.Cases;
        var network = new RecurrentNetwork(Shape);
        var objective = task.Objective?.Invoke(network) ?? new LabelObjective(recipe.LabelSmoothing);
        var trainer = new Trainer(network, train, validation, recipe, objective, Seed, team);
        if (File.Exists(CheckpointPath))
        {
            TrainingCheckpoint.Restore(CheckpointPath, trainer, RunKey);
        }

        try
        {
            trainer.Run(cancellation, state => AfterUpdate(trainer, state));
        }
        catch (OperationCanceledException) when (CheckpointPath != null)
        {
            TrainingCheckpoint.Write(CheckpointPath, trainer, RunKey);
            throw;
        }

        var state = trainer.State;
        return new TrainingResult(
            network,
            state.Update,
            recipe.Selection == Selection.Last ? state.Update : state.Best!.Update,
            recipe.Selection,
            state.Losses,
            state.Scores,
            state.Losses.Count > 0 && state.Losses[^1].CrossEntropy > 0.9 * LabelEntropy(train)
        );
    }

    private void AfterUpdate(Trainer trainer, TrainingState state)
    {
        Progress?.Invoke(state);
        if (CheckpointPath != null && sinceCheckpoint.Elapsed > CheckpointInterval)
        {
            TrainingCheckpoint.Write(CheckpointPath, trainer, RunKey);
            sinceCheckpoint.Restart();
        }
    }

    /// <summary>Cross-entropy of always answering the class frequencies.</summary>
    private static double LabelEntropy(PreparedCases cases)
    {
        var counts = new int[cases.ClassCount];
        foreach (var label in cases.Labels)
        {
            counts[label]++;
        }

        return counts.Where(c => c > 0).Sum(c => -(double)c / cases.Count * Math.Log((double)c / cases.Count));
    }
}
