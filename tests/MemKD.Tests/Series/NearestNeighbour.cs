using MemKD.Series;

namespace MemKD.Tests.Series;

/// <summary>One-nearest-neighbour accuracy; the earlier TRAIN case wins a tie.</summary>
internal static class NearestNeighbour
{
    public static double Accuracy(TrainTestSplit split, Func<float[], float[], double> distance)
    {
        var correct = 0;
        Parallel.ForEach(
            split.Test.Cases,
            () => 0,
            (query, _, count) =>
            {
                var best = double.PositiveInfinity;
                var label = "";
                foreach (var candidate in split.Train.Cases)
                {
                    var d = distance(query.Channels[0], candidate.Channels[0]);
                    if (d < best)
                    {
                        (best, label) = (d, candidate.Label);
                    }
                }

                return string.Equals(label, query.Label, StringComparison.Ordinal) ? count + 1 : count;
            },
            count => Interlocked.Add(ref correct, count)
        );
        return (double)correct / split.Test.Cases.Count;
    }

    /// <summary>Sum of squared differences of series of one length.</summary>
    public static double Euclid(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var t = 0; t < a.Length; t++)
        {
            double d = a[t] - b[t];
            sum += d * d;
        }

        return sum;
    }

    /// <summary>Dynamic time warping over the whole matrix, squared differences.</summary>
    public static double Dtw(float[] a, float[] b)
    {
        var row = new double[b.Length + 1];
        Array.Fill(row, double.PositiveInfinity);
        row[0] = 0;
        foreach (var x in a)
        {
            var diagonal = row[0];
            row[0] = double.PositiveInfinity;
            for (var j = 1; j < row.Length; j++)
            {
                double d = x - b[j - 1];
                var best = Math.Min(diagonal, Math.Min(row[j], row[j - 1]));
                diagonal = row[j];
                row[j] = best + (d * d);
            }
        }

        return row[^1];
    }
}
