using System.Numerics;

namespace MemKD.Runtime.Kernels;

/// <summary>
/// The whole sequence through a student, slow and plain, straight from the equations and PyTorch's layout: the truth that
/// the step is tested against, in double or float.
/// </summary>
internal static class ReferenceNetwork
{
    /// <summary>Logits [K] after a sequence of prepared time points, and the last layer's hidden states [time point][H].</summary>
    public static (T[] Logits, T[][] Hidden) Run<T>(StudentModel model, float[][] inputs)
        where T : IFloatingPointIeee754<T>
    {
        var sequence = Array.ConvertAll(inputs, x => Array.ConvertAll(x, T.CreateChecked));
        foreach (var layer in model.Layers)
        {
            sequence = Layer(model, layer, sequence);
        }

        var pooled = new T[model.HiddenSize];
        for (var u = 0; u < pooled.Length; u++)
        {
            var sum = T.Zero;
            foreach (var h in sequence)
            {
                sum += h[u];
            }

            pooled[u] =
                sequence.Length == 0 ? T.Zero
                : model.Pooling == StatePooling.Last ? sequence[^1][u]
                : sum / T.CreateChecked(sequence.Length);
        }

        var logits = new T[model.Classes.Count];
        for (var k = 0; k < logits.Length; k++)
        {
            logits[k] = T.CreateChecked(model.HeadBias[k]) + Dot(model.HeadWeights, k, pooled);
        }

        return (logits, sequence);
    }

    private static T[][] Layer<T>(StudentModel model, LayerWeights layer, T[][] inputs)
        where T : IFloatingPointIeee754<T>
    {
        var size = model.HiddenSize;
        var (h, c) = (new T[size], new T[size]);
        var states = new T[inputs.Length][];
        for (var t = 0; t < inputs.Length; t++)
        {
            var next = new T[size];
            for (var u = 0; u < size; u++)
            {
                T Input(int gate) =>
                    T.CreateChecked(layer.InputBias[(gate * size) + u])
                    + Dot(layer.InputWeights, (gate * size) + u, inputs[t]);
                T State(int gate) =>
                    T.CreateChecked(layer.HiddenBias[(gate * size) + u])
                    + Dot(layer.HiddenWeights, (gate * size) + u, h);
                T Both(int gate) => Input(gate) + State(gate);
                switch (model.Cell)
                {
                    case Cell.Lstm:
                        c[u] = (Sigmoid(Both(1)) * c[u]) + (Sigmoid(Both(0)) * T.Tanh(Both(2)));
                        next[u] = Sigmoid(Both(3)) * T.Tanh(c[u]);
                        break;
                    case Cell.Gru:
                        var n = T.Tanh(Input(2) + (Sigmoid(Both(0)) * State(2)));
                        next[u] = n + (Sigmoid(Both(1)) * (h[u] - n));
                        break;
                    default:
                        next[u] = T.Tanh(Both(0));
                        break;
                }
            }

            states[t] = h = next;
        }

        return states;
    }

    private static T Dot<T>(float[] matrix, int row, T[] vector)
        where T : IFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        for (var k = 0; k < vector.Length; k++)
        {
            sum += T.CreateChecked(matrix[(row * vector.Length) + k]) * vector[k];
        }

        return sum;
    }

    private static T Sigmoid<T>(T x)
        where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));
}
