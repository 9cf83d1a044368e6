using MemKD.Runtime;

namespace MemKD.Export.C99;

/// <summary>What the C text of a student depends on besides its weights.</summary>
/// <param name="Name">What names begin with.</param>
/// <param name="Model">The student.</param>
/// <param name="IsFloat">Computed in float.</param>
internal sealed record CShape(string Name, StudentModel Model, bool IsFloat)
{
    public string Upper => Name.ToUpperInvariant();

    public int LayerCount => Model.Layers.Count;

    /// <summary>Whether there are layers above the first.</summary>
    public bool HasLayers => LayerCount > 1;

    public bool IsLstm => Model.Cell == Cell.Lstm;

    public bool IsMean => Model.Pooling == StatePooling.Mean;

    public bool HasDifferences => Model.DifferenceScales != null;

    /// <summary>Whether the state counts samples: for the mean, or to know the first one.</summary>
    public bool HasCount => IsMean || HasDifferences;

    /// <summary>Whether samples of a stream can be scaled one by one.</summary>
    public bool HasNorm => Model.Scaling == SampleScaling.TrainChannel;

    /// <summary>Whether only whole windows can be scaled.</summary>
    public bool HasWindow => Model.Scaling == SampleScaling.Series;

    public string Sample => IsFloat ? "float" : "int16_t";

    public string Score => IsFloat ? "float" : "uint16_t";

    /// <summary>Bytes of the state, with the gap at its end.</summary>
    public int StateBytes
    {
        get
        {
            var (wide, narrow) = (4, IsFloat ? 4 : 2);
            var bytes =
                (((IsLstm ? wide : 0) + narrow) * LayerCount * Model.HiddenSize)
                + (IsMean ? wide * Model.HiddenSize : 0)
                + (HasCount ? 4 : 0)
                + (HasDifferences ? narrow * Model.ChannelCount : 0);
            return IsLstm || HasCount ? (bytes + 3) / 4 * 4 : bytes;
        }
    }
}
