using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Engine.Optimization;
using MemKD.Engine.Random;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Tests.Training;

public class TrainerTests
{
    [Fact]
    public void The_same_seed_gives_the_same_weights_at_any_number_of_threads_and_another_seed_others()
    {
        // A batch of 40 cases fills three panels of 16; two directions, two layers, dropout and augmentation.
        ClassifierTraining Run(ulong seed) =>
            new()
            {
                Cases = SmallRun.Ramps(50, channels: 2),
                Shape = new NetworkShape(CellKind.Gru, 2, 6, 2, 2, Bidirectional: true, Pooling.Mean),
                Recipe = new TrainingRecipe
                {
                    Updates = 12,
                    BatchSize = 40,
                    Dropout = 0.2,
                    Augmentation = new Augmentation { Jitter = 0.1, Warping = 0.3 },
                },
                Seed = seed,
            };

        var one = Run(1).Train().Bits();
        Assert.Equal(one, Run(1).Train().Bits());
        Assert.Equal(one, Run(1).Train(threads: 2).Bits());
        Assert.Equal(one, Run(1).Train(threads: 3).Bits());
        Assert.NotEqual(one, Run(2).Train().Bits());
    }

    [Theory]
    [InlineData(CellKind.Lstm)]
    [InlineData(CellKind.Gru)]
    [InlineData(CellKind.Rnn)]
    public void Eight_cases_with_arbitrary_labels_are_learnt_by_heart(CellKind cell)
    {
        var noise = SmallRun.Ramps(8, noise: 1);
        var cases = new PreparedCases(1, noise.Lengths, [.. Values(noise)], [0, 0, 1, 1, 0, 1, 1, 0], 2);
        var training = new ClassifierTraining
        {
            Cases = cases,
            Shape = new NetworkShape(cell, 1, 12, 1, 2, Pooling: Pooling.Mean),
            Recipe = new TrainingRecipe
            {
                Updates = 600,
                BatchSize = 8,
                LearningRate = 0.02,
                WeightDecay = 0,
            },
            Seed = 1,
        };
        var result = training.Train();
        using var team = new WorkerTeam(1);
        var probabilities = new Inference(result.Network, team).Probabilities(cases);

        Assert.All(Enumerable.Range(0, 8), i => Assert.True(probabilities[(2 * i) + cases.Labels[i]] > 0.9));
        Assert.False(result.Collapsed);
        Assert.Equal(600, result.Updates);
        Assert.Equal(600, result.SelectedUpdate);
        Assert.Equal(30, result.Losses.Count);
    }

    [Fact]
    public void A_run_that_does_not_learn_is_called_collapsed()
    {
        // Half of the cases in each class: guessing has the cross-entropy ln 2, and so has a network that stands still.
        var result = SmallRun.Of(new TrainingRecipe { Updates = 40, LearningRate = 0 }).Train();

        Assert.True(result.Collapsed);
        Assert.InRange(result.Losses[^1].CrossEntropy, 0.9 * Math.Log(2), 2);
    }

    [Fact]
    public void Padding_up_to_the_longest_case_of_a_batch_does_not_change_what_is_learnt()
    {
        // The long case has no part in the loss; with it the short ones are padded by 40 time points. Sums over cases may
        // be taken in another order, so weights agree to some bits, not to all.
        var shorts = SmallRun.Ramps(2);
        float[] values = [.. Values(shorts), .. Enumerable.Range(0, 50).Select(i => i % 7f)];
        var padded = new PreparedCases(1, [.. shorts.Lengths, 50], values, [.. shorts.Labels, 0], 2);
        float[] Learn(PreparedCases cases)
        {
            var recipe = new TrainingRecipe
            {
                Updates = 1,
                Optimizer = OptimizerKind.Sgd,
                LearningRate = 1,
                Schedule = ScheduleKind.Constant,
                WeightDecay = 0,
                ClipNorm = 0,
                AverageDecay = 0,
            };
            var network = new RecurrentNetwork(
                new NetworkShape(CellKind.Gru, 1, 4, 2, 2, Bidirectional: true, Pooling.Mean)
            );
            using var team = new WorkerTeam(1);
            new Trainer(network, cases, null, recipe, new FirstTwoCases(), 1, team).Run(CancellationToken.None);
            return network.Parameters.Values.ToArray();
        }

        var (expected, actual) = (Learn(shorts), Learn(padded));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Theory]
    [InlineData(1e30, 30)]
    [InlineData(1e39, 1)]
    [InlineData(1e300, 30)]
    public void A_run_that_diverges_says_so(double learningRate, int updates)
    {
        // One update beyond float32 leaves weights that no later loss would show.
        var recipe = new TrainingRecipe
        {
            Updates = updates,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = learningRate,
            Schedule = ScheduleKind.Constant,
            ClipNorm = 0,
            AverageDecay = 0,
        };
        var refusal = Assert.Throws<InputException>(() => SmallRun.Of(recipe).Train());

        Assert.Contains("diverged", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("learning rate", refusal.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<float> Values(PreparedCases cases) =>
        Enumerable.Range(0, cases.Count).SelectMany(i => cases.Values(i).ToArray());

    /// <summary>The sum of the cross-entropies of cases 0 and 1.</summary>
    private sealed class FirstTwoCases : IObjective
    {
        public LossTerms Evaluate(in ObjectiveBatch batch)
        {
            var workspace = batch.Workspace;
            workspace.LogitGradient.Clear();
            Span<float> probabilities = stackalloc float[2];
            for (var i = 0; i < batch.Cases.Length; i++)
            {
                if (batch.Cases[i] < 2)
                {
                    Softmax.Probabilities(workspace.Logits.Slice(2 * i, 2), probabilities);
                    probabilities[batch.Labels[i]] -= 1;
                    probabilities.CopyTo(workspace.LogitGradient.Slice(2 * i, 2));
                }
            }

            return new LossTerms(0, 0, 0);
        }
    }
}
