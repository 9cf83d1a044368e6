using System.Globalization;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;
using MemKD.Export.Onnx.Format;
using MemKD.Models;
using static MemKD.Export.Onnx.Format.TensorProto.Types;

namespace MemKD.Export.Onnx;

/// <summary>
/// Reads a written file back: whether the graph hangs together, and whether the weights, in PyTorch's order again, are
/// those of the model. It does not run the graph; MemKD's tests do that, in ONNX Runtime.
/// </summary>
internal static class OnnxCheck
{
    /// <summary>Checks a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="model">The model it was written from.</param>
    /// <param name="precision">How it holds weights.</param>
    /// <returns>The model with the weights of the file, and what was found in order.</returns>
    /// <exception cref="InvalidOperationException">A fault of the writer.</exception>
    public static (RecurrentClassifier ReadBack, IReadOnlyList<string> Checks) Run(
        byte[] bytes,
        RecurrentClassifier model,
        WeightPrecision precision
    )
    {
        var file = ModelProto.Parser.ParseFrom(bytes);
        Require(
            file.IrVersion == OnnxFile.IrVersion && file.OpsetImport.Single().Version == OnnxFile.Opset,
            "the versions are others"
        );
        Connected(file.Graph);
        var tensors = file.Graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var tensor in tensors.Values)
        {
            var size =
                tensor.DataType == (int)DataType.Float ? 4
                : tensor.DataType == (int)DataType.Int8 ? 1
                : 8;
            Require(tensor.RawData.Length == size * tensor.Dims.Aggregate(1L, (a, b) => a * b), tensor.Name);
        }

        var network = new RecurrentNetwork(model.Network.Shape);
        foreach (var (name, values) in Weights(tensors, model.Network.Shape))
        {
            Same(name, model.Network.Parameters[name], values, precision);
            values.CopyTo(network.Parameters[name]);
        }

        network.Pack();
        var count = string.Create(CultureInfo.InvariantCulture, $"{model.ParameterCount}");
        return (
            model with
            {
                Network = network,
            },
            [
                $"the file was read back: IR {file.IrVersion}, opset {OnnxFile.Opset}, {file.Graph.Node.Count} nodes, every input of a node is there before it",
                precision == WeightPrecision.Float32
                    ? $"all {count} weights, brought back into the model's gate order, equal the model's bit for bit"
                    : $"all {count} weights, brought back into the model's gate order, are within half a scale of the model's; biases equal them bit for bit",
            ]
        );
    }

    private static void Connected(GraphProto graph)
    {
        var known = graph
            .Input.Select(i => i.Name)
            .Concat(graph.Initializer.Select(i => i.Name))
            .ToHashSet(StringComparer.Ordinal);
        Require(known.Count == graph.Input.Count + graph.Initializer.Count, "two inputs or constants have one name");
        foreach (var node in graph.Node)
        {
            Require(
                node.Input.All(i => i.Length == 0 || known.Contains(i)),
                $"node {node.Name} comes before its input"
            );
            Require(
                node.Output.All(o => o.Length == 0 || known.Add(o)),
                $"node {node.Name} writes what is there already"
            );
        }

        Require(graph.Output.All(o => known.Contains(o.Name)), "an output of the graph has no node");
    }

    /// <summary>All parameters under PyTorch's names.</summary>
    private static IEnumerable<(string Name, float[] Values)> Weights(
        Dictionary<string, TensorProto> tensors,
        NetworkShape shape
    )
    {
        for (var layer = 0; layer < shape.LayerCount; layer++)
        {
            for (var direction = 0; direction < shape.DirectionCount; direction++)
            {
                float[] Part(string name)
                {
                    var all = Floats(tensors, name);
                    var one = all.Length / shape.DirectionCount;
                    return all[(direction * one)..((direction + 1) * one)];
                }

                var suffix = $"l{layer.ToString(CultureInfo.InvariantCulture)}";
                var end = direction == 1 ? "_reverse" : "";
                var bias = Part($"rnn.bias_{suffix}");
                var half = bias.Length / 2;
                (string, float[]) Turned(string kind, float[] rows) =>
                    ($"rnn.{kind}_{suffix}{end}", GateOrder.ToPyTorch(rows, shape.Cell));
                yield return Turned("weight_ih", Part($"rnn.weight_ih_{suffix}"));
                yield return Turned("weight_hh", Part($"rnn.weight_hh_{suffix}"));
                yield return Turned("bias_ih", bias[..half]);
                yield return Turned("bias_hh", bias[half..]);
            }
        }

        yield return ("fc.weight", Floats(tensors, "fc.weight"));
        yield return ("fc.bias", Floats(tensors, "fc.bias"));
    }

    private static float[] Floats(Dictionary<string, TensorProto> tensors, string name)
    {
        if (tensors.TryGetValue(name, out var tensor))
        {
            return MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        }

        Require(tensors.ContainsKey($"{name}_int8") && tensors.ContainsKey($"{name}_scale"), $"{name} is missing");
        var values = MemoryMarshal.Cast<byte, sbyte>(tensors[$"{name}_int8"].RawData.Span).ToArray();
        return new Int8Rows(values, Floats(tensors, $"{name}_scale")).ToFloats();
    }

    private static void Same(string name, ReadOnlySpan<float> expected, float[] found, WeightPrecision precision)
    {
        Require(expected.Length == found.Length, name);
        var exact = precision == WeightPrecision.Float32 || name.Contains("bias", StringComparison.Ordinal);

        // A row's scale is at most that of the largest weight; the last factor is for rounding in float32.
        var largest = 0f;
        foreach (var weight in expected)
        {
            largest = Math.Max(largest, Math.Abs(weight));
        }

        for (var i = 0; i < found.Length; i++)
        {
            Require(
                exact
                    ? BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(found[i])
                    : Math.Abs(expected[i] - found[i]) <= largest / 254 * 1.001f,
                name
            );
        }
    }

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"the ONNX file does not say what the model says: {fault}");
        }
    }
}
