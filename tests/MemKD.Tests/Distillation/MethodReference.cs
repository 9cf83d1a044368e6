using MemKD.Engine.Layers;

namespace MemKD.Tests.Distillation;

/// <summary>
/// The losses of docs/methods/{kd,dkd,dist,lskd,rkd,at,sp,pkt}.md in double, as the pages state them: no guards, no
/// log-domain, no shortcuts. Logits are [case][class], features [case][number].
/// </summary>
internal static class MethodReference
{
    public static double SoftTargets(double[][] student, double[][] teacher, double temperature) =>
        temperature
        * temperature
        * student.Zip(teacher, (s, t) => Divergence(Softmax(t, temperature), Softmax(s, temperature))).Average();

    /// <summary>TCKD and NCKD of one case.</summary>
    public static (double Target, double Others) Decoupled(double[] student, double[] teacher, int label, double tau)
    {
        var (s, t) = (Softmax(student, tau), Softmax(teacher, tau));
        double[] Rest(double[] p) => [.. p.Where((_, k) => k != label).Select(x => x / (1 - p[label]))];
        return (Divergence([t[label], 1 - t[label]], [s[label], 1 - s[label]]), Divergence(Rest(t), Rest(s)));
    }

    public static double Decoupled(
        double[][] student,
        double[][] teacher,
        int[] labels,
        double alpha,
        double beta,
        double tau
    ) =>
        tau
        * tau
        * labels
            .Select((g, i) => Decoupled(student[i], teacher[i], g, tau))
            .Average(c => (alpha * c.Target) + (beta * c.Others));

    public static double StrongerTeacher(double[][] student, double[][] teacher, double inter, double intra, double tau)
    {
        double[][] s = [.. student.Select(z => Softmax(z, tau))];
        double[][] t = [.. teacher.Select(z => Softmax(z, tau))];
        return tau
            * tau
            * (
                (inter * (1 - s.Zip(t, Correlation).Average()))
                + (intra * (1 - Transposed(s).Zip(Transposed(t), Correlation).Average()))
            );
    }

    public static double LogitStandardization(double[][] student, double[][] teacher, double tau)
    {
        double[] Standardized(double[] z)
        {
            var deviation = Math.Sqrt(z.Sum(x => Math.Pow(x - z.Average(), 2)) / (z.Length - 1));
            return [.. z.Select(x => (x - z.Average()) / (deviation + 1e-7))];
        }

        return SoftTargets([.. student.Select(Standardized)], [.. teacher.Select(Standardized)], tau);
    }

    public static double RelationalDistance(double[][] student, double[][] teacher)
    {
        var (s, t) = (Distances(student), Distances(teacher));
        return s.Zip(t, (a, b) => SmoothL1(a - b)).Sum() / (student.Length * student.Length);
    }

    public static double RelationalAngle(double[][] student, double[][] teacher)
    {
        var (s, t) = (Directions(student), Directions(teacher));
        var sum = 0.0;
        for (var i = 0; i < s.Length; i++)
        {
            for (var j = 0; j < s.Length; j++)
            {
                for (var k = 0; k < s.Length; k++)
                {
                    sum += SmoothL1(Product(s[i][j], s[i][k]) - Product(t[i][j], t[i][k]));
                }
            }
        }

        return sum / Math.Pow(s.Length, 3);
    }

    /// <summary>One case: mean over time of the squared difference of the attentions.</summary>
    public static double Attention(double[][] student, double[][] teacher)
    {
        double[] Of(double[][] states)
        {
            double[] a = [.. states.Select(h => h.Average(x => x * x))];
            return [.. a.Select(x => x / Norm(a))];
        }

        return Of(student).Zip(Of(teacher), (a, b) => (a - b) * (a - b)).Average();
    }

    public static double Similarity(double[][] student, double[][] teacher)
    {
        double[][] Rows(double[][] f) =>
            [
                .. f.Select(a => f.Select(b => Product(a, b)).ToArray())
                    .Select(g => g.Select(x => x / Norm(g)).ToArray()),
            ];

        return Rows(student).Zip(Rows(teacher), (a, b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()).Sum()
            / (student.Length * student.Length);
    }

    public static double Probabilistic(double[][] student, double[][] teacher)
    {
        const double Epsilon = 1e-7;
        double[][] Neighbours(double[][] f)
        {
            double[][] unit = [.. f.Select(a => a.Select(x => x / (Norm(a) + Epsilon)).ToArray())];
            return
            [
                .. unit.Select(a => unit.Select(b => (Product(a, b) + 1) / 2).ToArray())
                    .Select(k => k.Select(x => x / k.Sum()).ToArray()),
            ];
        }

        return Neighbours(student)
            .Zip(
                Neighbours(teacher),
                (s, t) => t.Zip(s, (p, q) => p * Math.Log((p + Epsilon) / (q + Epsilon))).Average()
            )
            .Average();
    }

    /// <summary>What stands for a case: docs/methods/rkd.md.</summary>
    public static double[][] Features(double[][][] states, string kind, NetworkShape shape)
    {
        var shortest = states.Min(c => c.Length);
        double[] Last(double[][] h) => [.. h[^1].Take(shape.HiddenSize), .. h[0].Skip(shape.HiddenSize)];
        double[] Mean(double[][] h) => [.. Transposed(h).Select(u => u.Average())];
        return
        [
            .. states.Select(h =>
                kind switch
                {
                    "last" => Last(h),
                    "mean" => Mean(h),
                    "sequence" => [.. h.Take(shortest).SelectMany(x => x)],
                    _ => shape.Pooling == Pooling.Mean ? Mean(h) : Last(h),
                }
            ),
        ];
    }

    public static double[] Softmax(double[] z, double tau)
    {
        var sum = z.Sum(x => Math.Exp(x / tau));
        return [.. z.Select(x => Math.Exp(x / tau) / sum)];
    }

    private static double Divergence(double[] p, double[] q) => p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();

    private static double Correlation(double[] x, double[] y)
    {
        double[] a = [.. x.Select(v => v - x.Average())];
        double[] b = [.. y.Select(v => v - y.Average())];
        return Product(a, b) / (Norm(a) * Norm(b));
    }

    private static double[] Distances(double[][] e)
    {
        double[] all = [.. e.SelectMany(a => e.Select(b => Norm(Minus(a, b))))];
        var mean = all.Sum() / (e.Length * (e.Length - 1));
        return [.. all.Select(d => d / mean)];
    }

    /// <summary>Unit vectors from each case to each other; none from a case to itself.</summary>
    private static double[][][] Directions(double[][] e) =>
        [
            .. e.Select(a =>
                e.Select(b =>
                    {
                        var (d, n) = (Minus(a, b), Norm(Minus(a, b)));
                        return (double[])[.. d.Select(x => n > 0 ? x / n : 0)];
                    })
                    .ToArray()
            ),
        ];

    private static double[][] Transposed(double[][] rows) =>
        [.. rows[0].Select((_, k) => rows.Select(r => r[k]).ToArray())];

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double Product(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    private static double Norm(double[] a) => Math.Sqrt(Product(a, a));

    private static double SmoothL1(double u) => Math.Abs(u) < 1 ? u * u / 2 : Math.Abs(u) - 0.5;
}
