using MemKD.Engine.Kernels;
using MemKD.Engine.Layers;
using MemKD.Engine.Layers.Reference;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;
using MemKD.Engine.Simd;

namespace MemKD.Engine.Tests.Layers;

/// <summary>
/// A network, a batch and a loss that are made from a few sizes and a seed. The loss is a random projection:
/// Σ p·logits + Σ q·h(t) over the valid steps, so that gradient enters at the logits and at every hidden state.
/// </summary>
public sealed record EngineCase(
    CellKind Cell,
    int Hidden,
    int Layers,
    int Inputs,
    int Batch,
    int Length,
    bool Bidirectional = false,
    bool Uneven = false,
    Pooling Pooling = Pooling.Last,
    float Dropout = 0f,
    float WeightScale = 1f
)
{
    private const int Classes = 3;

    public NetworkShape Shape => new(Cell, Inputs, Hidden, Layers, Classes, Bidirectional, Pooling);

    /// <summary>Time points of case i: spread over 1..T, the longest not always present.</summary>
    public int LengthOf(int index) => Uneven ? 1 + (((index * 7) + 3) % Length) : Length;

    public RecurrentNetwork Network()
    {
        var network = new RecurrentNetwork(Shape);
        network.InitializeLikePyTorch(new SeededRandom(5));
        foreach (ref var weight in network.Parameters.Values)
        {
            weight *= WeightScale;
        }

        network.Pack();
        return network;
    }

    /// <summary>[channel, timepoint] of a case: standard normal numbers.</summary>
    public float[] Values(int index) => Gaussians("input", index, Inputs * LengthOf(index));

    public static float[] LogitProjection(int index) => Gaussians("logits", index, Classes);

    /// <summary>[T][units].</summary>
    public float[] HiddenProjection(int index) => Gaussians("hidden", index, LengthOf(index) * Shape.OutputSize);

    /// <summary>The engine's answer.</summary>
    internal EngineResult Run(VectorKernels? kernels = null, int threads = 1)
    {
        var network = Network();
        using var team = new WorkerTeam(threads);
        var workspace = new NetworkWorkspace(network, Batch, Length, team, kernels ?? VectorKernels.Current);
        var batch = new SequenceBatch(Batch, Inputs, Length);
        batch.Begin(Batch, Length);
        for (var i = 0; i < Batch; i++)
        {
            batch.Set(i, Values(i));
        }

        workspace.Forward(batch, training: true, Dropout, new SeededRandom(11));
        var gradient = network.Parameters.ZerosLike();
        for (var i = 0; i < Batch; i++)
        {
            LogitProjection(i).CopyTo(workspace.LogitGradient[(i * Classes)..]);
            var q = HiddenProjection(i);
            var units = Shape.OutputSize;
            for (var t = 0; t < LengthOf(i); t++)
            {
                var at = workspace.HiddenGradient.At(i / Panel.Lanes, t);
                for (var u = 0; u < units; u++)
                {
                    at[(u * Panel.Lanes) + (i % Panel.Lanes)] += q[(t * units) + u];
                }
            }
        }

        var logits = workspace.Logits.ToArray();
        var hidden = Enumerable.Range(0, Batch).Select(i => HiddenOf(workspace, i)).ToArray();
        workspace.Backward(gradient);
        return new EngineResult(logits, hidden, gradient);
    }

    /// <summary>The double reference's answer: logits, hidden states [case][T·units], gradient.</summary>
    public (double[] Logits, double[][] Hidden, Dictionary<string, double[]> Gradient) Reference()
    {
        var reference = new ReferenceNetwork<double>(Shape, Parameters());
        var gradient = ReferenceNetwork<double>.Zeros(Shape);
        var logits = new List<double>();
        var hidden = new List<double[]>();
        var masks = Masks();
        for (var i = 0; i < Batch; i++)
        {
            var trace = reference.Forward(Rows(Values(i), i), masks?[i]);
            logits.AddRange(trace.Logits);
            hidden.Add([.. trace.Hidden.SelectMany(row => row)]);
            var q = Agreement.Doubles(HiddenProjection(i)).Chunk(Shape.OutputSize).ToArray();
            reference.Backward(trace, Agreement.Doubles(LogitProjection(i)), q, gradient);
        }

        return ([.. logits], [.. hidden], gradient);
    }

    public Dictionary<string, double[]> Parameters()
    {
        var set = Network().Parameters;
        return set.Parameters.ToDictionary(p => p.Name, p => Agreement.Doubles(set[p.Name]), StringComparer.Ordinal);
    }

    /// <summary>[T][D] from [D, T].</summary>
    public double[][] Rows(float[] values, int index)
    {
        var length = LengthOf(index);
        return
        [
            .. Enumerable
                .Range(0, length)
                .Select(t => Enumerable.Range(0, Inputs).Select(d => (double)values[(d * length) + t]).ToArray()),
        ];
    }

    /// <summary>
    /// Dropout factors [case][layer][unit], drawn again as documented: layer by layer over [panel][padded unit][lane].
    /// </summary>
    public double[][][]? Masks()
    {
        if (Dropout <= 0)
        {
            return null;
        }

        var random = new SeededRandom(11);
        var units = Shape.OutputSize;
        var masks = Enumerable.Range(0, Batch).Select(_ => new double[Layers - 1][]).ToArray();
        for (var l = 0; l + 1 < Layers; l++)
        {
            var drawn = new double[Panel.Count(Batch) * Panel.PadRows(units) * Panel.Lanes];
            for (var k = 0; k < drawn.Length; k++)
            {
                drawn[k] = random.NextSingle() < Dropout ? 0 : 1 / (1 - (double)Dropout);
            }

            for (var i = 0; i < Batch; i++)
            {
                var first = (i / Panel.Lanes * Panel.PadRows(units) * Panel.Lanes) + (i % Panel.Lanes);
                masks[i][l] = [.. Enumerable.Range(0, units).Select(u => drawn[first + (u * Panel.Lanes)])];
            }
        }

        return masks;
    }

    public static float[] HiddenOf(NetworkWorkspace workspace, int index)
    {
        var hidden = new float[workspace.Hidden.LengthOf(index) * workspace.Hidden.Size];
        workspace.Hidden.CopyCase(index, hidden);
        return hidden;
    }

    private static float[] Gaussians(string stream, int index, int count)
    {
        var random = new SeededRandom((ulong)(1000 + index), stream);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }
}

/// <summary>Logits [case, class], hidden states [case][T·units], gradient of all parameters.</summary>
internal sealed record EngineResult(float[] Logits, float[][] Hidden, ParameterSet Gradient)
{
    public IEnumerable<(string Name, double[] Actual, double[] Expected)> GradientsAgainst(
        IReadOnlyDictionary<string, double[]> expected
    ) => Gradient.Parameters.Select(p => (p.Name, Agreement.Doubles(Gradient[p.Name]), expected[p.Name]));

    public IEnumerable<(string Name, double[] Actual, double[] Expected)> HiddenAgainst(double[][] expected) =>
        Hidden.Select((h, i) => ($"hidden states of case {i}", Agreement.Doubles(h), expected[i]));

    public void HasTheBitsOf(EngineResult expected)
    {
        Agreement.SameBits("logits", Logits, expected.Logits);
        for (var i = 0; i < Hidden.Length; i++)
        {
            Agreement.SameBits($"hidden states of case {i}", Hidden[i], expected.Hidden[i]);
        }

        foreach (var parameter in Gradient.Parameters)
        {
            Agreement.SameBits(parameter.Name, Gradient[parameter.Name], expected.Gradient[parameter.Name]);
        }
    }
}
