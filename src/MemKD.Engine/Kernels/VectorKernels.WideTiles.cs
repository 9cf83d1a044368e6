using System.Runtime.CompilerServices;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Kernels;

/// <summary>Rows of the left operand that a register tile of <c>WideOuterProduct</c> works on, at each step of a block.</summary>
internal unsafe struct WideTile
{
    /// <summary>Rows of 32, or a multiple, from step to step would push each other out of the first cache.</summary>
    internal const int CrowdingStride = 32 * Panel.Lanes;

    /// <summary>[step][row][16].</summary>
    internal float* Rows;

    /// <summary>Floats from step to step.</summary>
    internal int Stride;

    /// <summary>Steps.</summary>
    internal int Steps;

    /// <summary>What is to be brought near meanwhile: 16 rows of every step.</summary>
    internal float* Next;

    /// <summary>Floats from step to step there.</summary>
    internal int NextStride;
}

// Register tiles of the weight gradient of many columns: x is [step][lane][16 columns], to [row][column].
internal sealed unsafe partial class VectorKernels<V, S>
{
    /// <summary>Rows of a tile where vectors have fewer than 16 lanes, and there are 16 registers.</summary>
    private const int NarrowTile = 12;

    /// <summary>16 rows by one vector of columns.</summary>
    private static void Wide16(WideTile tile, float* x, float* to, int stride)
    {
        var a0 = S.Broadcast(0f);
        var a1 = S.Broadcast(0f);
        var a2 = S.Broadcast(0f);
        var a3 = S.Broadcast(0f);
        var a4 = S.Broadcast(0f);
        var a5 = S.Broadcast(0f);
        var a6 = S.Broadcast(0f);
        var a7 = S.Broadcast(0f);
        var a8 = S.Broadcast(0f);
        var a9 = S.Broadcast(0f);
        var a10 = S.Broadcast(0f);
        var a11 = S.Broadcast(0f);
        var a12 = S.Broadcast(0f);
        var a13 = S.Broadcast(0f);
        var a14 = S.Broadcast(0f);
        var a15 = S.Broadcast(0f);
        var left = tile.Rows;
        var next = tile.Next;
        var steps = tile.Steps;
        var toNextStep = tile.Stride - Panel.Lanes;
        var toNextAhead = tile.NextStride;
        for (var step = 0; step < steps; step++, left += toNextStep, next += toNextAhead)
        {
            for (var lane = 0; lane < Panel.Lanes; lane++, left++, x += Panel.Lanes)
            {
                CacheLine.Prefetch(next + (lane * Panel.Lanes));
                var v = S.Load(x);
                a0 = S.FusedMultiplyAdd(S.Broadcast(left[0]), v, a0);
                a1 = S.FusedMultiplyAdd(S.Broadcast(left[16]), v, a1);
                a2 = S.FusedMultiplyAdd(S.Broadcast(left[32]), v, a2);
                a3 = S.FusedMultiplyAdd(S.Broadcast(left[48]), v, a3);
                a4 = S.FusedMultiplyAdd(S.Broadcast(left[64]), v, a4);
                a5 = S.FusedMultiplyAdd(S.Broadcast(left[80]), v, a5);
                a6 = S.FusedMultiplyAdd(S.Broadcast(left[96]), v, a6);
                a7 = S.FusedMultiplyAdd(S.Broadcast(left[112]), v, a7);
                a8 = S.FusedMultiplyAdd(S.Broadcast(left[128]), v, a8);
                a9 = S.FusedMultiplyAdd(S.Broadcast(left[144]), v, a9);
                a10 = S.FusedMultiplyAdd(S.Broadcast(left[160]), v, a10);
                a11 = S.FusedMultiplyAdd(S.Broadcast(left[176]), v, a11);
                a12 = S.FusedMultiplyAdd(S.Broadcast(left[192]), v, a12);
                a13 = S.FusedMultiplyAdd(S.Broadcast(left[208]), v, a13);
                a14 = S.FusedMultiplyAdd(S.Broadcast(left[224]), v, a14);
                a15 = S.FusedMultiplyAdd(S.Broadcast(left[240]), v, a15);
            }
        }

        Increase(to, a0);
        Increase(to + stride, a1);
        Increase(to + (2 * stride), a2);
        Increase(to + (3 * stride), a3);
        Increase(to + (4 * stride), a4);
        Increase(to + (5 * stride), a5);
        Increase(to + (6 * stride), a6);
        Increase(to + (7 * stride), a7);
        Increase(to + (8 * stride), a8);
        Increase(to + (9 * stride), a9);
        Increase(to + (10 * stride), a10);
        Increase(to + (11 * stride), a11);
        Increase(to + (12 * stride), a12);
        Increase(to + (13 * stride), a13);
        Increase(to + (14 * stride), a14);
        Increase(to + (15 * stride), a15);
    }

