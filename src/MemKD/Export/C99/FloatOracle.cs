using MemKD.Runtime;

namespace MemKD.Export.C99;

/// <summary>
/// The arithmetic of a float NAME.c, operation by operation in the same order, so that both give the same bits: the
/// expected values of its self-test. Every operation is rounded to float by itself.
/// </summary>
internal sealed class FloatOracle(StudentModel model)
{
    private readonly FloatTables tables = new(model);
    private readonly float[] cell = new float[model.Layers.Count * model.HiddenSize];
    private readonly float[] hidden = new float[model.Layers.Count * model.HiddenSize];
    private readonly float[] sums = new float[model.HiddenSize];
    private readonly float[] last = new float[model.ChannelCount];
    private uint count;

    public void Reset()
    {
        Array.Clear(cell);
        Array.Clear(hidden);
        Array.Clear(sums);
        Array.Clear(last);
        count = 0;
    }

    public void Step(ReadOnlySpan<float> sample)
    {
        var units = model.HiddenSize;
        for (var layer = 0; layer < model.Layers.Count; layer++)
        {
            var first = layer * units;
            float[] v =
            [
                .. hidden.AsSpan(first, units),
                .. layer == 0 ? Inputs(sample) : hidden.AsSpan(first - units, units).ToArray(),
            ];
            for (var u = first; u < first + units; u++)
            {
                hidden[u] = model.Cell switch
                {
                    Cell.Lstm => Lstm(u, v),
                    Cell.Gru => Gru(u, v, old: v[u - first]),
                    _ => Tanh(Row(u, v)),
                };
            }
        }

        for (var u = 0; u < units; u++)
        {
            sums[u] += hidden[hidden.Length - units + u];
        }

        count++;
        if (count == 65536)
        {
            count = 32768;
            for (var u = 0; u < sums.Length; u++)
            {
                sums[u] *= 0.5f;
            }
        }
    }

    /// <summary>A sample and its differences.</summary>
    private float[] Inputs(ReadOnlySpan<float> sample)
    {
        float[] inputs = [.. sample, .. new float[tables.DifferenceFactors.Count]];
        for (var c = 0; c < tables.DifferenceFactors.Count; c++)
        {
            inputs[sample.Length + c] = count == 0 ? 0 : (sample[c] - last[c]) * tables.DifferenceFactors[c];
        }

        sample.CopyTo(last);
        return inputs;
    }

    public float[] Scores()
    {
        var logits = Logits();
        var highest = logits.Max();
        var total = 0.0f;
        for (var k = 0; k < logits.Length; k++)
        {
            logits[k] = Exponential(logits[k] - highest);
            total += logits[k];
        }

        return Array.ConvertAll(logits, e => e / total);
    }

    /// <summary>e^x for |x| ≤ 40; beyond that the value there. 2^k · p(r) with k + r = x / ln 2, |r| ≤ 1/2; p: relative error below 7.5e-8.</summary>
    public static float Exponential(float x)
    {
        x = x > -40.0f ? x : -40.0f;
        x = x < 40.0f ? x : 40.0f;
        var t = x * 1.4426950408889634f;
        var k = (int)(t + 64.5f) - 64;
        var r = t - k;
        var p = 0.0013276472f;
        foreach (
            var coefficient in (ReadOnlySpan<float>)[0.009675541f, 0.05550713f, 0.2402212f, 0.69314694f, 1.0000001f]
        )
        {
            p *= r;
            p += coefficient;
        }

        return p * BitConverter.UInt32BitsToSingle((uint)(k + 127) << 23);
    }

    public int Class()
    {
        var logits = Logits();
        return Array.IndexOf(logits, logits.Max());
    }

    private float[] Logits()
    {
        var logits = new float[model.Classes.Count];
        for (var k = 0; k < logits.Length; k++)
        {
            var sum = model.HeadBias[k];
            for (var j = 0; j < model.HiddenSize; j++)
            {
                var product = model.HeadWeights[(k * model.HiddenSize) + j] * Pooled(j);
                sum += product;
            }

            logits[k] = sum;
        }

        return logits;
    }

    private float Pooled(int unit) =>
        model.Pooling == StatePooling.Last
            ? hidden[^(model.HiddenSize - unit)]
            : sums[unit] / (count == 0 ? 1.0f : count);

    private float Lstm(int u, float[] v)
    {
        var i = Sigmoid(Row(4 * u, v));
        var f = Sigmoid(Row((4 * u) + 1, v));
        var g = Tanh(Row((4 * u) + 2, v));
        var o = Sigmoid(Row((4 * u) + 3, v));
        var kept = f * cell[u];
        var added = i * g;
        cell[u] = kept + added;
        return o * Tanh(cell[u]);
    }

    private float Gru(int u, float[] v, float old)
    {
        var units = model.HiddenSize;
        var r = Sigmoid(Row(3 * u, v));
        var z = Sigmoid(Row((3 * u) + 1, v));
        var inside = r * Dot((3 * u) + 2, v, 0, units, tables.CandidateBias[u]);
        var n = Tanh(Dot((3 * u) + 2, v, units, v.Length, tables.Bias[(3 * u) + 2]) + inside);
        var moved = z * (old - n);
        return n + moved;
    }

    private float Row(int row, float[] v) => Dot(row, v, 0, v.Length, tables.Bias[row]);

    private float Dot(int row, float[] v, int from, int to, float sum)
    {
        var rows = model.GateCount * model.HiddenSize;
        var weights = row < rows ? tables.Weights : tables.UpperWeights;
        var start = (row < rows ? row : row - rows) * v.Length;
        for (var j = from; j < to; j++)
        {
            var product = weights[start + j] * v[j];
            sum += product;
        }

        return sum;
    }

    private static float Sigmoid(float x) => 1.0f / (1.0f + Exponential(-x));

    private static float Tanh(float x)
    {
        var s = Sigmoid(2.0f * x);
        return (2.0f * s) - 1.0f;
    }
}
