using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;
using MemKD.Tests.Training;
using MemKD.Training;

namespace MemKD.Tests.Distillation;

/// <summary>The whole way on a built-in data set, small enough for every run of the tests.</summary>
public class LearningTests
{
    [Fact]
    public void A_small_teacher_learns_control_charts_and_its_student_learns_from_it()
    {
        var split = Generators.Find("SyntheticControl")!.Generate();
        var preparation = Preparation.Fit(split.Train, new PreparationOptions());
        var train = preparation.Apply(split.Train).Select([.. Enumerable.Range(0, 120)]);
        var test = preparation.Apply(split.Test).Select([.. Enumerable.Range(0, 120)]);
        var teacher = new ClassifierTraining
        {
            Cases = train,
            Shape = Recipes.TeacherShape(preparation.InputSize, 6) with { HiddenSize = 12 },
            Recipe = Recipes.Teacher with { Updates = 200, LearningRate = 0.01 },
            Seed = 0,
        }.Train();

        // Guessing gets one in six right.
        Assert.False(teacher.Collapsed);
        Assert.InRange(Accuracy(teacher.Network, test), 0.8, 1);

        using var team = new WorkerTeam(2);
        var settings = new DistillationSettings { Weight = 1, Recipe = Recipes.Student with { Updates = 400 } };
        var result = new Distiller(
            teacher.Network,
            train,
            Recipes.StudentShape(preparation.InputSize, 6),
            settings,
            0,
            team
        ).Run(CancellationToken.None);

        Assert.False(result.Student.Collapsed);
        Assert.InRange(Accuracy(result.Student.Network, test), 0.5, 1);
    }

    private static double Accuracy(RecurrentNetwork network, PreparedCases cases)
    {
        using var team = new WorkerTeam(1);
        var rows = new Inference(network, team).Probabilities(cases).Chunk(cases.ClassCount);
        return rows.Zip(cases.Labels).Average(p => Array.IndexOf(p.First, p.First.Max()) == p.Second ? 1.0 : 0);
    }
}
