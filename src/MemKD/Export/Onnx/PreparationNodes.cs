using MemKD.Series;

namespace MemKD.Export.Onnx;

/// <summary>
/// The part of a model's preparation that a graph can do, in float32. Numbers fitted in float64 are used so that the
/// result differs from <see cref="Preparation"/> by a few units in the last place.
/// </summary>
/// <param name="graph">Where the nodes go.</param>
/// <param name="preparation">What was fitted.</param>
internal sealed class PreparationNodes(GraphBuilder graph, Preparation preparation)
{
    /// <summary>
    /// Each channel by its mean and deviation of TRAIN. The mean is subtracted in two parts, its float32 and the rest:
    /// one float32 is too coarse for a channel far from 0.
    /// </summary>
    /// <param name="samples">[…, channels].</param>
    public string ByTrainChannels(string samples)
    {
        long[] channels = [preparation.ChannelCount];
        float[] mean = [.. preparation.ChannelMeans.Select(m => (float)m)];
        float[] rest = [.. preparation.ChannelMeans.Zip(mean, (exact, m) => (float)(exact - m))];
        var factor = Inverse(preparation.ChannelDeviations, "deviation");
        var centred = graph.Node("Sub", "less_mean", [samples, graph.Floats("channel_mean", channels, mean)]);
        if (Array.Exists(rest, r => r != 0))
        {
            var constant = graph.Floats("channel_mean_rest", channels, rest);
            centred = graph.Node("Sub", "less_mean_rest", [centred, constant]);
        }

        return graph.Node("Mul", "scaled", [centred, graph.Floats("channel_factor", channels, factor)]);
    }

    /// <summary>
    /// Each channel of each series by its own mean and deviation over its valid time points. The first sample is taken
    /// off first and the rest brought into −1 … 1, so that neither an offset nor the unit costs digits, and a constant channel
    /// becomes zeros exactly.
    /// </summary>
    /// <param name="samples">[N, T, channels], zeros behind a series' end.</param>
    /// <param name="valid">[N, T, 1], whether a time point is of the series.</param>
    /// <param name="length">[N, 1, 1], as float32.</param>
    public string BySeries(string samples, string valid, string length)
    {
        var (time, zero, one) = (graph.Axis(1), graph.Number("zero", 0), graph.Number("one", 1));
        string Valid(string output, string values) => graph.Node("Where", output, [valid, values, zero]);
        string Mean(string output, string values) =>
            graph.Node("Div", output, [graph.Node("ReduceSum", $"{output}_sum", [values, time]), length]);
        string OneForZero(string output, string values) =>
            graph.Node("Where", output, [graph.Node("Equal", $"{output}_is_zero", [values, zero]), one, values]);

        var first = graph.Node("Slice", "first_sample", [samples, graph.Axis(0), time, time]);
        var shifted = Valid("shifted", graph.Node("Sub", "less_first", [samples, first]));
        var largest = graph.Node(
            "ReduceMax",
            "largest",
            [graph.Node("Abs", "magnitude", [shifted])],
            GraphBuilder.Attribute("axes", [1])
        );
        var unit = graph.Node("Div", "in_unit", [shifted, OneForZero("unit", largest)]);
        var centred = Valid("centred", graph.Node("Sub", "less_mean", [unit, Mean("mean", unit)]));
        var variance = Mean("variance", graph.Node("Mul", "squares", [centred, centred]));
        var deviation = OneForZero("deviation", graph.Node("Sqrt", "root", [variance]));
        return graph.Node("Div", "scaled", [centred, deviation]);
    }

    /// <summary>Scaled samples with their first differences behind, in the last axis.</summary>
    /// <param name="samples">Scaled samples.</param>
    /// <param name="previous">The samples one time point before; at the first time point the samples themselves.</param>
    /// <param name="axis">The axis of the channels.</param>
    public string WithDifferences(string samples, string previous, int axis)
    {
        var scales = Inverse(preparation.Differences!.Scales, "scale of differences");
        var factor = graph.Floats("difference_factor", [preparation.ChannelCount], scales);
        var change = graph.Node("Sub", "change", [samples, previous]);
        return graph.Node(
            "Concat",
            "prepared",
            [samples, graph.Node("Mul", "differences", [change, factor])],
            GraphBuilder.Attribute("axis", axis)
        );
    }

    /// <summary>1 / value, and 0 for 0: what never changes in TRAIN becomes zeros.</summary>
    private static float[] Inverse(IReadOnlyList<double> values, string what)
    {
        float[] inverse = [.. values.Select(v => v == 0 ? 0 : (float)(1 / v))];
        var wrong = Array.FindIndex(inverse, f => !float.IsFinite(f));
        return wrong < 0
            ? inverse
            : throw new InputException(
                $"channel {wrong + 1}: its {what} in TRAIN ({values[wrong]:g3}) is too small for float32; give the channel in another unit and train again."
            );
    }
}