    /// <summary>12 rows by one vector of columns.</summary>
    private static void Wide12(WideTile tile, float* x, float* to, int stride)
    {
        var a0 = S.Broadcast(0f);
        var a1 = S.Broadcast(0f);
        var a2 = S.Broadcast(0f);
        var a3 = S.Broadcast(0f);
        var a4 = S.Broadcast(0f);
        var a5 = S.Broadcast(0f);
        var a6 = S.Broadcast(0f);
        var a7 = S.Broadcast(0f);
        var a8 = S.Broadcast(0f);
        var a9 = S.Broadcast(0f);
        var a10 = S.Broadcast(0f);
        var a11 = S.Broadcast(0f);
        var left = tile.Rows;
        var next = tile.Next;
        var steps = tile.Steps;
        var toNextStep = tile.Stride - Panel.Lanes;
        var toNextAhead = tile.NextStride;
        for (var step = 0; step < steps; step++, left += toNextStep, next += toNextAhead)
        {
            for (var lane = 0; lane < Panel.Lanes; lane++, left++, x += Panel.Lanes)
            {
                CacheLine.Prefetch(next + (lane * Panel.Lanes));
                var v = S.Load(x);
                a0 = S.FusedMultiplyAdd(S.Broadcast(left[0]), v, a0);
                a1 = S.FusedMultiplyAdd(S.Broadcast(left[16]), v, a1);
                a2 = S.FusedMultiplyAdd(S.Broadcast(left[32]), v, a2);
                a3 = S.FusedMultiplyAdd(S.Broadcast(left[48]), v, a3);
                a4 = S.FusedMultiplyAdd(S.Broadcast(left[64]), v, a4);
                a5 = S.FusedMultiplyAdd(S.Broadcast(left[80]), v, a5);
                a6 = S.FusedMultiplyAdd(S.Broadcast(left[96]), v, a6);
                a7 = S.FusedMultiplyAdd(S.Broadcast(left[112]), v, a7);
                a8 = S.FusedMultiplyAdd(S.Broadcast(left[128]), v, a8);
                a9 = S.FusedMultiplyAdd(S.Broadcast(left[144]), v, a9);
                a10 = S.FusedMultiplyAdd(S.Broadcast(left[160]), v, a10);
                a11 = S.FusedMultiplyAdd(S.Broadcast(left[176]), v, a11);
            }
        }

        Increase(to, a0);
        Increase(to + stride, a1);
        Increase(to + (2 * stride), a2);
        Increase(to + (3 * stride), a3);
        Increase(to + (4 * stride), a4);
        Increase(to + (5 * stride), a5);
        Increase(to + (6 * stride), a6);
        Increase(to + (7 * stride), a7);
        Increase(to + (8 * stride), a8);
        Increase(to + (9 * stride), a9);
        Increase(to + (10 * stride), a10);
        Increase(to + (11 * stride), a11);
    }

    /// <summary>6 rows, from a row of the tile on, by two vectors of columns.</summary>
    private static void Wide6x2(WideTile tile, int row, float* x, float* to, int stride)
    {
        var a0 = S.Broadcast(0f);
        var b0 = S.Broadcast(0f);
        var a1 = S.Broadcast(0f);
        var b1 = S.Broadcast(0f);
        var a2 = S.Broadcast(0f);
        var b2 = S.Broadcast(0f);
        var a3 = S.Broadcast(0f);
        var b3 = S.Broadcast(0f);
        var a4 = S.Broadcast(0f);
        var b4 = S.Broadcast(0f);
        var a5 = S.Broadcast(0f);
        var b5 = S.Broadcast(0f);
        var left = tile.Rows + (row * Panel.Lanes);
        var next = tile.Next;
        var steps = tile.Steps;
        var toNextStep = tile.Stride - Panel.Lanes;
        var toNextAhead = tile.NextStride;
        for (var step = 0; step < steps; step++, left += toNextStep, next += toNextAhead)
        {
            for (var lane = 0; lane < Panel.Lanes; lane++, left++, x += Panel.Lanes)
            {
                CacheLine.Prefetch(next + (lane * Panel.Lanes));
                var v = S.Load(x);
                var u = S.Load(x + S.Width);
                var l0 = S.Broadcast(left[0]);
                a0 = S.FusedMultiplyAdd(l0, v, a0);
                b0 = S.FusedMultiplyAdd(l0, u, b0);
                var l1 = S.Broadcast(left[16]);
                a1 = S.FusedMultiplyAdd(l1, v, a1);
                b1 = S.FusedMultiplyAdd(l1, u, b1);
                var l2 = S.Broadcast(left[32]);
                a2 = S.FusedMultiplyAdd(l2, v, a2);
                b2 = S.FusedMultiplyAdd(l2, u, b2);
                var l3 = S.Broadcast(left[48]);
                a3 = S.FusedMultiplyAdd(l3, v, a3);
                b3 = S.FusedMultiplyAdd(l3, u, b3);
                var l4 = S.Broadcast(left[64]);
                a4 = S.FusedMultiplyAdd(l4, v, a4);
                b4 = S.FusedMultiplyAdd(l4, u, b4);
                var l5 = S.Broadcast(left[80]);
                a5 = S.FusedMultiplyAdd(l5, v, a5);
                b5 = S.FusedMultiplyAdd(l5, u, b5);
            }
        }

        to += (long)row * stride;
        Increase(to, a0);
        Increase(to + stride, a1);
        Increase(to + (2 * stride), a2);
        Increase(to + (3 * stride), a3);
        Increase(to + (4 * stride), a4);
        Increase(to + (5 * stride), a5);
        to += S.Width;
        Increase(to, b0);
        Increase(to + stride, b1);
        Increase(to + (2 * stride), b2);
        Increase(to + (3 * stride), b3);
        Increase(to + (4 * stride), b4);
        Increase(to + (5 * stride), b5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Increase(float* to, V value) => S.Store(to, S.Add(S.Load(to), value));
}
