using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Tests.Kernels;

/// <summary>The matrix kernels of every path against plain sums in double.</summary>
public unsafe class MatrixKernelTests
{
    // Sums of up to 60 products of numbers of order 1 in float32: 60 roundings of 6e-8, relative to sums of order 10.
    private const double Tolerance = 4e-6;

    public static TheoryData<VectorPath> Paths => [.. VectorPaths.Supported];

    [Fact]
    public void Packed_rows_lie_in_groups_of_16_then_4_and_the_transpose_packs_to_the_same()
    {
        const int rows = 22;
        const int columns = 2;
        var source = Enumerable.Range(0, rows * columns).Select(i => (float)i).ToArray();
        var transposed = Enumerable.Range(0, rows * columns).Select(i => source[(i % rows * columns) + (i / rows)]);
        var packed = new PackedMatrix(rows, columns);
        var same = new PackedMatrix(rows, columns);

        packed.Pack(source);
        same.PackTransposed(transposed.ToArray());

        // First group [k][16 rows], then two groups [k][4 rows], the last with rows 20, 21 and two of zeros.
        var actual = new ReadOnlySpan<float>(packed.Pointer, 24 * columns);
        Assert.Equal(Enumerable.Range(0, 16).Select(r => (float)(2 * r)), actual[..16].ToArray());
        Assert.Equal(Enumerable.Range(0, 16).Select(r => (float)((2 * r) + 1)), actual[16..32].ToArray());
        Assert.Equal([32f, 34f, 36f, 38f, 33f, 35f, 37f, 39f], actual[32..40].ToArray());
        Assert.Equal([40f, 42f, 0f, 0f, 41f, 43f, 0f, 0f], actual[40..].ToArray());
        Agreement.SameBits("transposed", new ReadOnlySpan<float>(same.Pointer, 24 * columns), actual);
        GC.KeepAlive((packed, same));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Multiply_is_right_for_1_to_40_rows(VectorPath path)
    {
        var random = new SeededRandom(1);
        for (var rows = 1; rows <= 40; rows++)
        {
            foreach (var columns in (int[])[1, 5, 17])
            {
                var weights = Gaussians(random, rows * columns);
                var x = Gaussians(random, columns * Panel.Lanes);
                var bias = Gaussians(random, Panel.PadRows(rows));
                var start = Gaussians(random, Panel.PadRows(rows) * Panel.Lanes);
                var expected = new double[start.Length];
                for (var i = 0; i < expected.Length; i++)
                {
                    var (row, lane) = (i / Panel.Lanes, i % Panel.Lanes);
                    for (var k = 0; k < columns && row < rows; k++)
                    {
                        expected[i] += (double)weights.Span[(row * columns) + k] * x.Span[(k * Panel.Lanes) + lane];
                    }
                }

                var packed = new PackedMatrix(rows, columns);
                packed.Pack(weights.Span);
                var y = new AlignedBuffer(start.Length);
                VectorKernels.For(path).Multiply(packed, x.Pointer, bias.Pointer, y.Pointer);
                var withBias = expected.Select((e, i) => e + bias.Span[i / Panel.Lanes]).ToArray();
                Agreement.Within(Tolerance, Agreement.Worst($"{rows}x{columns}", Agreement.Doubles(y.Span), withBias));

                start.Span.CopyTo(y.Span);
                VectorKernels.For(path).Multiply(packed, x.Pointer, null, y.Pointer);
                var added = expected.Select((e, i) => e + start.Span[i]).ToArray();
                Agreement.Within(Tolerance, Agreement.Worst($"{rows}x{columns}+", Agreement.Doubles(y.Span), added));
                GC.KeepAlive((packed, x, bias, y)); // pointers alone keep nothing
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Multiply_with_two_matrices_gives_the_bits_of_one_after_the_other(VectorPath path)
    {
        var random = new SeededRandom(3);
        var kernels = VectorKernels.For(path);
        foreach (var (rows, first, second) in ((int, int, int)[])[(1, 1, 1), (16, 1, 4), (22, 3, 5), (40, 7, 2)])
        {
            var (a, b) = (new PackedMatrix(rows, first), new PackedMatrix(rows, second));
            a.Pack(Gaussians(random, rows * first).Span);
            b.Pack(Gaussians(random, rows * second).Span);
            var x = Gaussians(random, first * Panel.Lanes);
            var z = Gaussians(random, second * Panel.Lanes);
            var bias = Gaussians(random, Panel.PadRows(rows));
            var expected = new AlignedBuffer(Panel.PadRows(rows) * Panel.Lanes);
            var y = new AlignedBuffer(expected.Length);
            kernels.Multiply(a, x.Pointer, bias.Pointer, expected.Pointer);
            kernels.Multiply(b, z.Pointer, null, expected.Pointer);

            kernels.Multiply(a, x.Pointer, b, z.Pointer, bias.Pointer, y.Pointer);

            Agreement.SameBits($"{rows}x{first}+{second}", y.Span, expected.Span);
            GC.KeepAlive((a, b, x, z, bias, expected, y)); // pointers alone keep nothing
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void OuterProduct_adds_the_sums_over_steps_and_lanes_and_those_of_its_rows(VectorPath path)
    {
        var random = new SeededRandom(2);
        (int Left, int Right, int Steps)[] sizes =
        [
            (1, 1, 1),
            (4, 3, 2),
            (6, 4, 3),
            (5, 7, 1),
            (7, 5, 9),
            (13, 17, 4),
            (60, 1, 5),
            (61, 33, 2),
            (7, 5, 24),
            (6, 9, 97),
            (199, 3, 50),
            (10, 6, 25), // rows and columns beyond whole tiles, one step more than a block has
            (1, 32, 1), // from here on the columns lie in the lanes
            (12, 33, 16),
            (37, 40, 17), // more steps than a block has there
            (100, 58, 50),
        ];
        foreach (var (rows, columns, steps) in sizes)
        {
            var (leftStride, rightStride) = ((rows + 3) * Panel.Lanes, (columns + 1) * Panel.Lanes);
            var left = Gaussians(random, steps * leftStride);
            var right = Gaussians(random, steps * rightStride);
            var size = new OuterProductSize(rows, columns, steps);
            var gradient = Gaussians(random, rows * columns);
            var sums = Gaussians(random, rows);
            var expected = Agreement.Doubles(gradient.Span);
            var expectedSums = Agreement.Doubles(sums.Span);
            for (var i = 0; i < rows * steps * Panel.Lanes; i++)
            {
                var (row, step, lane) = (i % rows, i / rows % steps, i / rows / steps);
                double l = left.Span[(step * leftStride) + (row * Panel.Lanes) + lane];
                expectedSums[row] += l;
                for (var k = 0; k < columns; k++)
                {
                    expected[(row * columns) + k] += l * right.Span[(step * rightStride) + (k * Panel.Lanes) + lane];
                }
            }

            var scratch = new AlignedBuffer(size.ScratchLength);
            var kernels = VectorKernels.For(path);
            kernels.OuterProduct(
                new PanelRows(left.Pointer, leftStride),
                new PanelRows(right.Pointer, rightStride),
                size,
                scratch.Pointer,
                gradient.Pointer,
                sums.Pointer
            );
            GC.KeepAlive((left, right, scratch, gradient, sums)); // pointers alone keep nothing

            Agreement.Within(Tolerance, Agreement.Worst($"{size}", Agreement.Doubles(gradient.Span), expected));
            Agreement.Within(Tolerance, Agreement.Worst($"{size} sums", Agreement.Doubles(sums.Span), expectedSums));
        }
    }

    [Fact]
    public void Every_path_can_be_named_and_the_portable_one_is_always_there()
    {
        Assert.Contains(VectorPath.Portable, VectorPaths.Supported);
        Assert.Contains(VectorPaths.Current, VectorPaths.Supported);
    }

    private static AlignedBuffer Gaussians(SeededRandom random, int count)
    {
        var buffer = new AlignedBuffer(count);
        foreach (ref var value in buffer.Span)
        {
            value = (float)random.NextGaussian();
        }

        return buffer;
    }
}
