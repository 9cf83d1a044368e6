namespace MemKD.Engine.Kernels;

// Register tiles of the weight gradient of few columns: rows of the left operand by rows of the right one, for one vector of lanes;
// stride: floats of the sums from one row of the left operand to the next.
internal sealed unsafe partial class VectorKernels<V, S>
{
    private static void Tile4x4(PanelRows left, PanelRows right, int steps, float* sums, int stride)
    {
        var l = left.First;
        var r = right.First;
        var (leftStride, rightStride) = (left.Stride, right.Stride);
        var s00 = S.Load(sums);
        var s01 = S.Load(sums + 16);
        var s02 = S.Load(sums + 32);
        var s03 = S.Load(sums + 48);
        var s10 = S.Load(sums + stride);
        var s11 = S.Load(sums + stride + 16);
        var s12 = S.Load(sums + stride + 32);
        var s13 = S.Load(sums + stride + 48);
        var s20 = S.Load(sums + (2 * stride));
        var s21 = S.Load(sums + (2 * stride) + 16);
        var s22 = S.Load(sums + (2 * stride) + 32);
        var s23 = S.Load(sums + (2 * stride) + 48);
        var s30 = S.Load(sums + (3 * stride));
        var s31 = S.Load(sums + (3 * stride) + 16);
        var s32 = S.Load(sums + (3 * stride) + 32);
        var s33 = S.Load(sums + (3 * stride) + 48);
        for (var step = 0; step < steps; step++, l += leftStride, r += rightStride)
        {
            var r0 = S.Load(r);
            var r1 = S.Load(r + 16);
            var r2 = S.Load(r + 32);
            var r3 = S.Load(r + 48);
            var l0 = S.Load(l);
            s00 = S.FusedMultiplyAdd(l0, r0, s00);
            s01 = S.FusedMultiplyAdd(l0, r1, s01);
            s02 = S.FusedMultiplyAdd(l0, r2, s02);
            s03 = S.FusedMultiplyAdd(l0, r3, s03);
            var l1 = S.Load(l + 16);
            s10 = S.FusedMultiplyAdd(l1, r0, s10);
            s11 = S.FusedMultiplyAdd(l1, r1, s11);
            s12 = S.FusedMultiplyAdd(l1, r2, s12);
            s13 = S.FusedMultiplyAdd(l1, r3, s13);
            var l2 = S.Load(l + 32);
            s20 = S.FusedMultiplyAdd(l2, r0, s20);
            s21 = S.FusedMultiplyAdd(l2, r1, s21);
            s22 = S.FusedMultiplyAdd(l2, r2, s22);
            s23 = S.FusedMultiplyAdd(l2, r3, s23);
            var l3 = S.Load(l + 48);
            s30 = S.FusedMultiplyAdd(l3, r0, s30);
            s31 = S.FusedMultiplyAdd(l3, r1, s31);
            s32 = S.FusedMultiplyAdd(l3, r2, s32);
            s33 = S.FusedMultiplyAdd(l3, r3, s33);
        }

        S.Store(sums, s00);
        S.Store(sums + 16, s01);
        S.Store(sums + 32, s02);
        S.Store(sums + 48, s03);
        S.Store(sums + stride, s10);
        S.Store(sums + stride + 16, s11);
        S.Store(sums + stride + 32, s12);
        S.Store(sums + stride + 48, s13);
        S.Store(sums + (2 * stride), s20);
        S.Store(sums + (2 * stride) + 16, s21);
        S.Store(sums + (2 * stride) + 32, s22);
        S.Store(sums + (2 * stride) + 48, s23);
        S.Store(sums + (3 * stride), s30);
        S.Store(sums + (3 * stride) + 16, s31);
        S.Store(sums + (3 * stride) + 32, s32);
        S.Store(sums + (3 * stride) + 48, s33);
    }

