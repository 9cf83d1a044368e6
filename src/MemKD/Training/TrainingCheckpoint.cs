using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;
using MemKD.Runtime.Safetensors;

namespace MemKD.Training;

/// <summary>
/// A run cut short, on disk: weights, averages, optimizer moments, generators and counters, so that going on gives the
/// same bits as a run without the break. The file carries the run's key (what was being trained); another run's
/// checkpoint is refused.
/// </summary>
public static class TrainingCheckpoint
{
    private const string StateKey = "memkd.training_state";
    private const string RunKey = "memkd.run";

    /// <summary>Writes a checkpoint; it appears whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">The run, stopped between two updates.</param>
    /// <param name="runKey">What identifies the run: data hash, recipe, seed, method.</param>
    /// <exception cref="InputException">The file cannot be written there.</exception>
    public static void Write(string path, Trainer trainer, string runKey)
    {
        var state = trainer.State;
        var counters = new Counters(
            state.Update,
            state.Optimizer.UpdateCount,
            state.Best,
            state.Sampler.GetState().Random,
            state.Sampler.GetState().Next,
            state.Sampler.GetState().Order,
            state.AugmentationRandom.GetState(),
            state.DropoutRandom.GetState(),
            state.ObjectiveRandom.GetState(),
            [.. state.Losses],
            [.. state.Scores],
            state.Pending
        );
        SafetensorsFile.Write(
            path,
            Blocks(trainer, state.BestParameters)
                .Select(b => new SafetensorsTensor(b.Name, [b.Values.Length], b.Values.Values)),
            [new(StateKey, JsonSerializer.Serialize(counters, CheckpointJson.Default.Counters)), new(RunKey, runKey)]
        );
    }

    /// <summary>Loads a checkpoint into a freshly started run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">A new run of the same data, recipe, seed and objective.</param>
    /// <param name="runKey">As given to <see cref="Write"/>.</param>
    /// <exception cref="InputException">Not a checkpoint, or one of another run.</exception>
    public static void Restore(string path, Trainer trainer, string runKey)
    {
        var file = SafetensorsFile.Read(path);
        if (!string.Equals(file.Metadata.GetValueOrDefault(RunKey), runKey, StringComparison.Ordinal))
        {
            throw new InputException(
                $"{path}: the checkpoint is of another run (other data, recipe, method or seed); repeat the first command's options, or delete the file to start again."
            );
        }

        Counters counters;
        try
        {
            counters =
                JsonSerializer.Deserialize(
                    file.Metadata.GetValueOrDefault(StateKey, "null"),
                    CheckpointJson.Default.Counters
                ) ?? throw new JsonException("empty");
        }
        catch (JsonException e)
        {
            throw Damaged(path, e);
        }

        var state = trainer.State;
        if (!CanGoOn(counters, state))
        {
            throw Damaged(path);
        }

        if (counters.Best != null)
        {
            state.BestParameters = trainer.Network.Parameters.ZerosLike();
        }

        foreach (var (name, values) in Blocks(trainer, state.BestParameters))
        {
            file.Floats(name, [values.Length]).CopyTo(values.Values);
        }

        trainer.Network.Pack();
        state.Update = counters.Update;
        state.Optimizer.UpdateCount = counters.OptimizerUpdates;
        state.Best = counters.Best;
        state.Sampler.SetState((counters.Batches, counters.Next, counters.Order));
        state.AugmentationRandom = SeededRandom.FromState(counters.Augmentation);
        state.DropoutRandom = SeededRandom.FromState(counters.Dropout);
        state.ObjectiveRandom = SeededRandom.FromState(counters.Objective);
        state.Restore(counters.Losses, counters.Scores, counters.Pending);
    }

    private static InputException Damaged(string path, Exception? cause = null) =>
        new($"{path}: the checkpoint is damaged; delete it to start again.", cause);

    /// <summary>Whether the numbers can be those of a run over as many cases.</summary>
    private static bool CanGoOn(Counters counters, TrainingState fresh)
    {
        var cases = fresh.Sampler.GetState().Order.Length;
        ulong[][] generators = [counters.Batches, counters.Augmentation, counters.Dropout, counters.Objective];
        return counters is { Update: >= 0, OptimizerUpdates: >= 0, Next: >= 0 }
            && counters.Next <= cases
            && counters.Order.Order().SequenceEqual(Enumerable.Range(0, cases))
            && generators.All(g => g.Length == 4 && g.Any(word => word != 0))
            && counters.Losses.All(l => l != null)
            && counters.Scores.All(s => s != null);
    }

    private static IEnumerable<(string Name, ParameterSet Values)> Blocks(Trainer trainer, ParameterSet? best)
    {
        yield return ("parameters", trainer.Network.Parameters);
        foreach (var (name, values) in trainer.State.Optimizer.State)
        {
            yield return ($"optimizer.{name}", values);
        }

        if (trainer.State.Average != null)
        {
            yield return ("average", trainer.State.Average.Values);
        }

        if (best != null)
        {
            yield return ("best", best);
        }
    }

    internal sealed record Counters(
        int Update,
        int OptimizerUpdates,
        ValidationScore? Best,
        ulong[] Batches,
        int Next,
        int[] Order,
        ulong[] Augmentation,
        ulong[] Dropout,
        ulong[] Objective,
        LossPoint[] Losses,
        ValidationScore[] Scores,
        LossTerms Pending
    );
}

[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(TrainingCheckpoint.Counters))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
