using MemKD.Export.Quantization;

namespace MemKD.Export.C99;

/// <summary>What exported C computes with.</summary>
public enum C99Numbers
{
    /// <summary>float, with an exponential of its own.</summary>
    FloatingPoint,

    /// <summary>Integers, int16 weights.</summary>
    SixteenBit,

    /// <summary>Integers, int8 recurrent weights; with <see cref="C99Options.Gate"/> int16 where int8 costs too much.</summary>
    EightBit,
}

/// <summary>Choices of a C export.</summary>
/// <param name="Name">A C identifier: the file names, and what every function's name begins with.</param>
/// <param name="Numbers">What the code computes with.</param>
/// <param name="Gate">Validation cases that decide how far weights may be rounded; null: not measured.</param>
public sealed record C99Options(string Name, C99Numbers Numbers = C99Numbers.SixteenBit, GateCases? Gate = null);

/// <summary>What a C export wrote.</summary>
/// <param name="Files">File names in the folder.</param>
/// <param name="Format">Weights of the integer student; null with float32.</param>
/// <param name="Costs">What each integer format costs on the validation cases; empty when not measured.</param>
/// <param name="Hash">Of the self-test's scores, the same on every processor.</param>
/// <param name="TableBytes">Constant tables of the student.</param>
/// <param name="StateBytes">State of one stream.</param>
public sealed record C99Report(
    IReadOnlyList<string> Files,
    Runtime.Integer.WeightFormat? Format,
    IReadOnlyList<QuantizationCost> Costs,
    uint Hash,
    int TableBytes,
    int StateBytes
);
