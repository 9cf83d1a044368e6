using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Distillation.Methods;

/// <summary>
/// One network's side of <see cref="ContrastiveRepresentation"/>: its map, the embeddings of a batch, and its bank.
/// </summary>
internal sealed class ContrastiveSide
{
    private const int Lanes = PanelMatrix.Lanes;
    private const float Epsilon = 1e-7f;
    private readonly float inverseTemperature;
    private readonly float momentum;
    private readonly int dimension;
    private readonly int caseCount;
    private readonly LinearMap map;
    private readonly PanelMatrix features;
    private readonly PanelMatrix featureGradient;
    private readonly PanelMatrix embedding;
    private float[] vectors = [];
    private float[] norms = [];
    private float[] exponentials = [];
    private float[] gradient;
    private int room;
    private double normalizer;

    internal ContrastiveSide(
        int featureSize,
        ContrastiveRepresentation.Options options,
        int caseCount,
        SeededRandom random
    )
    {
        dimension = options.Dimension;
        inverseTemperature = (float)(1 / options.Temperature);
        momentum = (float)options.Momentum;
        this.caseCount = caseCount;
        var values = new ParameterSet([("weight", [dimension, featureSize]), ("bias", [dimension])]);
        Uniform(values.Values, 1 / MathF.Sqrt(featureSize), random);
        Parameters = new AuxiliaryParameters(values, values.ZerosLike());
        Bank = new float[checked(caseCount * dimension)];
        Uniform(Bank, MathF.Sqrt(3f / dimension), random);
        map = new LinearMap(featureSize, dimension);
        features = new PanelMatrix(featureSize);
        featureGradient = new PanelMatrix(featureSize);
        embedding = new PanelMatrix(dimension);
        gradient = new float[dimension];
    }

    internal AuxiliaryParameters Parameters { get; }

    /// <summary>[case, d].</summary>
    internal float[] Bank { get; }

    /// <summary>Takes the features of a batch, [B, H].</summary>
    internal void Load(ReadOnlySpan<double> values)
    {
        features.Resize(values.Length / features.Rows);
        for (var at = 0; at < values.Length; at++)
        {
            var (column, row) = Math.DivRem(at, features.Rows);
            features.At(column / Lanes)[(row * Lanes) + (column % Lanes)] = (float)values[at];
        }
    }

    /// <summary>C1, and the exponentials of C2 over the other side's bank; in the first batch also Z.</summary>
    internal void Score(ReadOnlySpan<int> entries, ReadOnlySpan<int> counts, int stride, ReadOnlySpan<float> bank)
    {
        var cases = features.ColumnCount;
        room = stride;
        if (norms.Length < cases)
        {
            norms = new float[cases];
            vectors = new float[cases * dimension];
            exponentials = new float[cases * room];
        }

        map.Load(Parameters.Values["weight"], Parameters.Values["bias"]);
        map.Forward(features, embedding);
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < cases; i++)
        {
            var v = vectors.AsSpan(i * dimension, dimension);
            embedding.Get(i, v);
            norms[i] = Normalize(v);
            for (var k = 0; k < counts[i]; k++)
            {
                var m = bank.Slice(entries[(i * room) + k] * dimension, dimension);
                var value = MathF.Exp(Dot(v, m) * inverseTemperature);
                exponentials[(i * room) + k] = value;
                sum += value;
            }

            count += counts[i];
        }

