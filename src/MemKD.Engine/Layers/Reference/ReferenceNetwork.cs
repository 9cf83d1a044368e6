using System.Numerics;

namespace MemKD.Engine.Layers.Reference;

/// <summary>
/// The network once more, slow and plain: one case at a time, loops over numbers, no padding, no lanes, no masks for
/// ended cases. Run in double it is the truth that the fast engine is tested against; finite differences and PyTorch
/// judge it in turn (docs/numerics.md). Parameters go by PyTorch's names, row-major.
/// </summary>
internal class ReferenceNetwork<T>
    where T : IFloatingPointIeee754<T>
{
    private readonly NetworkShape shape;
    private readonly IReadOnlyDictionary<string, T[]> parameters;

    /// <summary>Joins an architecture and its parameters; they are used as they are at each call.</summary>
    internal ReferenceNetwork(NetworkShape shape, IReadOnlyDictionary<string, T[]> parameters)
    {
        this.shape = shape;
        this.parameters = parameters;
    }

    /// <summary>Zeros for a gradient, one array a tensor.</summary>
    internal static Dictionary<string, T[]> Zeros(NetworkShape shape) =>
        shape
            .Tensors()
            .ToDictionary(t => t.Name, t => new T[t.Shape.Aggregate(1, (a, b) => a * b)], StringComparer.Ordinal);

    /// <summary>One case through all layers.</summary>
    /// <param name="input">[T][D].</param>
    /// <param name="masks">Dropout factors on the output of each layer but the last, [layer][unit], or null.</param>
    internal ReferenceTrace<T> Forward(T[][] input, T[][]? masks = null)
    {
        var trace = new ReferenceTrace<T> { Masks = masks };
        var x = input;
        for (var l = 0; l < shape.LayerCount; l++)
        {
            var directions = new ReferenceSteps<T>[shape.DirectionCount];
            for (var d = 0; d < directions.Length; d++)
            {
                directions[d] = Layer(l, d).Forward(x);
            }

            trace.Steps.Add(directions);
            x = [.. Enumerable.Range(0, x.Length).Select(t => Join(directions, t))];
            if (masks != null && l + 1 < shape.LayerCount)
            {
                x = [.. x.Select(row => row.Zip(masks[l], (value, factor) => value * factor).ToArray())];
            }
        }

        trace.Hidden = x;
        trace.Pooled = Pool(x);
        trace.Logits = [.. parameters["fc.bias"]];
        Products.Add(parameters["fc.weight"], trace.Pooled, trace.Logits);
        return trace;
    }

    /// <summary>Adds one case's gradient.</summary>
    /// <param name="trace">What <see cref="Forward"/> returned; read only.</param>
    /// <param name="dLogits">Gradient with respect to the logits [K].</param>
    /// <param name="dHidden">Gradient with respect to the last layer's states, beside that through the logits, [T][units], or null.</param>
    /// <param name="gradient">One array a tensor; ADDED to.</param>
    internal void Backward(ReferenceTrace<T> trace, T[] dLogits, T[][]? dHidden, Dictionary<string, T[]> gradient)
    {
        Products.AddOuter(dLogits, trace.Pooled, gradient["fc.weight"]);
        Products.AddTo(gradient["fc.bias"], dLogits);
        var dPooled = new T[shape.OutputSize];
        Products.AddTransposed(parameters["fc.weight"], dLogits, dPooled);
        var dOutput = Unpool(dPooled, trace.Hidden.Length);
        for (var t = 0; dHidden != null && t < dOutput.Length; t++)
        {
            Products.AddTo(dOutput[t], dHidden[t]);
        }

        for (var l = shape.LayerCount - 1; l >= 0; l--)
        {
            var dInput = dOutput.Select(_ => new T[shape.LayerInputSize(l)]).ToArray();
            for (var d = 0; d < shape.DirectionCount; d++)
            {
                var part = (d * shape.HiddenSize)..((d + 1) * shape.HiddenSize);
                Layer(l, d).Backward(trace.Steps[l][d], [.. dOutput.Select(row => row[part])], dInput, gradient);
            }

            if (trace.Masks != null && l > 0)
            {
                dInput = [.. dInput.Select(row => row.Zip(trace.Masks[l - 1], (g, factor) => g * factor).ToArray())];
            }

            dOutput = dInput;
        }
    }

    /// <summary>One direction of one layer; tests override it to plant errors.</summary>
    private protected virtual ReferenceLayer<T> Layer(int layer, int direction) =>
        new(shape, layer, direction, parameters);

    private static T[] Join(ReferenceSteps<T>[] directions, int time) =>
        [.. directions.SelectMany(d => d.Hidden[time])];

    private T[] Pool(T[][] hidden)
    {
        var pooled = new T[shape.OutputSize];
        for (var u = 0; u < pooled.Length; u++)
        {
            if (shape.Pooling == Pooling.Last)
            {
                pooled[u] = hidden[LastStep(u, hidden.Length)][u];
                continue;
            }

            foreach (var row in hidden)
            {
                pooled[u] += row[u] / T.CreateChecked(hidden.Length);
            }
        }

        return pooled;
    }

    private T[][] Unpool(T[] dPooled, int length)
    {
        var dOutput = Enumerable.Range(0, length).Select(_ => new T[shape.OutputSize]).ToArray();
        for (var u = 0; u < dPooled.Length; u++)
        {
            if (shape.Pooling == Pooling.Last)
            {
                dOutput[LastStep(u, length)][u] = dPooled[u];
                continue;
            }

            foreach (var row in dOutput)
            {
                row[u] = dPooled[u] / T.CreateChecked(length);
            }
        }

        return dOutput;
    }

    /// <summary>The time at which a unit has read the whole case: the backward direction ends at time 0.</summary>
    private int LastStep(int unit, int length) => unit < shape.HiddenSize ? length - 1 : 0;
}

/// <summary>What <see cref="ReferenceNetwork{T}.Backward"/> needs of a forward pass.</summary>
internal sealed class ReferenceTrace<T>
{
    /// <summary>Steps of each layer and direction.</summary>
    internal List<ReferenceSteps<T>[]> Steps { get; } = [];

    /// <summary>Dropout factors, [layer][unit], or null.</summary>
    internal T[][]? Masks { get; init; }

    /// <summary>States of the last layer, [T][units of both directions].</summary>
    internal T[][] Hidden { get; set; } = [];

    /// <summary>What the linear layer saw.</summary>
    internal T[] Pooled { get; set; } = [];

    /// <summary>Logits [K].</summary>
    internal T[] Logits { get; set; } = [];
}
