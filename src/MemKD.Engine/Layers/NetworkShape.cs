namespace MemKD.Engine.Layers;

/// <summary>The recurrent cell.</summary>
public enum CellKind
{
    /// <summary>Long short-term memory.</summary>
    Lstm,

    /// <summary>Gated recurrent unit, reset gate after the recurrent product (PyTorch, cuDNN).</summary>
    Gru,

    /// <summary>Plain tanh recurrence.</summary>
    Rnn,
}

/// <summary>What the linear layer sees of the hidden states.</summary>
public enum Pooling
{
    /// <summary>The state after a case's last time point (of the backward direction: after its first).</summary>
    Last,

    /// <summary>The mean over a case's time points.</summary>
    Mean,
}

/// <summary>The architecture of a recurrent classifier: stacked layers of one cell and a linear layer.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="InputSize">Channels D.</param>
/// <param name="HiddenSize">Hidden units H of each layer and direction.</param>
/// <param name="LayerCount">Stacked layers.</param>
/// <param name="ClassCount">Classes K.</param>
/// <param name="Bidirectional">Whether each layer also reads the series backwards (teachers only: it cannot stream).</param>
/// <param name="Pooling">What the linear layer sees.</param>
public sealed record NetworkShape(
    CellKind Cell,
    int InputSize,
    int HiddenSize,
    int LayerCount,
    int ClassCount,
    bool Bidirectional = false,
    Pooling Pooling = Pooling.Last
)
{
    /// <summary>Rows of a weight matrix for one hidden unit: 4 (LSTM), 3 (GRU), 1 (RNN).</summary>
    public int GateCount =>
        Cell switch
        {
            CellKind.Lstm => 4,
            CellKind.Gru => 3,
            _ => 1,
        };

    /// <summary>1, or 2 when bidirectional.</summary>
    public int DirectionCount => Bidirectional ? 2 : 1;

    /// <summary>Rows of a layer's output: hidden units × directions.</summary>
    public int OutputSize => HiddenSize * DirectionCount;

    /// <summary>Trainable numbers, two bias vectors a layer as in PyTorch.</summary>
    public int ParameterCount => Tensors().Sum(t => t.Shape.Aggregate(1, (a, b) => a * b));

    /// <summary>Multiply-adds of one time step of one case, the linear layer not counted.</summary>
    public int MultiplyAddsPerStep =>
        Enumerable
            .Range(0, LayerCount)
            .Sum(l => DirectionCount * GateCount * HiddenSize * (LayerInputSize(l) + HiddenSize));

    /// <summary>Input rows of a layer.</summary>
    public int LayerInputSize(int layer) => layer == 0 ? InputSize : OutputSize;

    /// <summary>Names and shapes in the order of PyTorch's <c>state_dict</c>: <c>rnn.*</c>, then <c>fc.*</c>.</summary>
    public IEnumerable<(string Name, int[] Shape)> Tensors()
    {
        var rows = GateCount * HiddenSize;
        for (var layer = 0; layer < LayerCount; layer++)
        {
            for (var direction = 0; direction < DirectionCount; direction++)
            {
                var suffix = Suffix(layer, direction);
                yield return ($"rnn.weight_ih{suffix}", [rows, LayerInputSize(layer)]);
                yield return ($"rnn.weight_hh{suffix}", [rows, HiddenSize]);
                yield return ($"rnn.bias_ih{suffix}", [rows]);
                yield return ($"rnn.bias_hh{suffix}", [rows]);
            }
        }

        yield return ("fc.weight", [ClassCount, OutputSize]);
        yield return ("fc.bias", [ClassCount]);
    }

    internal static string Suffix(int layer, int direction) => $"_l{layer}{(direction == 1 ? "_reverse" : "")}";
}
