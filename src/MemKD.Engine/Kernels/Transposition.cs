using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MemKD.Engine.Kernels;

/// <summary>Turns rows of 16 floats into columns, 4 by 4 in vectors of 128 bits, which are no slower here than wider ones.</summary>
internal static unsafe class Transposition
{
    private const int Lanes = 16;

    /// <summary>destination[lane][row] = source[row][lane]; rows beyond <paramref name="rows"/> are taken as zeros.</summary>
    /// <param name="source">[rows][16].</param>
    /// <param name="rows">1 to 16.</param>
    /// <param name="destination">[16][16].</param>
    internal static void Turn(float* source, int rows, float* destination)
    {
        var zero = Vector128<float>.Zero;
        for (var row = 0; row < Lanes; row += 4)
        {
            for (var lane = 0; lane < Lanes; lane += 4)
            {
                var from = source + (row * Lanes) + lane;
                var a = row < rows ? Vector128.Load(from) : zero;
                var b = row + 1 < rows ? Vector128.Load(from + Lanes) : zero;
                var c = row + 2 < rows ? Vector128.Load(from + (2 * Lanes)) : zero;
                var d = row + 3 < rows ? Vector128.Load(from + (3 * Lanes)) : zero;
                Turn4(a, b, c, d, destination + (lane * Lanes) + row, Lanes);
            }
        }
    }

    /// <summary>destination[i][row] = row[i] of 4 rows; destination's rows are <paramref name="stride"/> floats apart.</summary>
    internal static void Turn4(float* a, float* b, float* c, float* d, int count, float* destination, int stride)
    {
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            var to = destination + (i * stride);
            Turn4(
                Vector128.Load(a + i),
                Vector128.Load(b + i),
                Vector128.Load(c + i),
                Vector128.Load(d + i),
                to,
                stride
            );
        }

        for (; i < count; i++)
        {
            Vector128.Create(a[i], b[i], c[i], d[i]).Store(destination + (i * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn4(
        Vector128<float> a,
        Vector128<float> b,
        Vector128<float> c,
        Vector128<float> d,
        float* to,
        int stride
    )
    {
        if (Sse.IsSupported)
        {
            var (ab, cd) = (Sse.UnpackLow(a, b), Sse.UnpackLow(c, d));
            Sse.MoveLowToHigh(ab, cd).Store(to);
            Sse.MoveHighToLow(cd, ab).Store(to + stride);
            (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
            Sse.MoveLowToHigh(ab, cd).Store(to + (2 * stride));
            Sse.MoveHighToLow(cd, ab).Store(to + (3 * stride));
            return;
        }

        for (var i = 0; i < 4; i++)
        {
            Vector128.Create(a[i], b[i], c[i], d[i]).Store(to + (i * stride));
        }
    }
}
