namespace MemKD.Runtime.Integer;

/// <summary>How an integer student keeps its recurrent weights. Input weights are int16 in each of them.</summary>
public enum WeightFormat
{
    /// <summary>int16, two scales 2^−e for each row: of the hidden state's weights, and of the inputs'.</summary>
    SixteenBit,

    /// <summary>int8, a scale 2^−e for each row.</summary>
    EightBitPowerOfTwo,

    /// <summary>int8, an int16 multiplier for each row.</summary>
    EightBitMultiplier,
}
