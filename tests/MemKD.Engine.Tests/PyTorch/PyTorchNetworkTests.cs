using MemKD.Engine.Kernels;
using MemKD.Engine.Layers;
using MemKD.Engine.Layers.Reference;
using MemKD.Engine.Losses;
using MemKD.Engine.Tests.Kernels;
using MemKD.Engine.Tests.Layers;

namespace MemKD.Engine.Tests.PyTorch;

/// <summary>nn.LSTM, nn.GRU and nn.RNN with packed sequences, in float64, against the reference and the engine.</summary>
public class PyTorchNetworkTests
{
    // The vectors have 12 digits, and both sides compute in double.
    private const double ReferenceTolerance = 1e-10;

    // As against the reference (EngineTests): float32 and the fitted tanh.
    private const double StateTolerance = 3e-6;
    private const double GradientTolerance = 2e-5;

    public static TheoryData<NetworkVector> Vectors => [.. PyTorchVectors.Networks.Networks];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_double_reference_agrees(NetworkVector v)
    {
        var network = new ReferenceNetwork<double>(Shape(v), v.Parameters);
        var gradient = ReferenceNetwork<double>.Zeros(Shape(v));
        for (var i = 0; i < v.Lengths.Length; i++)
        {
            var trace = network.Forward(Rows(v, i));
            var projection = v.Projection[i].Select(q => q / v.Lengths.Length).Chunk(Shape(v).OutputSize);
            var dLogits = v.LogitGradient[(i * v.Classes)..((i + 1) * v.Classes)];
            network.Backward(trace, dLogits, [.. projection], gradient);

            var logits = v.Logits[(i * v.Classes)..((i + 1) * v.Classes)];
            Agreement.Within(ReferenceTolerance, Agreement.Worst("logits", trace.Logits, logits));
            double[] states = [.. trace.Hidden.SelectMany(h => h)];
            Agreement.Within(ReferenceTolerance, Agreement.Worst("states", states, v.States[i]));
        }

        Agreement.Within(
            ReferenceTolerance,
            Agreement.Worst(v.Gradients.Select(g => (g.Key, gradient[g.Key], g.Value)))
        );
        Assert.Equal(v.Gradients.Keys.Order(StringComparer.Ordinal), gradient.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_engine_agrees(NetworkVector v)
    {
        var (loss, result) = Run(v, VectorKernels.Current);

        Assert.Equal(v.CrossEntropy, loss, 1e-6);
        Agreement.Within(StateTolerance, Agreement.Worst("logits", Agreement.Doubles(result.Logits), v.Logits));
        Agreement.Within(StateTolerance, Agreement.Worst(result.HiddenAgainst(v.States)));
        Agreement.Within(GradientTolerance, Agreement.Worst(result.GradientsAgainst(v.Gradients)));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void One_percent_too_much_in_one_gate_is_found(NetworkVector v)
    {
        var (_, planted) = Run(v, new PlantedErrorKernels());

        Assert.True(Agreement.Worst(planted.GradientsAgainst(v.Gradients)).Relative > 10 * GradientTolerance);
    }

    private static (double Loss, EngineResult Result) Run(NetworkVector v, VectorKernels kernels)
    {
        var network = new RecurrentNetwork(Shape(v));
        foreach (var (name, values) in v.Parameters)
        {
            Floats(values).CopyTo(network.Parameters[name]);
        }

        network.Pack();
        using var team = new WorkerTeam(1);
        var cases = v.Lengths.Length;
        var workspace = new NetworkWorkspace(network, cases, v.Lengths.Max(), team, kernels);
        var batch = new SequenceBatch(cases, v.Inputs, v.Lengths.Max());
        batch.Begin(cases, v.Lengths.Max());
        for (var i = 0; i < cases; i++)
        {
            batch.Set(i, Floats(v.Cases[i]));
        }

        workspace.Forward(batch, training: true);
        workspace.LogitGradient.Clear();
        var loss = CrossEntropy.Evaluate(workspace.Logits, v.Labels, v.Smoothing, 1, workspace.LogitGradient);
        var units = Shape(v).OutputSize;
        for (var i = 0; i < cases; i++)
        {
            for (var k = 0; k < v.Projection[i].Length; k++)
            {
                var at = ((k % units) * Panel.Lanes) + i;
                workspace.HiddenGradient.At(0, k / units)[at] = (float)(v.Projection[i][k] / cases);
            }
        }

        var gradient = network.Parameters.ZerosLike();
        var hidden = Enumerable.Range(0, cases).Select(i => EngineCase.HiddenOf(workspace, i)).ToArray();
        workspace.Backward(gradient);
        return (loss, new EngineResult(workspace.Logits.ToArray(), hidden, gradient));
    }

    private static NetworkShape Shape(NetworkVector v) =>
        new(
            Enum.Parse<CellKind>(v.Cell, ignoreCase: true),
            v.Inputs,
            v.Hidden,
            v.Layers,
            v.Classes,
            v.Bidirectional,
            Enum.Parse<Pooling>(v.Pooling, ignoreCase: true)
        );

    /// <summary>[T][D] from [D, T].</summary>
    private static double[][] Rows(NetworkVector v, int index)
    {
        var length = v.Lengths[index];
        return
        [
            .. Enumerable
                .Range(0, length)
                .Select(t => Enumerable.Range(0, v.Inputs).Select(d => v.Cases[index][(d * length) + t]).ToArray()),
        ];
    }

    private static float[] Floats(double[] values) => [.. values.Select(x => (float)x)];
}
