using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>
/// The weight gradients of all layers after the backward pass, cut into blocks of gate rows that threads share. Every
/// number of the gradient is summed by one thread over all steps in order.
/// </summary>
internal sealed unsafe class GradientProducts
{
    private const int MostRows = 256;
    private const int NarrowRows = 32;

    private readonly VectorKernels kernels;
    private readonly WorkerTeam team;
    private readonly List<Block> blocks = [];
    private readonly AlignedBuffer[] scratch;
    private readonly long multiplyAddsPerStep;
    private readonly int[] taken;
    private readonly Action<int> runBlock;
    private SequenceBatch batch = null!;
    private LayerBuffers[] layers = null!;
    private ParameterSet gradient = null!;

    internal GradientProducts(RecurrentNetwork network, VectorKernels kernels, WorkerTeam team, int maxSteps)
    {
        this.kernels = kernels;
        this.team = team;
        var scratchLength = 0;
        for (var l = 0; l < network.Layers.Length; l++)
        {
            for (var d = 0; d < network.Layers[l].Length; d++)
            {
                foreach (var part in network.Layers[l][d].GradientParts(network.Parameters))
                {
                    var blockRows = BlockRows(part.Rows, part.Columns);
                    multiplyAddsPerStep += (long)part.Rows * part.Columns * Panel.Lanes;
                    for (var row = 0; row < part.Rows; row += blockRows)
                    {
                        var rows = Math.Min(blockRows, part.Rows - row);
                        blocks.Add(new Block(l, d, part.Slice(row, rows)));
                        scratchLength = Math.Max(
                            scratchLength,
                            new OuterProductSize(rows, part.Columns, maxSteps).ScratchLength
                        );
                    }
                }
            }
        }

        scratch = [.. Enumerable.Range(0, team.ThreadCount).Select(_ => new AlignedBuffer(scratchLength))];
        taken = new int[scratch.Length];
        runBlock = RunBlock;
    }

    internal void Accumulate(SequenceBatch input, LayerBuffers[] buffers, ParameterSet destination)
    {
        batch = input;
        layers = buffers;
        gradient = destination;
        taken.AsSpan().Clear();
        team.Run(blocks.Count, runBlock, multiplyAddsPerStep * input.PanelCount * (input.Length + 2));
    }

    /// <summary>Rows of a block: of many columns as few blocks as can be, of about the same size, in whole tiles.</summary>
    private static int BlockRows(int rows, int columns)
    {
        if (columns < OuterProductSize.WideColumns)
        {
            return NarrowRows;
        }

        var count = (rows + MostRows - 1) / MostRows;
        var tiles = ((rows + count - 1) / count + OuterProductSize.WideTile - 1) / OuterProductSize.WideTile;
        return tiles * OuterProductSize.WideTile;
    }

    private void RunBlock(int index)
    {
        var (l, d, part) = blocks[index];
        var slot = TakeScratch();
        var layer = layers[l];
        var steps = batch.PanelCount * (batch.Length + 2);
        var left = layer.Gates(d) + (part.GateRow * Panel.Lanes);
        var right = l == 0 ? batch.Input : layers[l - 1].NextInput;
        var rightStride = l == 0 ? batch.Stride : layers[l - 1].OutputStride;
        if (part.Shift != 0)
        {
            right = layer.Output + (d * part.Columns * Panel.Lanes);
            rightStride = layer.OutputStride;
            left += part.Shift < 0 ? layer.GateStride : 0; // what is left out, the gates of a border slot, is zero
            right += part.Shift > 0 ? rightStride : 0;
            steps--;
        }

        var sums = stackalloc float[part.Rows];
        new Span<float>(sums, part.Rows).Clear();
        kernels.OuterProduct(
            new PanelRows(left, layer.GateStride),
            new PanelRows(right, rightStride),
            new OuterProductSize(part.Rows, part.Columns, steps),
            scratch[slot].Pointer,
            gradient.Buffer.Pointer + part.WeightOffset,
            part.Biases.Length == 0 ? null : sums
        );
        foreach (var (offset, count) in part.Biases)
        {
            for (var row = 0; row < count; row++)
            {
                gradient.Buffer.Pointer[offset + row] += sums[row];
            }
        }

        Volatile.Write(ref taken[slot], 0);
    }

    /// <summary>A scratch buffer that no other thread holds; there are as many as threads, so one is always free.</summary>
    private int TakeScratch()
    {
        for (var slot = 0; ; slot = (slot + 1) % taken.Length)
        {
            if (Interlocked.CompareExchange(ref taken[slot], 1, 0) == 0)
            {
                return slot;
            }
        }
    }

    private sealed record Block(int Layer, int Direction, WeightGradientPart Part);
}
