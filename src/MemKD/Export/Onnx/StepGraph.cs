using System.Globalization;
using MemKD.Engine.Layers;
using MemKD.Export.Onnx.Format;
using MemKD.Models;
using MemKD.Series;
using static MemKD.Export.Onnx.Format.TensorProto.Types;
using static MemKD.Export.Onnx.GraphBuilder;

namespace MemKD.Export.Onnx;

/// <summary>
/// One time point in, probabilities and the next state out. The state is all in inputs and outputs, <c>h</c> to
/// <c>h_next</c> and so on; zeros everywhere begin a new stream. On endless streams the mean over time forgets slowly: when the count
/// reaches <see cref="FullCount"/> it and the sum are halved; up to there it is the exact mean.
/// </summary>
internal static class StepGraph
{
    /// <summary>Where count and sum are halved.</summary>
    public const int FullCount = 65_536;

    /// <summary>What begins the name of an output that is fed back: <c>h_next</c> becomes <c>h</c>.</summary>
    public const string Next = "_next";

    /// <summary>Makes the graph of a one-directional model.</summary>
    /// <exception cref="InputException">The model reads backwards too, or fitted values are beyond float32.</exception>
    public static GraphProto Build(RecurrentClassifier model)
    {
        var (shape, preparation) = (model.Network.Shape, model.Preparation);
        if (shape.Bidirectional)
        {
            throw new InputException(
                "the model reads series backwards too and cannot take them step by step; export it with --format onnx, or distil a student from it."
            );
        }

        var graph = new GraphBuilder("memkd_step");
        var count = shape.Pooling == Pooling.Mean || preparation.Differences != null;
        graph.Input("x", DataType.Float, "one sample of each stream", "batch", preparation.ChannelCount);
        State(graph, "h", "hidden state of each layer", shape.LayerCount, "batch", shape.HiddenSize);
        if (shape.Cell == CellKind.Lstm)
        {
            State(graph, "c", "cell state of each layer", shape.LayerCount, "batch", shape.HiddenSize);
        }

        if (count)
        {
            State(graph, "count", "samples so far", "batch", 1);
        }

        var samples = Prepare(graph, preparation);
        var weights = new WeightNodes(graph, model, WeightPrecision.Float32);
        var top = Layers(graph, shape, weights, samples);
        if (count)
        {
            Count(graph);
        }

        weights.Head(shape.Pooling == Pooling.Mean ? Mean(graph, shape, top) : top);
        Outputs(graph.Graph);
        return graph.Graph;
    }

    private static void State(GraphBuilder graph, string name, string meaning, params object[] dimensions) =>
        graph.Input(name, DataType.Float, $"{meaning}; zeros at first, then {name}{Next}", dimensions);

    private static string Prepare(GraphBuilder graph, Preparation preparation)
    {
        var nodes = new PreparationNodes(graph, preparation);
        var samples = preparation.Normalization == Normalization.TrainChannelZ ? nodes.ByTrainChannels("x") : "x";
        if (preparation.Differences == null)
        {
            return samples;
        }

        State(graph, "previous", "the scaled sample before", "batch", preparation.ChannelCount);
        graph.Node("Identity", $"previous{Next}", [samples]);
        var isFirst = graph.Node("Equal", "is_first", ["count", graph.Number("zero", 0)]);
        var before = graph.Node("Where", "one_before", [isFirst, samples, "previous"]);
        return nodes.WithDifferences(samples, before, axis: 1);
    }

    /// <summary>All layers; the last one's state [N, H].</summary>
    private static string Layers(GraphBuilder graph, NetworkShape shape, WeightNodes weights, string samples)
    {
        var hidden = EachLayer(graph, shape, "h");
        var cell = shape.Cell == CellKind.Lstm ? EachLayer(graph, shape, "c") : null;
        var states = graph.Node("Unsqueeze", "layer_0", [samples, graph.Axis(0)]);
        for (var layer = 0; layer < shape.LayerCount; layer++)
        {
            var next = cell == null ? (string[])["", After("h", layer)] : ["", After("h", layer), After("c", layer)];
            string[] before = cell == null ? [hidden[layer]] : [hidden[layer], cell[layer]];
            weights.Recurrence(layer, next, states, ["", .. before]);
            states = After("h", layer); // [1, N, H]: one direction, and one time point for the layer above
        }

        foreach (var name in cell == null ? (string[])["h"] : ["h", "c"])
        {
            var parts = Enumerable.Range(0, shape.LayerCount).Select(l => After(name, l)).ToArray();
            graph.Node("Concat", name + Next, parts, Attribute("axis", 0));
        }

        return graph.Node("Squeeze", "top", [states, graph.Axis(0)]);
    }

    private static string[] EachLayer(GraphBuilder graph, NetworkShape shape, string name)
    {
        if (shape.LayerCount == 1)
        {
            return [name];
        }

        string[] parts =
        [
            .. Enumerable
                .Range(0, shape.LayerCount)
                .Select(l => string.Create(CultureInfo.InvariantCulture, $"{name}_{l}")),
        ];
        graph.Node("Split", parts, [name], Attribute("axis", 0));
        return parts;
    }

    private static string After(string name, int layer) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}_{layer}{Next}");

    /// <summary>One more sample, and half of everything when there are too many.</summary>
    private static void Count(GraphBuilder graph)
    {
        var more = graph.Node("Add", "one_more", ["count", graph.Number("one", 1)]);
        var full = graph.Node("Equal", "is_full", [more, graph.Number("full", FullCount)]);
        graph.Node("Where", "keep", [full, graph.Number("half", 0.5f), graph.Number("one", 1)]);
        graph.Node("Mul", $"count{Next}", [more, "keep"]);
    }

    private static string Mean(GraphBuilder graph, NetworkShape shape, string top)
    {
        State(graph, "sum", "sum of the last layer's hidden states so far", "batch", shape.HiddenSize);
        graph.Node("Mul", $"sum{Next}", [graph.Node("Add", "state_sum", ["sum", top]), "keep"]);
        return graph.Node("Div", "pooled", [$"sum{Next}", $"count{Next}"]);
    }

    /// <summary>Every state has its next one among the outputs, of the same shape.</summary>
    private static void Outputs(GraphProto graph)
    {
        foreach (var state in graph.Input.Skip(1))
        {
            graph.Output.Add(
                new ValueInfoProto
                {
                    Name = state.Name + Next,
                    Type = state.Type.Clone(),
                    DocString = $"to be given as {state.Name} at the next time point",
                }
            );
        }
    }
}
