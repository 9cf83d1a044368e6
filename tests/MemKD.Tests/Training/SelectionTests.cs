using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Optimization;
using MemKD.Evaluation;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Tests.Training;

public class SelectionTests
{
    /// <summary>A rate at which noisy cases are learnt by heart, so that validation gets worse towards the end.</summary>
    private static readonly TrainingRecipe Recipe = new()
    {
        Updates = 200,
        BatchSize = 8,
        LearningRate = 0.03,
        Schedule = ScheduleKind.Constant,
        AverageDecay = 0.5,
        EvaluateEvery = 5,
    };

    [Theory]
    [InlineData(Selection.ValidationLoss)]
    [InlineData(Selection.ValidationAucPrc)]
    public void The_returned_state_is_the_best_on_validation_cases(Selection selection)
    {
        var cases = SmallRun.Ramps(40, noise: 2);
        var recipe = Recipe with { Selection = selection };
        var result = SmallRun.Of(recipe, cases).Train();
        var best = result
            .Scores.OrderBy(s => selection == Selection.ValidationLoss ? 0 : -s.AucPrc)
            .ThenBy(s => s.CrossEntropy)
            .ThenBy(s => s.Update)
            .First();

        Assert.Equal(Enumerable.Range(1, 40).Select(i => 5 * i), result.Scores.Select(s => s.Update));
        Assert.Equal(best.Update, result.SelectedUpdate);
        Assert.InRange(best.Update, 5, 195);
        Assert.Equal(selection, result.SelectedBy);

        // The weights are those of a run that ends there, and they have the score.
        var (learn, hold) = StratifiedSplit.Split(cases.Labels, recipe.ValidationFraction, seed: 3);
        var validation = cases.Select(hold);
        var shorter = SmallRun.Of(
            recipe with
            {
                Updates = best.Update,
                Selection = Selection.Last,
            },
            cases.Select(learn)
        );
        Assert.Equal(shorter.Train().Bits(), result.Bits());
        using var team = new WorkerTeam(1);
        var probabilities = new Inference(result.Network, team).Probabilities(validation);
        Assert.Equal(best.AucPrc, RankingMetrics.AucPrc(validation.Labels, probabilities, 2).Mean);
        Assert.Equal(best.CrossEntropy, ProbabilityMetrics.NegativeLogLikelihood(validation.Labels, probabilities, 2));
    }

    [Fact]
    public void Copies_are_made_of_the_cases_that_are_learnt_from_alone()
    {
        var cases = SmallRun.Ramps(40, noise: 2);
        var grown = new List<int[]>();
        var run = new ClassifierTraining
        {
            Cases = cases,
            Shape = new NetworkShape(CellKind.Lstm, 1, 4, 1, 2),
            Recipe = Recipe with { Updates = 10, Selection = Selection.ValidationLoss },
            Seed = 3,
            Task = learnt =>
            {
                grown.Add(learnt);
                var pool = AugmentedPool.Of(cases, new Augmentation { Jitter = 1 }, 3, 3);
                return new LearningTask(pool.Select(AugmentedPool.Members(learnt, cases.Count, pool.Count)));
            },
        };
        var (learn, _) = StratifiedSplit.Split(cases.Labels, Recipe.ValidationFraction, seed: 3);

        Assert.Equal(2, run.Train().Scores.Count);
        Assert.Equal(learn, grown.Single());
        Assert.Equal([2, 0, 12, 10], AugmentedPool.Members([2, 0], 10, 20));
    }

    [Fact]
    public void Patience_ends_the_run_so_many_updates_after_the_best_score()
    {
        var recipe = Recipe with { Selection = Selection.ValidationLoss, Patience = 25 };
        var result = SmallRun.Of(recipe, SmallRun.Ramps(40, noise: 2)).Train();

        Assert.Equal(result.SelectedUpdate + 25, result.Updates);
        Assert.True(result.Updates < recipe.Updates);
    }

    [Fact]
    public void Equal_areas_are_decided_by_cross_entropy_and_equal_scores_by_the_earlier_update()
    {
        var score = new ValidationScore(10, 0.9, 0.5);

        Assert.True(score.IsBetterThan(null, Selection.ValidationAucPrc));
        Assert.True(new ValidationScore(20, 0.95, 0.9).IsBetterThan(score, Selection.ValidationAucPrc));
        Assert.False(new ValidationScore(20, 0.85, 0.1).IsBetterThan(score, Selection.ValidationAucPrc));
        Assert.True(new ValidationScore(20, 0.9, 0.4).IsBetterThan(score, Selection.ValidationAucPrc));
        Assert.False(new ValidationScore(20, 0.9, 0.5).IsBetterThan(score, Selection.ValidationAucPrc));
        Assert.True(new ValidationScore(20, 0.1, 0.4).IsBetterThan(score, Selection.ValidationLoss));
        Assert.False(new ValidationScore(20, 0.95, 0.5).IsBetterThan(score, Selection.ValidationLoss));
        Assert.True(score.IsBetterThan(score with { AucPrc = double.NaN }, Selection.ValidationAucPrc));
        Assert.False((score with { AucPrc = double.NaN }).IsBetterThan(score, Selection.ValidationAucPrc));
    }

    [Fact]
    public void Classes_of_one_case_leave_nothing_to_select_on_and_the_last_state_is_returned()
    {
        var result = SmallRun
            .Of(Recipe with { Updates = 20, Selection = Selection.ValidationLoss }, SmallRun.Ramps(2))
            .Train();

        Assert.Equal(Selection.Last, result.SelectedBy);
        Assert.Equal(20, result.SelectedUpdate);
        Assert.Empty(result.Scores);
    }

    [Fact]
    public void A_trainer_that_is_to_select_and_has_nothing_to_select_on_is_refused()
    {
        using var team = new WorkerTeam(1);
        var recipe = Recipe with { Selection = Selection.ValidationLoss };
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Rnn, 1, 2, 1, 2));

        Assert.Throws<ArgumentException>(() =>
            new Trainer(network, SmallRun.Ramps(8), null, recipe, new LabelObjective(0), 1, team)
        );
    }
}
