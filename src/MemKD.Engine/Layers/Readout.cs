using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>Pooling over time and the linear layer, forward and backward.</summary>
internal sealed unsafe class Readout
{
    private readonly RecurrentNetwork network;
    private readonly NetworkShape shape;
    private readonly VectorKernels kernels;
    private readonly AlignedBuffer pooled;
    private readonly AlignedBuffer scores;
    private readonly AlignedBuffer zeros;
    private readonly AlignedBuffer factor;
    private readonly AlignedBuffer scratch;
    private readonly int pooledStride;
    private readonly int scoreStride;
    private readonly int weightOffset;
    private readonly int biasOffset;

    internal Readout(RecurrentNetwork network, VectorKernels kernels, int maxCases)
    {
        this.network = network;
        this.kernels = kernels;
        shape = network.Shape;
        var panels = Panel.Count(maxCases);
        pooledStride = Panel.PadRows(shape.OutputSize) * Panel.Lanes;
        scoreStride = Panel.PadRows(shape.ClassCount) * Panel.Lanes;
        pooled = new AlignedBuffer(panels * pooledStride);
        scores = new AlignedBuffer(panels * scoreStride);
        zeros = new AlignedBuffer(Panel.PadRows(shape.OutputSize));
        factor = new AlignedBuffer(panels * Panel.Lanes);
        scratch = new AlignedBuffer(new OuterProductSize(shape.ClassCount, shape.OutputSize, panels).ScratchLength);
        Logits = new float[maxCases * shape.ClassCount];
        LogitGradient = new float[maxCases * shape.ClassCount];
        weightOffset = network
            .Parameters.Parameters.First(p => string.Equals(p.Name, "fc.weight", StringComparison.Ordinal))
            .Offset;
        biasOffset = network
            .Parameters.Parameters.First(p => string.Equals(p.Name, "fc.bias", StringComparison.Ordinal))
            .Offset;
    }

    internal float[] Logits { get; }

    internal float[] LogitGradient { get; }

    internal void Forward(SequenceBatch batch, LayerBuffers top)
    {
        for (var i = 0; i < batch.PanelCount * Panel.Lanes; i++)
        {
            factor.Span[i] = i < batch.Count ? 1f / batch.LengthOf(i) : 0f;
        }

        for (var panel = 0; panel < batch.PanelCount; panel++)
        {
            var to = pooled.Pointer + (panel * pooledStride);
            Pool(batch, top, panel, to);
            kernels.Multiply(network.Head, to, network.HeadBias.Pointer, scores.Pointer + (panel * scoreStride));
        }

        for (var i = 0; i < batch.Count; i++)
        {
            var from = scores.Pointer + (i / Panel.Lanes * scoreStride) + (i % Panel.Lanes);
            for (var k = 0; k < shape.ClassCount; k++)
            {
                Logits[(i * shape.ClassCount) + k] = from[k * Panel.Lanes];
            }
        }
    }

    internal void Backward(SequenceBatch batch, LayerBuffers top, ParameterSet gradient)
    {
        scores.Span.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            var to = scores.Pointer + (i / Panel.Lanes * scoreStride) + (i % Panel.Lanes);
            for (var k = 0; k < shape.ClassCount; k++)
            {
                to[k * Panel.Lanes] = LogitGradient[(i * shape.ClassCount) + k];
            }
        }

        kernels.OuterProduct(
            new PanelRows(scores.Pointer, scoreStride),
            new PanelRows(pooled.Pointer, pooledStride),
            new OuterProductSize(shape.ClassCount, shape.OutputSize, batch.PanelCount),
            scratch.Pointer,
            gradient.Buffer.Pointer + weightOffset,
            gradient.Buffer.Pointer + biasOffset
        );
        for (var panel = 0; panel < batch.PanelCount; panel++)
        {
            var dPooled = pooled.Pointer + (panel * pooledStride);
            kernels.Multiply(network.HeadTransposed, scores.Pointer + (panel * scoreStride), zeros.Pointer, dPooled);
            Unpool(batch, top, panel, dPooled);
        }
    }

    private void Pool(SequenceBatch batch, LayerBuffers top, int panel, float* to)
    {
        var first = top.Output + ((long)panel * (batch.Length + 2) * top.OutputStride);
        var half = shape.HiddenSize * Panel.Lanes;
        if (shape.Pooling == Pooling.Last)
        {
            var last = first + ((long)batch.Length * top.OutputStride);
            new Span<float>(last, half).CopyTo(new Span<float>(to, half));
            if (shape.Bidirectional)
            {
                new Span<float>(first + top.OutputStride + half, half).CopyTo(new Span<float>(to + half, half));
            }

            return;
        }

        new Span<float>(to, pooledStride).Clear();
        var lengths = batch.IsUneven ? batch.LengthsOfPanel(panel) : null;
        for (var t = 0; t < batch.Length; t++)
        {
            kernels.AddScaled(
                first + ((long)(t + 1) * top.OutputStride),
                factor.Pointer + (panel * Panel.Lanes),
                lengths,
                t,
                pooledStride,
                to
            );
        }
    }

    private void Unpool(SequenceBatch batch, LayerBuffers top, int panel, float* dPooled)
    {
        var first = top.OutputGradient + ((long)panel * (batch.Length + 2) * top.OutputStride);
        var half = shape.HiddenSize * Panel.Lanes;
        if (shape.Pooling == Pooling.Last)
        {
            var last = first + ((long)batch.Length * top.OutputStride);
            kernels.Add(last, dPooled, half, last);
            if (shape.Bidirectional)
            {
                var start = first + top.OutputStride + half;
                kernels.Add(start, dPooled + half, half, start);
            }

            return;
        }

        var lengths = batch.IsUneven ? batch.LengthsOfPanel(panel) : null;
        for (var t = 0; t < batch.Length; t++)
        {
            kernels.AddScaled(
                dPooled,
                factor.Pointer + (panel * Panel.Lanes),
                lengths,
                t,
                pooledStride,
                first + ((long)(t + 1) * top.OutputStride)
            );
        }
    }
}
