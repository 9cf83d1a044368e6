using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vector = System.Runtime.Intrinsics.Vector512;
using VectorF = System.Runtime.Intrinsics.Vector512<float>;

namespace MemKD.Engine.Simd;

/// <summary>16 lanes of 512 bits.</summary>
internal readonly unsafe struct Simd512 : ISimd<VectorF>
{
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Load(float* source) => Vector.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, VectorF value) => Vector.Store(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Broadcast(float value) => Vector.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF FusedMultiplyAdd(VectorF a, VectorF b, VectorF c) => Vector.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Add(VectorF a, VectorF b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Subtract(VectorF a, VectorF b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Multiply(VectorF a, VectorF b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Divide(VectorF a, VectorF b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF SquareRoot(VectorF a) => Vector.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Min(VectorF a, VectorF b) => Vector.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF Max(VectorF a, VectorF b) => Vector.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorF SelectGreater(VectorF left, VectorF right, VectorF a, VectorF b) =>
        Vector.ConditionalSelect(Vector.GreaterThan(left, right), a, b);
}
