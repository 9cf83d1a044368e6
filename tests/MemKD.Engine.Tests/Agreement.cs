using System.Globalization;

namespace MemKD.Engine.Tests;

/// <summary>Comparison by the maximum absolute difference; a failure names tensor, index and both values.</summary>
internal static class Agreement
{
    /// <summary>
    /// The largest |actual − expected| over all tensors, each divided by its own largest |expected|, or by
    /// <paramref name="floor"/> of the largest of all tensors where its own is less.
    /// </summary>
    public static Difference Worst(
        IEnumerable<(string Name, double[] Actual, double[] Expected)> tensors,
        double floor = 1e-2
    )
    {
        var all = tensors.ToArray();
        var largest = all.Max(t => Magnitude(t.Expected));
        var worst = new Difference("", 0, 0, 0, 0);
        foreach (var (name, actual, expected) in all)
        {
            Assert.True(
                actual.Length == expected.Length,
                $"{name}: {actual.Length} numbers, expected {expected.Length}"
            );
            var scale = Math.Max(Magnitude(expected), floor * largest);
            scale = scale > 0 ? scale : 1;
            for (var i = 0; i < actual.Length; i++)
            {
                var relative = Math.Abs(actual[i] - expected[i]) / scale;
                if (!(relative <= worst.Relative))
                {
                    worst = new Difference(
                        name,
                        i,
                        actual[i],
                        expected[i],
                        double.IsNaN(relative) ? double.PositiveInfinity : relative
                    );
                }
            }
        }

        return worst;
    }

    /// <summary>As <see cref="Worst"/>, for one tensor.</summary>
    public static Difference Worst(string name, double[] actual, double[] expected) =>
        Worst([(name, actual, expected)]);

    /// <summary>Fails when the difference is above the tolerance.</summary>
    public static void Within(double tolerance, Difference difference) =>
        Assert.True(
            difference.Relative <= tolerance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{difference.Name}[{difference.Index}] is {difference.Actual:R}, expected {difference.Expected:R}: relative difference {difference.Relative:E2}, tolerance {tolerance:E1}"
            )
        );

    /// <summary>Fails unless all numbers have the same bits.</summary>
    public static void SameBits(string name, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]))
            {
                Assert.Fail(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}[{i}] is {actual[i]:R}, expected the bits of {expected[i]:R}"
                    )
                );
            }
        }
    }

    /// <summary>The numbers in double.</summary>
    public static double[] Doubles(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = values[i];
        }

        return result;
    }

    private static double Magnitude(double[] values) => values.Length == 0 ? 0 : values.Max(Math.Abs);
}

/// <summary>Where two results differ most.</summary>
internal sealed record Difference(string Name, int Index, double Actual, double Expected, double Relative);
