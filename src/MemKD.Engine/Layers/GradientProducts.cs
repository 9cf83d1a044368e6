using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;

namespace MemKD.Engine.Layers;

/// <summary>
/// The weight gradients of all layers after the backward pass, cut into blocks of gate rows that threads share. Every
/// number of the gradient is summed by one thread over all steps in order.
/// </summary>
internal sealed unsafe class GradientProducts
{
    private const int BlockRows = 60;
    private readonly VectorKernels kernels;
    private readonly WorkerTeam team;
    private readonly List<Block> blocks = [];
    private readonly AlignedBuffer[] scratch;
    private readonly System.Collections.Concurrent.ConcurrentStack<AlignedBuffer> free = new();
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
                    for (var row = 0; row < part.Rows; row += BlockRows)
                    {
                        var rows = Math.Min(BlockRows, part.Rows - row);
                        blocks.Add(
                            new Block(
                                l,
                                d,
                                part with
                                {
                                    GateRow = part.GateRow + row,
                                    Rows = rows,
                                    WeightOffset = part.WeightOffset + (row * part.Columns),
                                    BiasOffset = part.BiasOffset + row,
                                }
                            )
                        );
                        scratchLength = Math.Max(
                            scratchLength,
                            new OuterProductSize(rows, part.Columns, maxSteps).ScratchLength
                        );
                    }
                }
            }
        }

        scratch = [.. Enumerable.Range(0, team.ThreadCount).Select(_ => new AlignedBuffer(scratchLength))];
        runBlock = RunBlock;
    }

    internal void Accumulate(SequenceBatch input, LayerBuffers[] buffers, ParameterSet destination)
    {
        batch = input;
        layers = buffers;
        gradient = destination;
        free.Clear();
        free.PushRange(scratch);
        team.Run(blocks.Count, runBlock);
    }

    private void RunBlock(int index)
    {
        var (l, d, part) = blocks[index];
        if (!free.TryPop(out var own))
        {
            throw new InvalidOperationException("more threads than scratch buffers");
        }

        var layer = layers[l];
        var steps = batch.PanelCount * (batch.Length + 2);
        var left = layer.Gates(d) + (part.GateRow * Panel.Lanes);
        var right = l == 0 ? batch.Input : layers[l - 1].NextInput;
        var rightStride = l == 0 ? batch.Stride : layers[l - 1].OutputStride;
        kernels.RowSums(left, layer.GateStride, part.Rows, steps, gradient.Buffer.Pointer + part.BiasOffset);
        if (part.Shift != 0)
        {
            right = layer.Output + (d * part.Columns * Panel.Lanes);
            rightStride = layer.OutputStride;
            left += part.Shift < 0 ? layer.GateStride : 0;
            right += part.Shift > 0 ? rightStride : 0;
            steps--;
        }

        kernels.OuterProduct(
            left,
            layer.GateStride,
            right,
            rightStride,
            new OuterProductSize(part.Rows, part.Columns, steps),
            own.Pointer,
            gradient.Buffer.Pointer + part.WeightOffset
        );
        free.Push(own);
    }

    private sealed record Block(int Layer, int Direction, WeightGradientPart Part);
}
