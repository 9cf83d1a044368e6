using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Engine.Layers;

/// <summary>Saved activations of one layer, both directions; layout as in <see cref="RecurrentLayer"/>.</summary>
internal sealed unsafe class LayerBuffers
{
    private readonly RecurrentLayer[] directions;
    private readonly NetworkShape shape;
    private readonly int hidden;
    private readonly AlignedBuffer output;
    private readonly AlignedBuffer outputGradient;
    private readonly AlignedBuffer[] gates;
    private readonly AlignedBuffer[] cells;
    private readonly AlignedBuffer scratch;
    private readonly AlignedBuffer reverseInputGradient;
    private readonly int scratchStride;
    private readonly int panels;
    private readonly int maxLength;
    private AlignedBuffer? masked;
    private AlignedBuffer? mask;
    private bool maskActive;

    internal LayerBuffers(
        RecurrentLayer[] directions,
        NetworkShape shape,
        bool hasLayerBelow,
        int panels,
        int maxLength
    )
    {
        this.directions = directions;
        this.shape = shape;
        this.panels = panels;
        this.maxLength = maxLength;
        hidden = shape.HiddenSize;
        var slots = panels * (maxLength + 2);
        OutputStride = Panel.PadRows(shape.OutputSize) * Panel.Lanes;
        GateStride = directions[0].GateBufferRows * Panel.Lanes;
        output = new AlignedBuffer(checked(slots * OutputStride));
        outputGradient = new AlignedBuffer(checked(slots * OutputStride));
        gates = [.. directions.Select(_ => new AlignedBuffer(checked(slots * GateStride)))];
        cells =
        [
            .. directions.Select(_ => new AlignedBuffer(shape.Cell == CellKind.Lstm ? checked(slots * CellStride) : 0)),
        ];
        scratchStride = 2 * Panel.PadRows(hidden) * Panel.Lanes;
        scratch = new AlignedBuffer(panels * directions.Length * scratchStride);
        reverseInputGradient = new AlignedBuffer(
            hasLayerBelow && shape.Bidirectional ? checked(slots * OutputStride) : 0
        );
    }

    internal int OutputStride { get; }

    internal int GateStride { get; }

    internal float* Output => output.Pointer;

    internal float* OutputGradient => outputGradient.Pointer;

    /// <summary>What the next layer reads: the output, masked when dropout is on.</summary>
    internal float* NextInput => maskActive ? masked!.Pointer : output.Pointer;

    private int CellStride => hidden * Panel.Lanes;

    internal float* Gates(int direction) => gates[direction].Pointer;

    internal LayerPanel View(SequenceBatch batch, LayerBuffers? below, int direction, int panel)
    {
        var slot = (long)panel * (batch.Length + 2);
        var own = scratch.Pointer + (((panel * directions.Length) + direction) * scratchStride);
        var rows = direction * hidden * Panel.Lanes;
        return new LayerPanel
        {
            Length = batch.Length,
            Lengths = batch.IsUneven ? batch.LengthsOfPanel(panel) : null,
            Input = below == null ? batch.Input + (slot * batch.Stride) : below.NextInput + (slot * below.OutputStride),
            InputStride = below == null ? batch.Stride : below.OutputStride,
            InputGradient =
                below == null
                    ? null
                    : (direction == 0 ? below.OutputGradient : reverseInputGradient.Pointer)
                        + (slot * below.OutputStride),
            Output = Output + (slot * OutputStride) + rows,
            OutputGradient = OutputGradient + (slot * OutputStride) + rows,
            OutputStride = OutputStride,
            Gates = gates[direction].Pointer + (slot * GateStride),
            GateStride = GateStride,
            Cell = cells[direction].Pointer + (slot * CellStride),
            CellStride = CellStride,
            Carry = own,
            CellGradient = own + (scratchStride / 2),
        };
    }

    /// <summary>Zeroes the slots before the first and after the last step; batches differ in T.</summary>
    internal void ClearBorders(SequenceBatch batch)
    {
        for (var panel = 0; panel < batch.PanelCount; panel++)
        {
            var first = (long)panel * (batch.Length + 2);
            ClearSlot(first);
            ClearSlot(first + batch.Length + 1);
        }
    }

    internal void ClearOutputGradient(SequenceBatch batch) =>
        outputGradient.Span[..(batch.PanelCount * (batch.Length + 2) * OutputStride)].Clear();

    internal void DrawMask(SequenceBatch batch, float rate, SeededRandom? random)
    {
        maskActive = rate > 0f;
        if (!maskActive)
        {
            return;
        }

        mask ??= new AlignedBuffer(panels * OutputStride);
        masked ??= new AlignedBuffer(checked(panels * (maxLength + 2) * OutputStride));
        var keep = 1f / (1f - rate);
        foreach (ref var value in mask.Span[..(batch.PanelCount * OutputStride)])
        {
            value = random!.NextSingle() < rate ? 0f : keep;
        }
    }

    internal void ApplyMask(VectorKernels kernels, SequenceBatch batch)
    {
        if (maskActive)
        {
            Mask(kernels, batch, Output, masked!.Pointer);
        }
    }

    /// <summary>
    /// Makes the gradient with respect to this layer's output whole: adds what the layer above's backward direction kept
    /// apart (both directions run at once), and applies the mask of the forward pass.
    /// </summary>
    internal void CompleteGradient(VectorKernels kernels, SequenceBatch batch, LayerBuffers above)
    {
        if (shape.Bidirectional)
        {
            var floats = batch.PanelCount * (batch.Length + 2) * OutputStride;
            kernels.Add(OutputGradient, above.reverseInputGradient.Pointer, floats, OutputGradient);
        }

        if (maskActive)
        {
            Mask(kernels, batch, OutputGradient, OutputGradient);
        }
    }

    private void ClearSlot(long slot)
    {
        new Span<float>(Output + (slot * OutputStride), OutputStride).Clear();
        for (var d = 0; d < directions.Length; d++)
        {
            new Span<float>(gates[d].Pointer + (slot * GateStride), GateStride).Clear();
            if (shape.Cell == CellKind.Lstm)
            {
                new Span<float>(cells[d].Pointer + (slot * CellStride), CellStride).Clear();
            }
        }
    }

    private void Mask(VectorKernels kernels, SequenceBatch batch, float* source, float* destination)
    {
        var slots = batch.Length + 2;
        for (var s = 0; s < batch.PanelCount * slots; s++)
        {
            var at = (long)s * OutputStride;
            kernels.Product(source + at, mask!.Pointer + (s / slots * OutputStride), OutputStride, destination + at);
        }
    }
}
