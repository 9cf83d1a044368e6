using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>
/// y = W·x + b for every column of a matrix, forward and backward: regressors and projections between two networks'
/// states. Sums have a fixed order, as in the layers.
/// </summary>
public sealed unsafe class LinearMap
{
    private readonly VectorKernels kernels = VectorKernels.Current;
    private readonly int inputs;
    private readonly int outputs;
    private readonly PackedMatrix packed;
    private readonly PackedMatrix transposed;
    private readonly AlignedBuffer offset;
    private readonly AlignedBuffer zeros;
    private AlignedBuffer scratch = new(0);

    /// <summary>Allocates a map.</summary>
    /// <param name="inputs">Rows of x.</param>
    /// <param name="outputs">Rows of y.</param>
    public LinearMap(int inputs, int outputs)
    {
        this.inputs = inputs;
        this.outputs = outputs;
        packed = new PackedMatrix(outputs, inputs);
        transposed = new PackedMatrix(inputs, outputs);
        offset = new AlignedBuffer(Panel.PadRows(outputs));
        zeros = new AlignedBuffer(Panel.PadRows(inputs));
    }

    /// <summary>Takes over the weights; to be called whenever they change.</summary>
    /// <param name="weight">W [outputs, inputs].</param>
    /// <param name="bias">b [outputs], or empty for none.</param>
    public void Load(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default)
    {
        packed.Pack(weight);
        transposed.PackTransposed(weight);
        bias.CopyTo(offset.Span);
    }

    /// <summary>y = W·x + b.</summary>
    /// <param name="x">[inputs, column].</param>
    /// <param name="y">[outputs, column]; resized.</param>
    public void Forward(PanelMatrix x, PanelMatrix y)
    {
        y.Resize(x.ColumnCount);
        for (var panel = 0; panel < x.PanelCount; panel++)
        {
            kernels.Multiply(packed, x.Pointer + (panel * x.Stride), offset.Pointer, y.Pointer + (panel * y.Stride));
        }
    }

    /// <summary>Gradients of a loss.</summary>
    /// <param name="x">As in <see cref="Forward"/>; lanes beyond the last column finite.</param>
    /// <param name="dY">Gradient with respect to y, lanes beyond the last column 0.</param>
    /// <param name="dWeight">Gradient with respect to W; ADDED to.</param>
    /// <param name="dBias">Gradient with respect to b, ADDED to; empty for none.</param>
    /// <param name="dX">Gradient with respect to x, resized and overwritten; null: not wanted.</param>
    public void Backward(PanelMatrix x, PanelMatrix dY, Span<float> dWeight, Span<float> dBias, PanelMatrix? dX)
    {
        var size = new OuterProductSize(outputs, inputs, x.PanelCount);
        if (scratch.Length < size.ScratchLength)
        {
            scratch = new AlignedBuffer(size.ScratchLength);
        }

        fixed (float* weight = dWeight)
        fixed (float* bias = dBias)
        {
            var (left, right) = (new PanelRows(dY.Pointer, dY.Stride), new PanelRows(x.Pointer, x.Stride));
            kernels.OuterProduct(left, right, size, scratch.Pointer, weight, bias);
        }

        if (dX == null)
        {
            return;
        }

        dX.Resize(x.ColumnCount);
        for (var panel = 0; panel < x.PanelCount; panel++)
        {
            var from = dY.Pointer + (panel * dY.Stride);
            kernels.Multiply(transposed, from, zeros.Pointer, dX.Pointer + (panel * dX.Stride));
        }
    }
}
