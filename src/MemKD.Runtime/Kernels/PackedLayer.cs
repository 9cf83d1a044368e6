using System.Numerics;

namespace MemKD.Runtime.Kernels;

/// <summary>
/// The weights of one layer as the step reads them, once from front to back: units in blocks of one vector, for each
/// block the columns (inputs, then units, an even number of them), for each column its gates, one vector each. Units
/// that fill the last block up have weights of 0 and states of 0.
/// LSTM: gates i, f, g, o everywhere. GRU: inputs r, z, n; units r, z, m, where m = W_hn h + b_hn is the part of the
/// candidate that the reset gate scales. Biases: 4 vectors a block (RNN 1); b_ih + b_hh, for a GRU's n and m apart.
/// Everything of a sigmoid gate is halved (see <see cref="Activation.SigmoidOfTwice"/>).
/// </summary>
internal sealed class PackedLayer
{
    /// <summary>Units of one block: the lanes of this machine's vectors.</summary>
    public static readonly int Lanes = Vector<float>.Count;

    public PackedLayer(Cell cell, LayerWeights layer, int inputSize, int hiddenSize)
    {
        var gates = cell.GateCount();
        InputSize = inputSize;
        HiddenSize = hiddenSize;
        BlockCount = (hiddenSize + Lanes - 1) / Lanes;
        BiasGates = cell == Cell.Gru ? 4 : gates;
        Weights = new float[checked(BlockCount * (inputSize + EvenHiddenSize) * gates * Lanes)];
        Biases = new float[BlockCount * BiasGates * Lanes];
        var at = 0;
        for (var block = 0; block < BlockCount; block++)
        {
            at = Pack(cell, layer.InputWeights, inputSize, block, at);
            at =
                Pack(cell, layer.HiddenWeights, hiddenSize, block, at)
                + ((EvenHiddenSize - hiddenSize) * gates * Lanes);
            for (var gate = 0; gate < BiasGates; gate++)
            {
                for (var lane = 0; lane < Math.Min(Lanes, hiddenSize - (block * Lanes)); lane++)
                {
                    var unit = (block * Lanes) + lane;
                    var row = (Math.Min(gate, gates - 1) * hiddenSize) + unit;
                    var bias = (cell, gate) switch
                    {
                        (Cell.Gru, 2) => layer.InputBias[row],
                        (Cell.Gru, 3) => layer.HiddenBias[row],
                        _ => layer.InputBias[row] + layer.HiddenBias[row],
                    };
                    Biases[(((block * BiasGates) + gate) * Lanes) + lane] = Factor(cell, gate) * bias;
                }
            }
        }
    }

    /// <summary>Values of the layer below at one time point.</summary>
    public int InputSize { get; }

    /// <summary>Units.</summary>
    public int HiddenSize { get; }

    /// <summary>Columns of units: <see cref="HiddenSize"/>, one more where that is odd.</summary>
    public int EvenHiddenSize => HiddenSize + (HiddenSize & 1);

    /// <summary>Blocks of <see cref="Lanes"/> units.</summary>
    public int BlockCount { get; }

    /// <summary>Bias vectors of a block.</summary>
    public int BiasGates { get; }

    /// <summary>[block][column][gate][lane].</summary>
    public float[] Weights { get; }

    /// <summary>[block][gate][lane].</summary>
    public float[] Biases { get; }

    private int Pack(Cell cell, float[] source, int columns, int block, int at)
    {
        var gates = cell.GateCount();
        for (var column = 0; column < columns; column++)
        {
            for (var gate = 0; gate < gates; gate++, at += Lanes)
            {
                for (var lane = 0; lane < Math.Min(Lanes, HiddenSize - (block * Lanes)); lane++)
                {
                    var row = (gate * HiddenSize) + (block * Lanes) + lane;
                    Weights[at + lane] = Factor(cell, gate) * source[(row * columns) + column];
                }
            }
        }

        return at;
    }

    private static float Factor(Cell cell, int gate) =>
        (cell, gate) switch
        {
            (Cell.Lstm, not 2) or (Cell.Gru, 0 or 1) => 0.5f,
            _ => 1,
        };
}
