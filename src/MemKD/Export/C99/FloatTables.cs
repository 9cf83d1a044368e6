using MemKD.Runtime;

namespace MemKD.Export.C99;

/// <summary>The tables of a float NAME.c: rows unit by unit, gates in PyTorch's order.</summary>
internal sealed class FloatTables
{
    public FloatTables(StudentModel model)
    {
        if (model.Layers.Count != 1)
        {
            throw new InputException(
                $"the student has {model.Layers.Count} layers, C code holds one; distil with --layers 1, or export ONNX."
            );
        }

        var layer = model.Layers[0];
        var (units, inputs, gates) = (model.HiddenSize, model.InputSize, model.GateCount);
        for (var unit = 0; unit < units; unit++)
        {
            for (var gate = 0; gate < gates; gate++)
            {
                var row = (gate * units) + unit;
                Weights.AddRange(layer.HiddenWeights.AsSpan(row * units, units));
                Weights.AddRange(layer.InputWeights.AsSpan(row * inputs, inputs));
                var isCandidateOfGru = model.Cell == Cell.Gru && gate == 2;
                Bias.Add(isCandidateOfGru ? layer.InputBias[row] : layer.InputBias[row] + layer.HiddenBias[row]);
                if (isCandidateOfGru)
                {
                    CandidateBias.Add(layer.HiddenBias[row]);
                }
            }
        }

        DifferenceFactors.AddRange((model.DifferenceScales ?? []).Select(s => s == 0 ? 0 : (float)(1 / s)));
    }

    /// <summary>[rows, H + D]: the weights of the hidden state, then those of the inputs.</summary>
    public List<float> Weights { get; } = [];

    /// <summary>Both biases of each row; GRU's candidate rows: that of the input alone.</summary>
    public List<float> Bias { get; } = [];

    /// <summary>GRU: bias_hh of the candidate rows, [H].</summary>
    public List<float> CandidateBias { get; } = [];

    /// <summary>1/s of each channel; empty where the network sees no differences.</summary>
    public List<float> DifferenceFactors { get; } = [];
}
