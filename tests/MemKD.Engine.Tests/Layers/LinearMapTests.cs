using MemKD.Engine.Layers;
using MemKD.Engine.Random;

namespace MemKD.Engine.Tests.Layers;

public class LinearMapTests
{
    // Sums of up to 37 products of numbers about 1 in float32.
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 16)]
    [InlineData(8, 37, 50)]
    [InlineData(20, 16, 33)]
    public void Forward_and_backward_agree_with_plain_loops(int inputs, int outputs, int columns)
    {
        var random = new SeededRandom(2);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
        var (weight, bias, x, dY) = (
            Draw(outputs * inputs),
            Draw(outputs),
            Draw(inputs * columns),
            Draw(outputs * columns)
        );
        var map = new LinearMap(inputs, outputs);
        map.Load(weight, bias);
        var (input, output, gradient, inputGradient) = (
            Matrix(inputs, columns, x),
            new PanelMatrix(outputs),
            Matrix(outputs, columns, dY),
            new PanelMatrix(inputs)
        );
        var (dWeight, dBias) = (new float[weight.Length], new float[outputs]);
        dWeight.AsSpan().Fill(1);
        dBias.AsSpan().Fill(1);

        map.Forward(input, output);
        map.Backward(input, gradient, dWeight, dBias, inputGradient);

        Assert.Equal(columns, output.ColumnCount);
        for (var c = 0; c < columns; c++)
        {
            var (y, dX) = (new float[outputs], new float[inputs]);
            output.Get(c, y);
            inputGradient.Get(c, dX);
            for (var o = 0; o < outputs; o++)
            {
                var sum =
                    bias[o]
                    + Enumerable.Range(0, inputs).Sum(i => (double)weight[(o * inputs) + i] * x[(c * inputs) + i]);
                Assert.Equal(sum, y[o], Tolerance);
            }

            for (var i = 0; i < inputs; i++)
            {
                var sum = Enumerable
                    .Range(0, outputs)
                    .Sum(o => (double)weight[(o * inputs) + i] * dY[(c * outputs) + o]);
                Assert.Equal(sum, dX[i], Tolerance);
            }
        }

        for (var o = 0; o < outputs; o++)
        {
            Assert.Equal(1 + Enumerable.Range(0, columns).Sum(c => (double)dY[(c * outputs) + o]), dBias[o], Tolerance);
            for (var i = 0; i < inputs; i++)
            {
                var sum = Enumerable.Range(0, columns).Sum(c => (double)dY[(c * outputs) + o] * x[(c * inputs) + i]);
                Assert.Equal(1 + sum, dWeight[(o * inputs) + i], Tolerance);
            }
        }
    }

    [Fact]
    public void A_matrix_that_shrinks_has_zeros_beyond_its_last_column()
    {
        var matrix = Matrix(2, 20, [.. Enumerable.Repeat(7f, 40)]);
        Assert.Equal(2, matrix.PanelCount);

        matrix.Resize(3);

        Assert.Equal(1, matrix.PanelCount);
        for (var lane = 3; lane < PanelMatrix.Lanes; lane++)
        {
            Assert.Equal(0, matrix.At(0)[lane]);
            Assert.Equal(0, matrix.At(0)[PanelMatrix.Lanes + lane]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Set(16, [1f, 2f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Set(0, [1f]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    public void Many_columns_are_put_into_place_as_one_by_one(int rows)
    {
        float[] table = [.. Enumerable.Range(0, 40 * rows).Select(i => i + 0.5f)];
        int[] numbers = [.. Enumerable.Range(0, 35).Select(i => i * 7 % 40)];
        foreach (var first in (int[])[0, 3, 13])
        {
            var (together, singly) = (new PanelMatrix(rows), new PanelMatrix(rows));
            together.Resize(48);
            singly.Resize(48);
            together.SetMany(first, table, numbers);
            var (actual, expected) = (new float[rows], new float[rows]);
            for (var i = 0; i < numbers.Length; i++)
            {
                singly.Set(first + i, table.AsSpan(numbers[i] * rows, rows));
                together.Get(first + i, actual);
                singly.Get(first + i, expected);
                Assert.Equal(expected, actual);
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => together.SetMany(0, table, [0, 1, 2, 40]));
            Assert.Throws<ArgumentOutOfRangeException>(() => together.SetMany(45, table, [0, 1, 2, 3]));
        }
    }

    private static PanelMatrix Matrix(int rows, int columns, float[] values)
    {
        var matrix = new PanelMatrix(rows);
        matrix.Resize(columns);
        for (var c = 0; c < columns; c++)
        {
            matrix.Set(c, values.AsSpan(c * rows, rows));
        }

        return matrix;
    }
}
