using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Distillation;

/// <summary>One mini-batch, seen by a distillation method.</summary>
public readonly ref struct DistillationBatch
{
    /// <summary>Case numbers, into the training cases and <see cref="Teacher"/>.</summary>
    public required ReadOnlySpan<int> Cases { get; init; }

    /// <summary>Class number of each case of the batch.</summary>
    public required ReadOnlySpan<int> Labels { get; init; }

    /// <summary>The teacher's hidden states and logits; constants.</summary>
    public required TeacherStates Teacher { get; init; }

    /// <summary>The student's hidden states.</summary>
    public required HiddenStates Hidden { get; init; }

    /// <summary>The student's logits, [case, class].</summary>
    public required ReadOnlySpan<float> Logits { get; init; }

    /// <summary>Gradient with respect to the student's hidden states; a method ADDS to it.</summary>
    public required HiddenStates HiddenGradient { get; init; }

    /// <summary>Gradient with respect to the student's logits, [case, class]; a method ADDS to it.</summary>
    public required Span<float> LogitGradient { get; init; }

    /// <summary>Gradient of the student's parameters; a method that runs the student itself ADDS to it.</summary>
    public required ParameterSet StudentGradient { get; init; }

    /// <summary>The run's generator for draws that belong to the method.</summary>
    public required SeededRandom Random { get; init; }

    /// <summary>Share of the budget done, 0..1.</summary>
    public required double Progress { get; init; }

    /// <summary>The weight λ of the method in this update; gradients are multiplied by it.</summary>
    public required double Weight { get; init; }

    /// <summary>The same batch for a term of a sum: its weight multiplied.</summary>
    public DistillationBatch Scaled(double factor) =>
        new()
        {
            Cases = Cases,
            Labels = Labels,
            Teacher = Teacher,
            Hidden = Hidden,
            Logits = Logits,
            HiddenGradient = HiddenGradient,
            LogitGradient = LogitGradient,
            StudentGradient = StudentGradient,
            Random = Random,
            Progress = Progress,
            Weight = Weight * factor,
        };
}
