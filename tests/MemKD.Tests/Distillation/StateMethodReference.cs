namespace MemKD.Tests.Distillation;

/// <summary>Equations of docs/methods/fitnet.md, vid.md, crd.md and dt2w.md in double, as they stand.</summary>
internal static class StateMethodReference
{
    /// <summary>F1, F2.</summary>
    public static double FitNets(double[][][] student, double[][][] teacher, double[] weight) =>
        Mean(student, teacher, (s, t) => Map(weight, s).Zip(t, (a, b) => (a - b) * (a - b)).Average());

    /// <summary>V1, V2 over all time points.</summary>
    public static double Vid(double[][][] student, double[][][] teacher, double[][] weights, double[] alpha)
    {
        double[] variance = [.. alpha.Select(a => Math.Log(1 + Math.Exp(a)) + 1e-5)];
        return Mean(
            student,
            teacher,
            (s, t) =>
            {
                var mean = Map(weights[2], Rectify(Map(weights[1], Rectify(Map(weights[0], s)))));
                return t.Select((y, c) => 0.5 * (((mean[c] - y) * (mean[c] - y) / variance[c]) + Math.Log(variance[c])))
                    .Average();
            }
        );
    }

    /// <summary>C1 of one feature.</summary>
    public static double[] Embed(double[] weight, double[] bias, double[] feature)
    {
        double[] e = [.. Map(weight, feature).Zip(bias, (a, b) => a + b)];
        var norm = Math.Sqrt(e.Sum(x => x * x));
        return [.. e.Select(x => x / norm)];
    }

    /// <summary>Z of C2 over one side.</summary>
    public static double Normalizer(
        double[][] vectors,
        double[] bank,
        int[][] entries,
        double temperature,
        int cases
    ) => cases * vectors.SelectMany((v, i) => Exponentials(v, bank, entries[i], temperature)).Average();

    /// <summary>One side of C3; entries of a case: its own, then those of its negatives.</summary>
    public static double Contrast(
        double[][] vectors,
        double[] bank,
        int[][] entries,
        double temperature,
        double normalizer,
        int cases
    )
    {
        var sum = 0.0;
        for (var i = 0; i < vectors.Length; i++)
        {
            double[] p = [.. Exponentials(vectors[i], bank, entries[i], temperature).Select(e => e / normalizer)];
            var q = (p.Length - 1) / (double)cases;
            if (p.Length > 1)
            {
                sum -= Math.Log(p[0] / (p[0] + q + 1e-7)) + p.Skip(1).Sum(x => Math.Log(q / (x + q + 1e-7)));
            }
        }

        return sum / vectors.Length;
    }

    /// <summary>S1, S2: the recursion, borders at infinity.</summary>
    public static double SoftDtw(double[][] x, double[][] y, double gamma)
    {
        var r = new double[x.Length + 1, y.Length + 1];
        for (var i = 0; i <= x.Length; i++)
        {
            for (var j = 0; j <= y.Length; j++)
            {
                r[i, j] = i == 0 && j == 0 ? 0 : double.PositiveInfinity;
                if (i > 0 && j > 0)
                {
                    double[] before = [r[i - 1, j - 1], r[i - 1, j], r[i, j - 1]];
                    var least = before.Min();
                    var soft = least - (gamma * Math.Log(before.Sum(a => Math.Exp((least - a) / gamma))));
                    r[i, j] = soft + x[i - 1].Zip(y[j - 1], (a, b) => (a - b) * (a - b)).Sum();
                }
            }
        }

        return r[x.Length, y.Length];
    }

    /// <summary>A1, or A2.</summary>
    public static double Alignment(double[][][] student, double[][][] teacher, double gamma, bool divergence) =>
        student
            .Zip(
                teacher,
                (x, y) => SoftDtw(x, y, gamma) - (divergence ? 0.5 * (SoftDtw(x, x, gamma) + SoftDtw(y, y, gamma)) : 0)
            )
            .Average();

    /// <summary>W h for W row-major [outputs, inputs].</summary>
    public static double[] Map(double[] weight, double[] h) =>
        [.. weight.Chunk(h.Length).Select(row => row.Zip(h, (w, x) => w * x).Sum())];

    /// <summary>Derivative of a loss with respect to each number of an array, by central differences.</summary>
    public static double[] Slopes(Func<double> loss, double[] values, double step = 1e-5) =>
        [
            .. Enumerable
                .Range(0, values.Length)
                .Select(k =>
                {
                    var start = values[k];
                    values[k] = start + step;
                    var above = loss();
                    values[k] = start - step;
                    var below = loss();
                    values[k] = start;
                    return (above - below) / (2 * step);
                }),
        ];

    /// <summary>The same for states.</summary>
    public static double[][][] Slopes(Func<double> loss, double[][][] states) =>
        [.. states.Select(c => c.Select(h => Slopes(loss, h)).ToArray())];

    /// <summary>The largest difference relative to the largest expected number.</summary>
    public static double Difference(IEnumerable<double> actual, IEnumerable<double> expected)
    {
        double[] e = [.. expected];
        double[] a = [.. actual];
        Assert.Equal(e.Length, a.Length);
        var scale = e.Max(Math.Abs);
        return a.Zip(e, (x, y) => Math.Abs(x - y)).Max() / (scale > 0 ? scale : 1);
    }

    public static double Difference(double[][][] actual, double[][][] expected) =>
        Difference(Flat(actual), Flat(expected));

    public static IEnumerable<double> Flat(double[][][] states) => states.SelectMany(c => c).SelectMany(h => h);

    public static double[] Doubles(ReadOnlySpan<float> values) => [.. values.ToArray().Select(v => (double)v)];

    private static double Mean(double[][][] student, double[][][] teacher, Func<double[], double[], double> one) =>
        student.Zip(teacher, (s, t) => s.Zip(t, one).Average()).Average();

    private static double[] Rectify(double[] values) => [.. values.Select(v => Math.Max(v, 0))];

    private static IEnumerable<double> Exponentials(double[] v, double[] bank, int[] entries, double temperature) =>
        entries.Select(n =>
            Math.Exp(bank.Skip(n * v.Length).Take(v.Length).Zip(v, (a, b) => a * b).Sum() / temperature)
        );
}
