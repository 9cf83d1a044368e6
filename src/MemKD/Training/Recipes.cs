using MemKD.Engine.Layers;
using MemKD.Engine.Optimization;

namespace MemKD.Training;

/// <summary>
/// The recipes in use. The defaults are the same for every data set and were chosen away from the sets that results report
/// (docs/training.md says how); the authors' are those of methods.md's replication column, for strict comparison.
/// </summary>
public static class Recipes
{
    /// <summary>Default recipe of a teacher.</summary>
    public static TrainingRecipe Teacher { get; } =
        new()
        {
            Updates = 2500,
            BatchSize = 16,
            LearningRate = 0.004,
            Augmentation = Augmentation.Mild,
        };

    /// <summary>Default recipe of a student, alone or distilled.</summary>
    public static TrainingRecipe Student { get; } =
        new()
        {
            Updates = 16_000,
            LearningRate = 0.02,
            WeightDecay = 0,
            ForgetBias = 2,
            Augmentation = Augmentation.Mild,
        };

    /// <summary>
    /// Default architecture of a teacher: two bidirectional GRU layers of 94 units, mean over time; about 216,000
    /// parameters. Better on validation cases than LSTMs of that size, one or two directions (docs/training.md).
    /// </summary>
    /// <param name="channels">Channels D.</param>
    /// <param name="classes">Classes K.</param>
    public static NetworkShape TeacherShape(int channels, int classes) =>
        new(CellKind.Gru, channels, 94, 2, classes, Bidirectional: true, Pooling.Mean);

    /// <summary>The MemKD authors' teacher: three LSTM layers of 100 units, last state.</summary>
    /// <param name="channels">Channels D.</param>
    /// <param name="classes">Classes K.</param>
    public static NetworkShape AuthorsTeacherShape(int channels, int classes) =>
        new(CellKind.Lstm, channels, 100, 3, classes);

    /// <summary>Default architecture of a student: one LSTM layer, mean over time (a running mean on a stream).</summary>
    /// <param name="channels">Channels D.</param>
    /// <param name="classes">Classes K.</param>
    /// <param name="hidden">Hidden units; 8 is about 500 times smaller than the teacher.</param>
    public static NetworkShape StudentShape(int channels, int classes, int hidden = 8) =>
        AuthorsStudentShape(channels, classes, hidden) with
        {
            Pooling = Pooling.Mean,
        };

    /// <summary>The MemKD authors' student: one LSTM layer, last state.</summary>
    /// <param name="channels">Channels D.</param>
    /// <param name="classes">Classes K.</param>
    /// <param name="hidden">Hidden units.</param>
    public static NetworkShape AuthorsStudentShape(int channels, int classes, int hidden = 8) =>
        new(CellKind.Lstm, channels, hidden, 1, classes);

    /// <summary>
    /// The MemKD authors' protocol: Adam 0.005 with coupled decay 1e-5, halved after updates 25, 30 and 35, batch 32, at
    /// most 500 epochs, patience 50 epochs on the validation loss of 20 % held-out cases, PyTorch's starting weights, no
    /// clipping, no averaging.
    /// </summary>
    /// <param name="trainCaseCount">Training cases, to turn epochs into updates.</param>
    public static TrainingRecipe Authors(int trainCaseCount)
    {
        const int batch = 32;
        var learnt = trainCaseCount - (int)Math.Round(0.2 * trainCaseCount);
        var epoch = Math.Max(1, (learnt + batch - 1) / batch);
        return new TrainingRecipe
        {
            Updates = 500 * epoch,
            BatchSize = batch,
            Optimizer = OptimizerKind.Adam,
            LearningRate = 0.005,
            Schedule = ScheduleKind.Milestones,
            Milestones = [25, 30, 35],
            WeightDecay = 1e-5,
            ClipNorm = 0,
            AverageDecay = 0,
            PyTorchInitialization = true,
            Selection = Selection.ValidationLoss,
            ValidationFraction = 0.2,
            EvaluateEvery = epoch,
            Patience = 50 * epoch,
        };
    }
}
