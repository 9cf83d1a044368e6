using System.Text.Json.Nodes;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Optimization;
using MemKD.Runtime.Safetensors;
using MemKD.Tests.Series;
using MemKD.Training;

namespace MemKD.Tests.Training;

public sealed class TrainingCheckpointTests : IDisposable
{
    private static readonly TrainingRecipe Plain = new() { Updates = 50, BatchSize = 7 };
    private readonly TemporaryFolder folder = new();

    private string Checkpoint => Path.Combine(folder.Path, "run.checkpoint");

    public static TheoryData<string, TrainingRecipe> Recipes() =>
        new()
        {
            { "AdamW, average", Plain },
            { "Adam, no average", Plain with { Optimizer = OptimizerKind.Adam, AverageDecay = 0 } },
            {
                "SGD, dropout, augmentation, validation",
                Plain with
                {
                    Optimizer = OptimizerKind.Sgd,
                    Dropout = 0.3,
                    Augmentation = new Augmentation { Jitter = 0.1, Slicing = 0.2 },
                    Selection = Selection.ValidationLoss,
                    EvaluateEvery = 4,
                }
            },
            {
                "milestones, validation area, patience",
                Plain with
                {
                    Schedule = ScheduleKind.Milestones,
                    Milestones = [10, 20],
                    Selection = Selection.ValidationAucPrc,
                    EvaluateEvery = 5,
                    Patience = 30,
                }
            },
        };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_run_that_was_stopped_and_went_on_has_the_bits_of_a_run_without_a_break(
        string name,
        TrainingRecipe recipe
    )
    {
        var unbroken = Run(recipe).Train();
        foreach (var stop in new[] { 1, 23, 40 })
        {
            if (stop < unbroken.Updates)
            {
                Stop(recipe, stop);
                var result = Run(recipe).Train();

                Assert.Equal(unbroken.Bits(), result.Bits());
                Assert.Equal(unbroken.Losses, result.Losses);
                Assert.Equal(unbroken.Scores, result.Scores);
                Assert.Equal(unbroken.SelectedUpdate, result.SelectedUpdate);
                Assert.True(File.Exists(Checkpoint), $"{name}: kept until who saves the result deletes it");
                File.Delete(Checkpoint);
            }
        }
    }

    [Fact]
    public void A_stopped_run_really_goes_on_from_where_it_was()
    {
        Stop(Plain, 23);
        var updates = new List<int>();
        using var team = new WorkerTeam(1);
        Run(Plain, progress: s => updates.Add(s.Update)).Run(team, CancellationToken.None);

        Assert.Equal(Enumerable.Range(24, 27), updates);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_and_kept()
    {
        Stop(Plain, 5);
        var refusal = Assert.Throws<InputException>(() => Run(Plain, key: "another").Train());

        Assert.Contains("another run", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Checkpoint));
    }

    [Theory]
    [InlineData("Update", "-1")]
    [InlineData("OptimizerUpdates", "-1")]
    [InlineData("Next", "-1")]
    [InlineData("Next", "41")]
    [InlineData("Order", "[]")]
    [InlineData("Order", "[0,1,2]")]
    [InlineData("Order", "null")]
    [InlineData("Batches", "[1,2,3]")]
    [InlineData("Dropout", "[0,0,0,0]")]
    [InlineData("Objective", "null")]
    [InlineData("Losses", "null")]
    [InlineData("Losses", "[null]")]
    [InlineData("Scores", "[null]")]
    [InlineData("Scores", "3")]
    [InlineData("Best", "{}")]
    [InlineData("Pending", "\"x\"")]
    public void A_damaged_state_is_refused(string key, string value) =>
        Damaged(state => state[key] = JsonNode.Parse(value));

    [Fact]
    public void A_repeated_case_or_a_missing_number_is_refused()
    {
        Damaged(state => state["Order"]![3] = state["Order"]![4]!.GetValue<int>());
        Damaged(state => state["Order"]![3] = 40);
        Damaged(state => Assert.True(state.Remove("Update")));
    }

    [Fact]
    public void A_file_that_was_cut_or_lacks_a_tensor_is_refused()
    {
        Stop(Plain, 5);
        var whole = File.ReadAllBytes(Checkpoint);
        foreach (var length in new[] { 0, 7, 100, whole.Length - 1 })
        {
            File.WriteAllBytes(Checkpoint, whole[..length]);
            Assert.Throws<InputException>(() => Run(Plain).Train());
        }

        File.WriteAllBytes(Checkpoint, whole);
        var file = SafetensorsFile.Read(Checkpoint);
        foreach (var tensor in file.Tensors)
        {
            SafetensorsFile.Write(Checkpoint, file.Tensors.Where(t => t != tensor), file.Metadata);
            Assert.Throws<InputException>(() => Run(Plain).Train());
        }
    }

    public void Dispose() => folder.Dispose();

    private ClassifierTraining Run(TrainingRecipe recipe, Action<TrainingState>? progress = null, string key = "run") =>
        new()
        {
            Cases = SmallRun.Ramps(40, noise: 1),
            Shape = new NetworkShape(CellKind.Lstm, 1, 3, 2, 2),
            Recipe = recipe,
            Seed = 8,
            CheckpointPath = Checkpoint,
            RunKey = key,
            Progress = progress,
        };

    /// <summary>Stops a run after some updates; leaves its checkpoint.</summary>
    private void Stop(TrainingRecipe recipe, int update)
    {
        using var cancellation = new CancellationTokenSource();
        using var team = new WorkerTeam(1);
        void StopAt(TrainingState state)
        {
            if (state.Update == update)
            {
                cancellation.Cancel();
            }
        }

        File.Delete(Checkpoint);
        Assert.ThrowsAny<OperationCanceledException>(() => Run(recipe, StopAt).Run(team, cancellation.Token));
        Assert.True(File.Exists(Checkpoint));
    }

    private void Damaged(Action<JsonObject> damage)
    {
        Stop(Plain, 5);
        var file = SafetensorsFile.Read(Checkpoint);
        SafetensorsFile.Write(
            Checkpoint,
            file.Tensors,
            file.Metadata.Select(m =>
            {
                if (!m.Value.StartsWith('{'))
                {
                    return m;
                }

                var state = JsonNode.Parse(m.Value)!.AsObject();
                damage(state);
                return KeyValuePair.Create(m.Key, state.ToJsonString());
            })
        );
        var refusal = Assert.Throws<InputException>(() => Run(Plain).Train());
        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
    }
}
