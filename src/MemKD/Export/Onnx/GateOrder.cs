using MemKD.Engine.Layers;

namespace MemKD.Export.Onnx;

/// <summary>
/// Blocks of H rows, one a gate, between PyTorch's order (LSTM i, f, g, o; GRU r, z, n) and that of the ONNX operators
/// (LSTM i, o, f, c, where c is PyTorch's g; GRU z, r, h, where h is PyTorch's n).
/// </summary>
internal static class GateOrder
{
    /// <summary>PyTorch's rows in ONNX's order.</summary>
    /// <param name="rows">[G·H, width], row-major; a bias has width 1.</param>
    /// <param name="cell">The cell, which says G.</param>
    public static float[] ToOnnx(ReadOnlySpan<float> rows, CellKind cell)
    {
        var (order, result) = (PyTorchBlocks(cell), new float[rows.Length]);
        var block = rows.Length / order.Length;
        for (var k = 0; k < order.Length; k++)
        {
            rows.Slice(order[k] * block, block).CopyTo(result.AsSpan(k * block));
        }

        return result;
    }

    /// <summary>ONNX's rows in PyTorch's order.</summary>
    public static float[] ToPyTorch(ReadOnlySpan<float> rows, CellKind cell)
    {
        var (order, result) = (PyTorchBlocks(cell), new float[rows.Length]);
        var block = rows.Length / order.Length;
        for (var k = 0; k < order.Length; k++)
        {
            rows.Slice(k * block, block).CopyTo(result.AsSpan(order[k] * block));
        }

        return result;
    }

    /// <summary>For each of ONNX's blocks in order, the number of PyTorch's.</summary>
    private static int[] PyTorchBlocks(CellKind cell) =>
        cell switch
        {
            CellKind.Lstm => [0, 3, 1, 2],
            CellKind.Gru => [1, 0, 2],
            _ => [0],
        };
}
