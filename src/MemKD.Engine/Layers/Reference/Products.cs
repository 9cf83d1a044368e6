using System.Numerics;

namespace MemKD.Engine.Layers.Reference;

/// <summary>The matrix products of the reference network: row-major weights [rows, columns], plain loops.</summary>
internal static class Products
{
    /// <summary>y += W·x.</summary>
    internal static void Add<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> x, Span<T> y)
        where T : INumber<T>
    {
        for (var row = 0; row < y.Length; row++)
        {
            var sum = T.Zero;
            for (var k = 0; k < x.Length; k++)
            {
                sum += weights[(row * x.Length) + k] * x[k];
            }

            y[row] += sum;
        }
    }

    /// <summary>dx += Wᵀ·dy.</summary>
    internal static void AddTransposed<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> dy, Span<T> dx)
        where T : INumber<T>
    {
        for (var row = 0; row < dy.Length; row++)
        {
            for (var k = 0; k < dx.Length; k++)
            {
                dx[k] += weights[(row * dx.Length) + k] * dy[row];
            }
        }
    }

    /// <summary>dW += dy·xᵀ.</summary>
    internal static void AddOuter<T>(ReadOnlySpan<T> dy, ReadOnlySpan<T> x, Span<T> dWeights)
        where T : INumber<T>
    {
        for (var row = 0; row < dy.Length; row++)
        {
            for (var k = 0; k < x.Length; k++)
            {
                dWeights[(row * x.Length) + k] += dy[row] * x[k];
            }
        }
    }

    /// <summary>y += x.</summary>
    internal static void AddTo<T>(Span<T> y, ReadOnlySpan<T> x)
        where T : INumber<T>
    {
        for (var k = 0; k < y.Length; k++)
        {
            y[k] += x[k];
        }
    }
}
