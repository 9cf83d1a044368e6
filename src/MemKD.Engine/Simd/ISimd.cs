using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MemKD.Engine.Simd;

/// <summary>
/// One vector width. Kernels are written once over this interface and compiled once a width, so every path does
/// the same operations in the same order and gives the same bits.
/// </summary>
internal unsafe interface ISimd<V>
    where V : struct
{
    static abstract int Width { get; }
    static abstract V Load(float* source);
    static abstract void Store(float* destination, V value);
    static abstract V Broadcast(float value);
    static abstract V FusedMultiplyAdd(V a, V b, V c);
    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Multiply(V a, V b);
    static abstract V Divide(V a, V b);
    static abstract V SquareRoot(V a);

    /// <summary>min(a, b) by one instruction of the processor; NaN where b is NaN (of a NaN in a nothing is promised).</summary>
    static abstract V Min(V a, V b);

    /// <summary>max(a, b) by one instruction of the processor; NaN where b is NaN (of a NaN in a nothing is promised).</summary>
    static abstract V Max(V a, V b);

    /// <summary>Lanes of <paramref name="a"/> where left is greater than right, else of <paramref name="b"/>.</summary>
    static abstract V SelectGreater(V left, V right, V a, V b);
}
