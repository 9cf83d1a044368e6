using MemKD.Runtime;

namespace MemKD.Export.C99;

/// <summary>The tables of a float NAME.c: rows unit by unit, gates in PyTorch's order.</summary>
internal sealed class FloatTables
{
    public FloatTables(StudentModel model)
    {
        var (units, gates) = (model.HiddenSize, model.GateCount);
        foreach (var layer in model.Layers)
        {
            var isFirst = Bias.Count == 0;
            var (weights, inputs) = isFirst ? (Weights, model.InputSize) : (UpperWeights, units);
            for (var unit = 0; unit < units; unit++)
            {
                for (var gate = 0; gate < gates; gate++)
                {
                    var row = (gate * units) + unit;
                    weights.AddRange(layer.HiddenWeights.AsSpan(row * units, units));
                    weights.AddRange(layer.InputWeights.AsSpan(row * inputs, inputs));
                    var isCandidateOfGru = model.Cell == Cell.Gru && gate == 2;
                    Bias.Add(isCandidateOfGru ? layer.InputBias[row] : layer.InputBias[row] + layer.HiddenBias[row]);
                    if (isCandidateOfGru)
                    {
                        CandidateBias.Add(layer.HiddenBias[row]);
                    }
                }
            }
        }

        DifferenceFactors.AddRange((model.DifferenceScales ?? []).Select(s => s == 0 ? 0 : (float)(1 / s)));
    }

    /// <summary>[rows of the first layer, H + D]: the weights of the hidden state, then those of the inputs.</summary>
    public List<float> Weights { get; } = [];

    /// <summary>[rows of the other layers, 2H]: the weights of the layer's hidden state, then those of the layer below.</summary>
    public List<float> UpperWeights { get; } = [];

    /// <summary>Both biases of each row of all layers; GRU's candidate rows: that of the input alone.</summary>
    public List<float> Bias { get; } = [];

    /// <summary>GRU: bias_hh of the candidate rows, [layers · H].</summary>
    public List<float> CandidateBias { get; } = [];

    /// <summary>1/s of each channel; empty where the network sees no differences.</summary>
    public List<float> DifferenceFactors { get; } = [];
}
