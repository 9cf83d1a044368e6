namespace MemKD.Tests.Distillation;

/// <summary>Numerical gradients of a plain loss in double, and how far a gradient is from an expected one.</summary>
internal static class CentralDifferences
{
    private const double Step = 3e-5;

    /// <summary>∂loss/∂x at every number of <paramref name="x"/>, which is moved and put back.</summary>
    public static double[][] Gradient(double[][] x, Func<double> loss) =>
        [
            .. x.Select(row =>
                Enumerable
                    .Range(0, row.Length)
                    .Select(k =>
                    {
                        var start = row[k];
                        double Change(double by)
                        {
                            row[k] = start + by;
                            var above = loss();
                            row[k] = start - by;
                            return above - loss();
                        }

                        var change = ((8 * Change(Step)) - Change(2 * Step)) / (12 * Step); // of fourth order
                        row[k] = start;
                        return change;
                    })
                    .ToArray()
            ),
        ];

    /// <summary>The same for states, [case][time][unit].</summary>
    public static double[][][] Gradient(double[][][] x, Func<double> loss) => [.. x.Select(c => Gradient(c, loss))];

    /// <summary>The largest difference, relative to the largest expected number; rows beyond the expected ones must be 0.</summary>
    public static double Difference(double[][] actual, double[][] expected)
    {
        var worst = 0.0;
        for (var i = 0; i < actual.Length; i++)
        {
            for (var k = 0; k < actual[i].Length; k++)
            {
                worst = Math.Max(worst, Math.Abs(actual[i][k] - (i < expected.Length ? expected[i][k] : 0)));
                Assert.False(double.IsNaN(actual[i][k]), $"the gradient at {i},{k} is not a number");
            }
        }

        return worst / expected.SelectMany(row => row).Max(Math.Abs);
    }

    /// <summary>The same for states: steps beyond a case must have none.</summary>
    public static double Difference(double[][][] actual, double[][][] expected)
    {
        var units = actual[0][0].Length;
        double[][] Padded(double[][] c) => [.. c, .. Enumerable.Repeat(new double[units], actual[0].Length - c.Length)];
        return Difference([.. actual.SelectMany(c => c)], [.. expected.SelectMany(Padded)]);
    }
}
