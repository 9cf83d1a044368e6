namespace MemKD.Tests.Distillation;

/// <summary>Equations M1 to M3 of docs/methods/memkd.md in double, as they stand; the gradient by central differences.</summary>
internal static class DiscrepancyReference
{
    public static (int, int)[] ShortTerm(int length) => [.. Enumerable.Range(0, length - 1).Select(t => (t, t + 1))];

    /// <summary>M3: mean over the cases of the mean over the pairs inside the case of SmoothL1(r_S − r_T).</summary>
    public static double Loss(double[][][] student, double[][][] teacher, (int Start, int End)[] pairs, double epsilon)
    {
        var sum = 0.0;
        for (var i = 0; i < student.Length; i++)
        {
            var inside = pairs.Where(p => p.End < student[i].Length).ToArray();
            foreach (var (a, b) in inside)
            {
                var u = Ratio(student[i][a], student[i][b], epsilon) - Ratio(teacher[i][a], teacher[i][b], epsilon);
                sum += (Math.Abs(u) < 1 ? u * u / 2 : Math.Abs(u) - 0.5) / inside.Length;
            }
        }

        return sum / student.Length;
    }

    /// <summary>M1 with the guard.</summary>
    public static double Ratio(double[] start, double[] end, double epsilon) =>
        Norm([.. end.Zip(start, (e, s) => e - s)]) / Math.Max(Norm(start), epsilon);

    /// <summary>∂Loss/∂student, element by element.</summary>
    public static double[][][] Gradient(
        double[][][] student,
        double[][][] teacher,
        (int, int)[] pairs,
        double epsilon,
        double step
    )
    {
        var moved = student.Select(c => c.Select(h => (double[])h.Clone()).ToArray()).ToArray();
        return
        [
            .. moved.Select(c =>
                c.Select(h =>
                        Enumerable
                            .Range(0, h.Length)
                            .Select(u =>
                            {
                                var start = h[u];
                                h[u] = start + step;
                                var above = Loss(moved, teacher, pairs, epsilon);
                                h[u] = start - step;
                                var below = Loss(moved, teacher, pairs, epsilon);
                                h[u] = start;
                                return (above - below) / (2 * step);
                            })
                            .ToArray()
                    )
                    .ToArray()
            ),
        ];
    }

    public static double Norm(double[] h) => Math.Sqrt(h.Sum(x => x * x));

    /// <summary>
    /// The largest difference, relative to the largest expected number, but to no less than 0.05: a gradient is u times
    /// numbers of order 1, and a small u is the difference of two ratios rounded to float32. Steps beyond a case must
    /// have none.
    /// </summary>
    public static double Difference(double[][][] actual, double[][][] expected)
    {
        var scale = Math.Max(0.05, expected.SelectMany(c => c).SelectMany(h => h).Max(Math.Abs));
        var worst = 0.0;
        for (var i = 0; i < actual.Length; i++)
        {
            for (var t = 0; t < actual[i].Length; t++)
            {
                for (var u = 0; u < actual[i][t].Length; u++)
                {
                    var e = t < expected[i].Length ? expected[i][t][u] : 0;
                    worst = Math.Max(worst, Math.Abs(actual[i][t][u] - e));
                }
            }
        }

        return worst / scale;
    }
}
