namespace MemKD.Runtime.Integer;

/// <summary>How an integer student keeps its recurrent weights. Input weights are int16 in each of them.</summary>
public enum WeightFormat
{
    /// <summary>int16, one scale 2^−f for all rows.</summary>
    SixteenBit,

    /// <summary>int8, a scale 2^−e for each row.</summary>
    EightBitPowerOfTwo,

    /// <summary>int8, an int16 multiplier for each row.</summary>
    EightBitMultiplier,
}
