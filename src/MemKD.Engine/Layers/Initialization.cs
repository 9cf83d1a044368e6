using MemKD.Engine.Random;

namespace MemKD.Engine.Layers;

/// <summary>Starting weights of a <see cref="RecurrentNetwork"/>.</summary>
internal static class Initialization
{
    // Pre-activations should start with a standard deviation of about 2 from the input: with the usual scales (about
    // 0.2 for one channel) an LSTM sees almost nothing of its input and stands still for hundreds of updates
    // (docs/training.md). Data have variance 1; hidden states about ¼ of that, hence twice the gain.
    private const float DataGain = 2f;
    private const float HiddenGain = 4f;

    internal static void Draw(RecurrentNetwork network, SeededRandom random, float forgetBias)
    {
        var shape = network.Shape;
        var h = shape.HiddenSize;
        foreach (var parameter in network.Parameters.Parameters)
        {
            var values = network.Parameters[parameter.Name];
            if (parameter.Name.StartsWith("fc.", StringComparison.Ordinal))
            {
                Uniform(values, random, 1f / MathF.Sqrt(shape.OutputSize));
            }
            else if (parameter.Name.Contains("weight_ih", StringComparison.Ordinal))
            {
                var gain = parameter.Name.StartsWith("rnn.weight_ih_l0", StringComparison.Ordinal)
                    ? DataGain
                    : HiddenGain;
                Uniform(values, random, gain * MathF.Sqrt(3f / parameter.Shape[1]));
            }
            else if (parameter.Name.Contains("weight_hh", StringComparison.Ordinal))
            {
                for (var gate = 0; gate < shape.GateCount; gate++)
                {
                    Orthogonal(values.Slice(gate * h * h, h * h), h, random);
                }
            }
            else
            {
                values.Clear();
                if (shape.Cell == CellKind.Lstm && parameter.Name.Contains("bias_ih", StringComparison.Ordinal))
                {
                    values.Slice(h, h).Fill(forgetBias);
                }
            }
        }

        network.Pack();
    }

    internal static void DrawUniform(RecurrentNetwork network, SeededRandom random)
    {
        foreach (var parameter in network.Parameters.Parameters)
        {
            var fan = parameter.Name.StartsWith("fc.", StringComparison.Ordinal)
                ? network.Shape.OutputSize
                : network.Shape.HiddenSize;
            Uniform(network.Parameters[parameter.Name], random, 1f / MathF.Sqrt(fan));
        }

        network.Pack();
    }

    private static void Uniform(Span<float> values, SeededRandom random, float bound)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ((2f * random.NextSingle()) - 1f) * bound;
        }
    }

    /// <summary>An orthogonal matrix, uniform over rotations: modified Gram-Schmidt on Gaussian rows, in double.</summary>
    private static void Orthogonal(Span<float> destination, int size, SeededRandom random)
    {
        var rows = new double[size][];
        for (var r = 0; r < size; r++)
        {
            var row = new double[size];
            double norm;
            do
            {
                for (var k = 0; k < size; k++)
                {
                    row[k] = random.NextGaussian();
                }

                for (var q = 0; q < r; q++)
                {
                    var dot = row.Zip(rows[q], (a, b) => a * b).Sum();
                    for (var k = 0; k < size; k++)
                    {
                        row[k] -= dot * rows[q][k];
                    }
                }

                norm = Math.Sqrt(row.Sum(v => v * v));
            } while (norm < 1e-6);

            for (var k = 0; k < size; k++)
            {
                row[k] /= norm;
                destination[(r * size) + k] = (float)row[k];
            }

            rows[r] = row;
        }
    }
}
