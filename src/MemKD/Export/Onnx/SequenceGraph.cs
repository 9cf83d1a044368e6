using MemKD.Engine.Layers;
using MemKD.Export.Onnx.Format;
using MemKD.Models;
using MemKD.Series;
using static MemKD.Export.Onnx.Format.TensorProto.Types;
using static MemKD.Export.Onnx.GraphBuilder;

namespace MemKD.Export.Onnx;

/// <summary>
/// Whole series in, probabilities out: x [N, T, C] and lengths [N] give logits and probabilities [N, K]. What lies behind
/// a series' end has no influence, NaN included. The recurrent operators take [T, N, D] (layout 0, the only one that
/// runtimes agree on), so the graph transposes.
/// </summary>
internal static class SequenceGraph
{
    /// <summary>Makes the graph.</summary>
    /// <exception cref="InputException">Fitted values beyond float32.</exception>
    public static GraphProto Build(RecurrentClassifier model, WeightPrecision precision)
    {
        var (shape, preparation) = (model.Network.Shape, model.Preparation);
        var graph = new GraphBuilder("memkd_sequence");
        graph.Input("x", DataType.Float, "samples of each series", "batch", "time", preparation.ChannelCount);
        graph.Input("lengths", DataType.Int32, "time points of each series, 1 to time", "batch");

        var (valid, length) = Ends(graph);
        var input = Prepare(graph, preparation, valid, length);
        var states = graph.Node("Transpose", "layer_0", [input], Attribute("perm", [1, 0, 2]));
        var weights = new WeightNodes(graph, model, precision);
        var top = shape.LayerCount - 1;
        for (var layer = 0; layer < top; layer++)
        {
            weights.Recurrence(layer, [$"y_{layer}"], states, "lengths");
            states = SideBySide(graph, shape, $"y_{layer}", $"layer_{layer + 1}");
        }

        if (shape.Pooling == Pooling.Last)
        {
            weights.Recurrence(top, ["", "y_last"], states, "lengths");
        }
        else
        {
            weights.Recurrence(top, [$"y_{top}"], states, "lengths");
        }

        weights.Head(
            shape.Pooling == Pooling.Last ? LastStates(graph, shape) : MeanStates(graph, shape, valid, length)
        );
        return graph.Graph;
    }

    /// <summary>Which time points are of the series [N, T, 1], and the lengths as float32 [N, 1, 1].</summary>
    private static (string Valid, string Length) Ends(GraphBuilder graph)
    {
        var time = graph.Node("Shape", "time_shape", ["x"], Attribute("start", 1), Attribute("end", 2));
        var times = graph.Node(
            "Range",
            "times",
            [
                graph.Integer("int_zero", 0),
                graph.Node("Squeeze", "time_count", [time, graph.Axis(0)]),
                graph.Integer("int_one", 1),
            ]
        );
        var ends = graph.Node(
            "Unsqueeze",
            "ends",
            [graph.Node("Cast", "lengths_int64", ["lengths"], Attribute("to", (long)DataType.Int64)), graph.Axis(1)]
        );
        var valid = graph.Node("Unsqueeze", "valid", [graph.Node("Less", "before_end", [times, ends]), graph.Axis(2)]);
        var length = graph.Node(
            "Unsqueeze",
            "length",
            [
                graph.Node("Cast", "lengths_float", ["lengths"], Attribute("to", (long)DataType.Float)),
                graph.Integers("axes_1_2", 1, 2),
            ]
        );
        return (valid, length);
    }

    private static string Prepare(GraphBuilder graph, Preparation preparation, string valid, string length)
    {
        var nodes = new PreparationNodes(graph, preparation);
        var samples = graph.Node("Where", "samples", [valid, "x", graph.Number("zero", 0)]);
        samples = preparation.Normalization switch
        {
            Normalization.TrainChannelZ => nodes.ByTrainChannels(samples),
            Normalization.SeriesZ => nodes.BySeries(samples, valid, length),
            _ => samples,
        };
        if (preparation.Differences == null)
        {
            return samples;
        }

        // One step later, the first time point twice.
        var time = graph.Axis(1);
        var first = graph.Node("Slice", "first_time", [samples, graph.Axis(0), time, time]);
        var twice = graph.Node("Concat", "first_twice", [first, samples], Attribute("axis", 1));
        var previous = graph.Node("Slice", "one_before", [twice, graph.Axis(0), graph.Integers("but_last", -1), time]);
        return nodes.WithDifferences(samples, previous, axis: 2);
    }

    /// <summary>[T, directions, N, H] to [T, N, directions · H], the forward direction first as in PyTorch.</summary>
    private static string SideBySide(GraphBuilder graph, NetworkShape shape, string states, string output)
    {
        if (!shape.Bidirectional)
        {
            return graph.Node("Squeeze", output, [states, graph.Axis(1)]);
        }

        var turned = graph.Node("Transpose", $"{states}_turned", [states], Attribute("perm", [0, 2, 1, 3]));
        return graph.Node("Reshape", output, [turned, graph.Integers("side_by_side", 0, 0, shape.OutputSize)]);
    }

    /// <summary>The state after a series' last time point; of the backward direction after its first, where it ends.</summary>
    private static string LastStates(GraphBuilder graph, NetworkShape shape)
    {
        if (!shape.Bidirectional)
        {
            return graph.Node("Squeeze", "pooled", ["y_last", graph.Axis(0)]);
        }

        var turned = graph.Node("Transpose", "y_last_turned", ["y_last"], Attribute("perm", [1, 0, 2]));
        return graph.Node("Reshape", "pooled", [turned, graph.Integers("last_side_by_side", 0, shape.OutputSize)]);
    }

    /// <summary>The mean over a series' time points.</summary>
    private static string MeanStates(GraphBuilder graph, NetworkShape shape, string valid, string length)
    {
        var top = shape.LayerCount - 1;
        var states = SideBySide(graph, shape, $"y_{top}", $"layer_{top + 1}");
        var turned = graph.Node("Transpose", "valid_turned", [valid], Attribute("perm", [1, 0, 2]));
        var known = graph.Node("Where", "valid_states", [turned, states, graph.Number("zero", 0)]);
        var sum = graph.Node("ReduceSum", "state_sum", [known, graph.Axis(0)], Attribute("keepdims", 0));
        return graph.Node("Div", "pooled", [sum, graph.Node("Squeeze", "length_2d", [length, graph.Axis(2)])]);
    }
}
