using System.Runtime.CompilerServices;

namespace MemKD.Engine.Kernels;

// Register tiles: with 16-lane vectors 16 rows × 1 vector; with narrower ones 4 rows × 2 vectors. A row's sum runs
// over k in order in every tile, first through one matrix and then through the other, so the tiling does not change a bit.
internal sealed unsafe partial class VectorKernels<V, S>
{
    internal override void Multiply(PackedMatrix weights, float* x, float* bias, float* y) =>
        Multiply(weights, x, weights, x, 0, bias, y);

    internal override void Multiply(PackedMatrix a, float* xA, PackedMatrix b, float* xB, float* bias, float* y) =>
        Multiply(a, xA, b, xB, b.Columns, bias, y);

    private static void Multiply(PackedMatrix a, float* xA, PackedMatrix b, float* xB, int kB, float* bias, float* y)
    {
        var (rows, kA) = (Panel.PadRows(a.Rows), a.Columns);
        var wA = a.Pointer;
        var wB = b.Pointer;
        for (var row = 0; row < rows; )
        {
            var group = rows - row >= 16 ? 16 : 4;
            if (group == 16 && S.Width == 16)
            {
                Rows16(wA, xA, kA, wB, xB, kB, bias == null ? null : bias + row, y + (row * Panel.Lanes));
            }
            else
            {
                for (var r = 0; r < group; r += 4)
                {
                    var start = bias == null ? null : bias + row + r;
                    var to = y + ((row + r) * Panel.Lanes);
                    if (S.Width == 16)
                    {
                        Rows4(wA + r, xA, kA, wB + r, xB, kB, group, start, to);
                    }
                    else
                    {
                        for (var lane = 0; lane < Panel.Lanes; lane += 2 * S.Width)
                        {
                            Rows4Pair(wA + r, xA + lane, kA, wB + r, xB + lane, kB, group, start, to + lane);
                        }
                    }
                }
            }

            wA += group * kA;
            wB += group * kB;
            row += group;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Start(float* bias, float* y, int row) =>
        bias == null ? S.Load(y + (row * Panel.Lanes)) : S.Broadcast(bias[row]);

    private static void Rows16(float* wA, float* xA, int kA, float* wB, float* xB, int kB, float* bias, float* y)
    {
        var a0 = Start(bias, y, 0);
        var a1 = Start(bias, y, 1);
        var a2 = Start(bias, y, 2);
        var a3 = Start(bias, y, 3);
        var a4 = Start(bias, y, 4);
        var a5 = Start(bias, y, 5);
        var a6 = Start(bias, y, 6);
        var a7 = Start(bias, y, 7);
        var a8 = Start(bias, y, 8);
        var a9 = Start(bias, y, 9);
        var a10 = Start(bias, y, 10);
        var a11 = Start(bias, y, 11);
        var a12 = Start(bias, y, 12);
        var a13 = Start(bias, y, 13);
        var a14 = Start(bias, y, 14);
        var a15 = Start(bias, y, 15);
        for (; ; wA = wB, xA = xB, kA = kB, kB = 0)
        {
            for (; kA > 0; kA--, wA += 16, xA += Panel.Lanes)
            {
                var v = S.Load(xA);
                a0 = S.FusedMultiplyAdd(S.Broadcast(wA[0]), v, a0);
                a1 = S.FusedMultiplyAdd(S.Broadcast(wA[1]), v, a1);
                a2 = S.FusedMultiplyAdd(S.Broadcast(wA[2]), v, a2);
                a3 = S.FusedMultiplyAdd(S.Broadcast(wA[3]), v, a3);
                a4 = S.FusedMultiplyAdd(S.Broadcast(wA[4]), v, a4);
                a5 = S.FusedMultiplyAdd(S.Broadcast(wA[5]), v, a5);
                a6 = S.FusedMultiplyAdd(S.Broadcast(wA[6]), v, a6);
                a7 = S.FusedMultiplyAdd(S.Broadcast(wA[7]), v, a7);
                a8 = S.FusedMultiplyAdd(S.Broadcast(wA[8]), v, a8);
                a9 = S.FusedMultiplyAdd(S.Broadcast(wA[9]), v, a9);
                a10 = S.FusedMultiplyAdd(S.Broadcast(wA[10]), v, a10);
                a11 = S.FusedMultiplyAdd(S.Broadcast(wA[11]), v, a11);
                a12 = S.FusedMultiplyAdd(S.Broadcast(wA[12]), v, a12);
                a13 = S.FusedMultiplyAdd(S.Broadcast(wA[13]), v, a13);
                a14 = S.FusedMultiplyAdd(S.Broadcast(wA[14]), v, a14);
                a15 = S.FusedMultiplyAdd(S.Broadcast(wA[15]), v, a15);
            }

            if (kB == 0)
            {
                break;
            }
        }

        S.Store(y, a0);
        S.Store(y + 16, a1);
        S.Store(y + 32, a2);
        S.Store(y + 48, a3);
        S.Store(y + 64, a4);
        S.Store(y + 80, a5);
        S.Store(y + 96, a6);
        S.Store(y + 112, a7);
        S.Store(y + 128, a8);
        S.Store(y + 144, a9);
        S.Store(y + 160, a10);
        S.Store(y + 176, a11);
        S.Store(y + 192, a12);
        S.Store(y + 208, a13);
        S.Store(y + 224, a14);
        S.Store(y + 240, a15);
    }

    private static void Rows4(
        float* wA,
        float* xA,
        int kA,
        float* wB,
        float* xB,
        int kB,
        int stride,
        float* bias,
        float* y
    )
    {
        var a0 = Start(bias, y, 0);
        var a1 = Start(bias, y, 1);
        var a2 = Start(bias, y, 2);
        var a3 = Start(bias, y, 3);
        for (; ; wA = wB, xA = xB, kA = kB, kB = 0)
        {
            for (; kA > 0; kA--, wA += stride, xA += Panel.Lanes)
            {
                var v = S.Load(xA);
                a0 = S.FusedMultiplyAdd(S.Broadcast(wA[0]), v, a0);
                a1 = S.FusedMultiplyAdd(S.Broadcast(wA[1]), v, a1);
                a2 = S.FusedMultiplyAdd(S.Broadcast(wA[2]), v, a2);
                a3 = S.FusedMultiplyAdd(S.Broadcast(wA[3]), v, a3);
            }

            if (kB == 0)
            {
                break;
            }
        }

        S.Store(y, a0);
        S.Store(y + 16, a1);
        S.Store(y + 32, a2);
        S.Store(y + 48, a3);
    }

    private static void Rows4Pair(
        float* wA,
        float* xA,
        int kA,
        float* wB,
        float* xB,
        int kB,
        int stride,
        float* bias,
        float* y
    )
    {
        var a0 = Start(bias, y, 0);
        var a1 = Start(bias, y, 1);
        var a2 = Start(bias, y, 2);
        var a3 = Start(bias, y, 3);
        var b0 = Start(bias, y + S.Width, 0);
        var b1 = Start(bias, y + S.Width, 1);
        var b2 = Start(bias, y + S.Width, 2);
        var b3 = Start(bias, y + S.Width, 3);
        for (; ; wA = wB, xA = xB, kA = kB, kB = 0)
        {
            for (; kA > 0; kA--, wA += stride, xA += Panel.Lanes)
            {
                var v = S.Load(xA);
                var u = S.Load(xA + S.Width);
                var w0 = S.Broadcast(wA[0]);
                a0 = S.FusedMultiplyAdd(w0, v, a0);
                b0 = S.FusedMultiplyAdd(w0, u, b0);
                var w1 = S.Broadcast(wA[1]);
                a1 = S.FusedMultiplyAdd(w1, v, a1);
                b1 = S.FusedMultiplyAdd(w1, u, b1);
                var w2 = S.Broadcast(wA[2]);
                a2 = S.FusedMultiplyAdd(w2, v, a2);
                b2 = S.FusedMultiplyAdd(w2, u, b2);
                var w3 = S.Broadcast(wA[3]);
                a3 = S.FusedMultiplyAdd(w3, v, a3);
                b3 = S.FusedMultiplyAdd(w3, u, b3);
            }

            if (kB == 0)
            {
                break;
            }
        }

        S.Store(y, a0);
        S.Store(y + 16, a1);
        S.Store(y + 32, a2);
        S.Store(y + 48, a3);
        y += S.Width;
        S.Store(y, b0);
        S.Store(y + 16, b1);
        S.Store(y + 32, b2);
        S.Store(y + 48, b3);
    }
}
