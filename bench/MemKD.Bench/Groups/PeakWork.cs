using System.Runtime.Intrinsics;
using MemKD.Bench.Measuring;
using MemKD.Engine.Memory;
using MemKD.Engine.Simd;

namespace MemKD.Bench.Groups;

/// <summary>The machine's peak on the vector path in use: independent fused multiply-adds in registers.</summary>
internal static class PeakWork
{
    /// <summary>For the path of this process.</summary>
    public static IWork Create() =>
        VectorPaths.Current switch
        {
            VectorPath.Avx512 => new Loop<Vector512<float>, Simd512>(),
            VectorPath.Avx2 => new Loop<Vector256<float>, Simd256>(),
            _ => new Loop<Vector128<float>, Simd128>(),
        };

    /// <summary>12 chains: more than latency times units of current processors (4 × 2), with no register spilled.</summary>
    private sealed unsafe class Loop<V, S> : IWork
        where V : struct
        where S : struct, ISimd<V>
    {
        private const int Chains = 12;
        private const int Times = 10_000;
        private readonly AlignedBuffer end = new(Chains * S.Width);

        public double Amount => 2.0 * Chains * S.Width * Times;

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                Once(end.Pointer);
            }
        }

        private static void Once(float* to)
        {
            var (x, y) = (S.Broadcast(0.999f), S.Broadcast(0.001f));
            V a = y,
                b = y,
                c = y,
                d = y,
                e = y,
                f = y,
                g = y,
                h = y,
                j = y,
                k = y,
                l = y,
                m = y;
            for (var i = 0; i < Times; i++)
            {
                a = S.FusedMultiplyAdd(a, x, y);
                b = S.FusedMultiplyAdd(b, x, y);
                c = S.FusedMultiplyAdd(c, x, y);
                d = S.FusedMultiplyAdd(d, x, y);
                e = S.FusedMultiplyAdd(e, x, y);
                f = S.FusedMultiplyAdd(f, x, y);
                g = S.FusedMultiplyAdd(g, x, y);
                h = S.FusedMultiplyAdd(h, x, y);
                j = S.FusedMultiplyAdd(j, x, y);
                k = S.FusedMultiplyAdd(k, x, y);
                l = S.FusedMultiplyAdd(l, x, y);
                m = S.FusedMultiplyAdd(m, x, y);
            }

            S.Store(to, S.Add(S.Add(S.Add(a, b), S.Add(c, d)), S.Add(S.Add(e, f), S.Add(g, h))));
            S.Store(to + S.Width, S.Add(S.Add(j, k), S.Add(l, m)));
        }
    }
}
