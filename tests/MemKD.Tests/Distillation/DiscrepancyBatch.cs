using MemKD.Distillation.Methods;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Tests.Distillation;

/// <summary>A batch for MemKD: a GRU student and an LSTM teacher, or one network that is both.</summary>
internal sealed class DiscrepancyBatch(
    int[] lengths,
    int studentUnits = 3,
    int teacherUnits = 10,
    bool sameNetwork = false
)
    : MethodBatch(
        lengths,
        sameNetwork ? null : new NetworkShape(CellKind.Gru, 1, studentUnits, 1, 2),
        new NetworkShape(CellKind.Lstm, 1, teacherUnits, 1, 2)
    )
{
    /// <summary>The method's loss and what it adds to a gradient that starts at <paramref name="start"/>.</summary>
    public (double Loss, double[][][] Gradient) Evaluate(
        MemoryDiscrepancy method,
        SeededRandom random,
        double weight = 1,
        float start = 0
    ) => (base.Evaluate(method, random, weight, start), HiddenGradient);

    public double EvaluateOnly(MemoryDiscrepancy method, SeededRandom random, double weight = 1) =>
        base.EvaluateOnly(method, random, weight);
}