        if (normalizer == 0)
        {
            normalizer = sum / count * caseCount;
        }
    }

    /// <summary>C3 of one anchor; leaves the gradient with respect to its embedding e, times a weight.</summary>
    internal double Contrast(int index, ReadOnlySpan<int> entries, ReadOnlySpan<float> bank, double weight)
    {
        var q = (entries.Length - 1) / (double)caseCount;
        var v = vectors.AsSpan(index * dimension, dimension);
        gradient.AsSpan().Clear();
        var loss = 0.0;
        var product = 1.0;
        for (var k = 0; k < entries.Length && entries.Length > 1; k++)
        {
            var p = exponentials[(index * room) + k] / normalizer;
            var total = p + q + Epsilon;
            product *= total / (k == 0 ? p : q);
            var slope = k == 0 ? -(q + Epsilon) / total : p / total;
            AddScaled(bank.Slice(entries[k] * dimension, dimension), (float)slope, gradient);
            if (product > 1e100)
            {
                loss += Math.Log(product);
                product = 1;
            }
        }

        var along = Dot(v, gradient);
        var scale = (float)(weight * inverseTemperature / norms[index]);
        for (var c = 0; c < dimension; c++)
        {
            gradient[c] = (gradient[c] - (along * v[c])) * scale;
        }

        embedding.Set(index, gradient);
        return loss + Math.Log(product);
    }

    /// <summary>Gradients of the map, and with respect to the features [B, H] unless that is empty.</summary>
    internal void Backward(Span<double> destination)
    {
        // Lanes beyond the last case hold the bias until here.
        gradient.AsSpan().Clear();
        for (var lane = embedding.ColumnCount; lane < embedding.PanelCount * Lanes; lane++)
        {
            embedding.Set(lane, gradient);
        }

        var weight = Parameters.Gradient["weight"];
        var bias = Parameters.Gradient["bias"];
        map.Backward(features, embedding, weight, bias, destination.IsEmpty ? null : featureGradient);
        for (var at = 0; at < destination.Length; at++)
        {
            var (column, row) = Math.DivRem(at, features.Rows);
            destination[at] = featureGradient.At(column / Lanes)[(row * Lanes) + (column % Lanes)];
        }
    }

    /// <summary>Moves a case's entry of the bank towards its embedding.</summary>
    internal void Remember(int index, int column)
    {
        var entry = Bank.AsSpan(index * dimension, dimension);
        for (var c = 0; c < dimension; c++)
        {
            entry[c] = (entry[c] * momentum) + (vectors[(column * dimension) + c] * (1 - momentum));
        }

        Normalize(entry);
    }

    private static void Uniform(Span<float> values, float bound, SeededRandom random)
    {
        foreach (ref var value in values)
        {
            value = ((2 * random.NextSingle()) - 1) * bound;
        }
    }

    /// <summary>Divides by the norm and returns it; a vector of 0 stays.</summary>
    private static float Normalize(Span<float> vector)
    {
        var norm = MathF.Max(MathF.Sqrt(Dot(vector, vector)), 1e-12f);
        foreach (ref var value in vector)
        {
            value /= norm;
        }

        return norm;
    }

    /// <summary>8 partial sums whatever the vector width, so that every machine has the same bits.</summary>
    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var left = MemoryMarshal.Cast<float, Vector256<float>>(a);
        var right = MemoryMarshal.Cast<float, Vector256<float>>(b);
        var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var v = 0;
        for (; v + 1 < left.Length; v += 2)
        {
            even = Vector256.FusedMultiplyAdd(left[v], right[v], even);
            odd = Vector256.FusedMultiplyAdd(left[v + 1], right[v + 1], odd);
        }

        if (v < left.Length)
        {
            even = Vector256.FusedMultiplyAdd(left[v], right[v], even);
        }

        even += odd;
        var half = even.GetLower() + even.GetUpper();
        var sum = half[0] + half[2] + (half[1] + half[3]);
        for (var k = left.Length * Vector256<float>.Count; k < a.Length; k++)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    private static void AddScaled(ReadOnlySpan<float> source, float factor, Span<float> destination)
    {
        var from = MemoryMarshal.Cast<float, Vector256<float>>(source);
        var to = MemoryMarshal.Cast<float, Vector256<float>>(destination);
        var f = Vector256.Create(factor);
        for (var v = 0; v < from.Length; v++)
        {
            to[v] = Vector256.FusedMultiplyAdd(from[v], f, to[v]);
        }

        for (var k = from.Length * Vector256<float>.Count; k < source.Length; k++)
        {
            destination[k] += source[k] * factor;
        }
    }
}
