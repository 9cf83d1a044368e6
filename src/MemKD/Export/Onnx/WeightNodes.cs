using MemKD.Engine.Layers;
using MemKD.Models;
using static MemKD.Export.Onnx.GraphBuilder;

namespace MemKD.Export.Onnx;

/// <summary>How an ONNX file holds weights.</summary>
internal enum WeightPrecision
{
    /// <summary>As they were trained.</summary>
    Float32,

    /// <summary>Whole numbers from −127 to 127 and one scale a row; biases stay float32.</summary>
    Int8,
}

/// <summary>The constants of layers and linear layer, and for int8 the nodes that make float32 of them.</summary>
/// <param name="graph">Where they go.</param>
/// <param name="model">Whose they are.</param>
/// <param name="precision">How weights are held.</param>
internal sealed class WeightNodes(GraphBuilder graph, RecurrentClassifier model, WeightPrecision precision)
{
    private readonly NetworkShape shape = model.Network.Shape;

    /// <summary>One recurrent node: Y, Y_h and, of an LSTM, Y_c; an empty name leaves an output out.</summary>
    /// <param name="layer">Which.</param>
    /// <param name="outputs">Y [T, directions, N, H], Y_h and Y_c [directions, N, H].</param>
    /// <param name="input">X, [T, N, D].</param>
    /// <param name="others">sequence_lens, initial_h, initial_c, as far as there are.</param>
    public void Recurrence(int layer, string[] outputs, string input, params string[] others)
    {
        var (rows, directions) = (shape.GateCount * shape.HiddenSize, shape.DirectionCount);
        string Weights(string kind, int width) =>
            Matrix(
                $"rnn.{kind}_l{layer}",
                directions * rows,
                width,
                Joined(layer, kind),
                [directions, rows, width],
                reshape: true
            );
        var weightIh = Weights("weight_ih", shape.LayerInputSize(layer));
        var weightHh = Weights("weight_hh", shape.HiddenSize);
        var biases = Enumerable
            .Range(0, directions)
            .SelectMany(d => (float[])[.. Part("bias_ih", layer, d), .. Part("bias_hh", layer, d)])
            .ToArray();
        var bias = graph.Floats($"rnn.bias_l{layer}", [directions, 2 * rows], biases);
        graph.Node(
            shape.Cell.ToString().ToUpperInvariant(),
            outputs,
            [input, weightIh, weightHh, bias, .. others],
            [
                Attribute("hidden_size", shape.HiddenSize),
                Attribute("direction", shape.Bidirectional ? "bidirectional" : "forward"),
                .. shape.Cell == CellKind.Gru
                    ? [Attribute("linear_before_reset", 1)]
                    : Array.Empty<Format.AttributeProto>(),
            ]
        );
    }

    /// <summary>The linear layer and the soft-max; the graph's outputs <c>logits</c> and <c>probabilities</c>.</summary>
    /// <param name="pooled">[N, units of all directions].</param>
    public void Head(string pooled)
    {
        var weight = Matrix(
            "fc.weight",
            shape.ClassCount,
            shape.OutputSize,
            model.Network.Parameters["fc.weight"].ToArray(),
            [shape.ClassCount, shape.OutputSize],
            reshape: false
        );
        var bias = graph.Floats("fc.bias", [shape.ClassCount], model.Network.Parameters["fc.bias"]);
        graph.Node("Gemm", "logits", [pooled, weight, bias], Attribute("transB", 1));
        graph.Node("Softmax", "probabilities", ["logits"], Attribute("axis", 1));
        graph.Output("logits", "before the soft-max", "batch", shape.ClassCount);
        graph.Output("probabilities", "one a class, in the order of memkd.classes", "batch", shape.ClassCount);
    }

    private float[] Joined(int layer, string kind) =>
        [.. Enumerable.Range(0, shape.DirectionCount).SelectMany(d => Part(kind, layer, d))];

    private float[] Part(string kind, int layer, int direction) =>
        GateOrder.ToOnnx(
            model.Network.Parameters[$"rnn.{kind}_l{layer}{(direction == 1 ? "_reverse" : "")}"],
            shape.Cell
        );

    /// <summary>DequantizeLinear has one scale a row of a matrix only, so the matrix of both directions is folded after it.</summary>
    private string Matrix(string name, int rows, int width, float[] values, long[] dimensions, bool reshape)
    {
        if (precision == WeightPrecision.Float32)
        {
            return graph.Floats(name, dimensions, values);
        }

        var quantized = Int8Rows.Of(values, rows);
        var flat = graph.Node(
            "DequantizeLinear",
            reshape ? $"{name}_rows" : name,
            [
                graph.Bytes($"{name}_int8", [rows, width], quantized.Values),
                graph.Floats($"{name}_scale", [rows], quantized.Scales),
            ],
            Attribute("axis", 0)
        );
        return reshape ? graph.Node("Reshape", name, [flat, graph.Integers($"{name}_shape", dimensions)]) : flat;
    }
}
