using MemKD.Engine.Kernels;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Tests.Kernels;

/// <summary>
/// The kernels with an error planted: the gradient of one gate (LSTM forget gate, GRU update gate, RNN state) is 1 % too
/// large. A harness that does not fail on them judges nothing.
/// </summary>
internal sealed unsafe class PlantedErrorKernels : VectorKernels
{
    private readonly VectorKernels inner = For(VectorPath.Portable);

    internal override void LstmBackward(in CellStep step)
    {
        inner.LstmBackward(step);
        Enlarge(step.Gates + (step.Hidden * Panel.Lanes), step.Hidden);
    }

    internal override void GruBackward(in CellStep step)
    {
        inner.GruBackward(step);
        Enlarge(step.Gates + (step.Hidden * Panel.Lanes), step.Hidden);
    }

    internal override void RnnBackward(in CellStep step)
    {
        inner.RnnBackward(step);
        Enlarge(step.Gates, step.Hidden);
    }

    internal override void LstmForward(in CellStep step) => inner.LstmForward(step);

    internal override void GruForward(in CellStep step) => inner.GruForward(step);

    internal override void RnnForward(in CellStep step) => inner.RnnForward(step);

    internal override void Multiply(PackedMatrix weights, float* x, float* bias, float* y) =>
        inner.Multiply(weights, x, bias, y);

    internal override void Multiply(PackedMatrix a, float* xA, PackedMatrix b, float* xB, float* bias, float* y) =>
        inner.Multiply(a, xA, b, xB, bias, y);

    internal override void GruGates(PackedGru weights, float* x, float* h, float* gates) =>
        inner.GruGates(weights, x, h, gates);

    internal override void OuterProduct(
        PanelRows left,
        PanelRows right,
        OuterProductSize size,
        float* scratch,
        float* gradient,
        float* rowSums
    ) => inner.OuterProduct(left, right, size, scratch, gradient, rowSums);

    internal override void Add(float* a, float* b, int length, float* y) => inner.Add(a, b, length, y);

    internal override void AddScaled(float* a, float* factor, float* lengths, float time, int length, float* y) =>
        inner.AddScaled(a, factor, lengths, time, length, y);

    internal override void Product(float* a, float* b, int length, float* y) => inner.Product(a, b, length, y);

    private static void Enlarge(float* gate, int hidden)
    {
        for (var i = 0; i < hidden * Panel.Lanes; i++)
        {
            gate[i] *= 1.01f;
        }
    }
}