    private static void Tile4x2(PanelRows left, PanelRows right, int steps, float* sums, int stride)
    {
        var l = left.First;
        var r = right.First;
        var (leftStride, rightStride) = (left.Stride, right.Stride);
        var s00 = S.Load(sums);
        var s01 = S.Load(sums + 16);
        var s10 = S.Load(sums + stride);
        var s11 = S.Load(sums + stride + 16);
        var s20 = S.Load(sums + (2 * stride));
        var s21 = S.Load(sums + (2 * stride) + 16);
        var s30 = S.Load(sums + (3 * stride));
        var s31 = S.Load(sums + (3 * stride) + 16);
        for (var step = 0; step < steps; step++, l += leftStride, r += rightStride)
        {
            var r0 = S.Load(r);
            var r1 = S.Load(r + 16);
            var l0 = S.Load(l);
            s00 = S.FusedMultiplyAdd(l0, r0, s00);
            s01 = S.FusedMultiplyAdd(l0, r1, s01);
            var l1 = S.Load(l + 16);
            s10 = S.FusedMultiplyAdd(l1, r0, s10);
            s11 = S.FusedMultiplyAdd(l1, r1, s11);
            var l2 = S.Load(l + 32);
            s20 = S.FusedMultiplyAdd(l2, r0, s20);
            s21 = S.FusedMultiplyAdd(l2, r1, s21);
            var l3 = S.Load(l + 48);
            s30 = S.FusedMultiplyAdd(l3, r0, s30);
            s31 = S.FusedMultiplyAdd(l3, r1, s31);
        }

        S.Store(sums, s00);
        S.Store(sums + 16, s01);
        S.Store(sums + stride, s10);
        S.Store(sums + stride + 16, s11);
        S.Store(sums + (2 * stride), s20);
        S.Store(sums + (2 * stride) + 16, s21);
        S.Store(sums + (3 * stride), s30);
        S.Store(sums + (3 * stride) + 16, s31);
    }

    private static void Tile4x1(PanelRows left, PanelRows right, int steps, float* sums, int stride)
    {
        var l = left.First;
        var r = right.First;
        var (leftStride, rightStride) = (left.Stride, right.Stride);
        var s00 = S.Load(sums);
        var s10 = S.Load(sums + stride);
        var s20 = S.Load(sums + (2 * stride));
        var s30 = S.Load(sums + (3 * stride));
        for (var step = 0; step < steps; step++, l += leftStride, r += rightStride)
        {
            var r0 = S.Load(r);
            s00 = S.FusedMultiplyAdd(S.Load(l), r0, s00);
            s10 = S.FusedMultiplyAdd(S.Load(l + 16), r0, s10);
            s20 = S.FusedMultiplyAdd(S.Load(l + 32), r0, s20);
            s30 = S.FusedMultiplyAdd(S.Load(l + 48), r0, s30);
        }

        S.Store(sums, s00);
        S.Store(sums + stride, s10);
        S.Store(sums + (2 * stride), s20);
        S.Store(sums + (3 * stride), s30);
    }

    /// <summary>The only column there is, and the sums of the rows, which cost nothing beside it.</summary>
    private static void Tile4x1AndSums(PanelRows left, PanelRows right, int steps, float* products, float* sums)
    {
        var l = left.First;
        var r = right.First;
        var (leftStride, rightStride) = (left.Stride, right.Stride);
        var p0 = S.Load(products);
        var p1 = S.Load(products + 16);
        var p2 = S.Load(products + 32);
        var p3 = S.Load(products + 48);
        var s0 = S.Load(sums);
        var s1 = S.Load(sums + 16);
        var s2 = S.Load(sums + 32);
        var s3 = S.Load(sums + 48);
        for (var step = 0; step < steps; step++, l += leftStride, r += rightStride)
        {
            var r0 = S.Load(r);
            var l0 = S.Load(l);
            p0 = S.FusedMultiplyAdd(l0, r0, p0);
            s0 = S.Add(s0, l0);
            var l1 = S.Load(l + 16);
            p1 = S.FusedMultiplyAdd(l1, r0, p1);
            s1 = S.Add(s1, l1);
            var l2 = S.Load(l + 32);
            p2 = S.FusedMultiplyAdd(l2, r0, p2);
            s2 = S.Add(s2, l2);
            var l3 = S.Load(l + 48);
            p3 = S.FusedMultiplyAdd(l3, r0, p3);
            s3 = S.Add(s3, l3);
        }

        S.Store(products, p0);
        S.Store(products + 16, p1);
        S.Store(products + 32, p2);
        S.Store(products + 48, p3);
        S.Store(sums, s0);
        S.Store(sums + 16, s1);
        S.Store(sums + 32, s2);
        S.Store(sums + 48, s3);
    }

    private static void Tile1x1(PanelRows left, PanelRows right, int steps, float* sums)
    {
        var l = left.First;
        var r = right.First;
        var (leftStride, rightStride) = (left.Stride, right.Stride);
        var s00 = S.Load(sums);
        for (var step = 0; step < steps; step++, l += leftStride, r += rightStride)
        {
            var r0 = S.Load(r);
            s00 = S.FusedMultiplyAdd(S.Load(l), r0, s00);
        }

        S.Store(sums, s00);
    }
}
