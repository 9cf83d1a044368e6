using System.Globalization;
using MemKD.Distillation.Methods;

namespace MemKD.Distillation;

/// <summary>A parameter of a method.</summary>
/// <param name="Option">Its option on the command line.</param>
/// <param name="Default">The value without it.</param>
/// <param name="Meaning">One line.</param>
public sealed record MethodParameter(string Option, string Default, string Meaning);

/// <summary>A row of <see cref="DistillationMethods.All"/>.</summary>
/// <param name="Id">Id on the command line and in results.</param>
/// <param name="Name">The field's name for it.</param>
/// <param name="Source">The publication.</param>
/// <param name="Needs">What it looks at beside the labels.</param>
/// <param name="Parameters">Its parameters.</param>
public sealed record DistillationMethodRow(
    string Id,
    string Name,
    string Source,
    string Needs,
    IReadOnlyList<MethodParameter> Parameters
);

/// <summary>The table of distillation methods.</summary>
public static class DistillationMethods
{
    /// <summary>Id of the student alone.</summary>
    public const string None = "none";

    /// <summary>Id of MemKD.</summary>
    public const string MemKd = "memkd";

    private static readonly DistillationSettings Settings = new();

    /// <summary>All methods, the student alone first.</summary>
    public static IReadOnlyList<DistillationMethodRow> All { get; } =
    [
        new(None, "Student alone", "the control of every comparison", "labels only", []),
        new(
            MemKd,
            "Memory-discrepancy distillation",
            "Udayangani, Nandakishor, Palaniswami, ICASSP 2025, arXiv 2601.04264",
            "hidden states of teacher and student at every time point; any cells and sizes",
            [
                new(
                    "--lambda",
                    Settings.Weight is { } weight ? Text(weight) : "auto",
                    "weight of the method's loss; auto chooses it"
                ),
                new("--pairs", Text(Settings.Method.PairCount), "random pairs of time points a batch (long term)"),
                new("--short-weight", Text(Settings.Method.ShortTermWeight), "weight of consecutive pairs"),
                new("--long-weight", Text(Settings.Method.LongTermWeight), "weight of random pairs"),
                new("--constant-lambda", "off", "full weight from the first update on, no warm-up"),
                new("--author-sampling", "off", "draw pairs as the authors' code does"),
                new("--no-guard", "off", "divide by the norm of a state as it is, as the authors' code does"),
            ]
        ),
    ];

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
