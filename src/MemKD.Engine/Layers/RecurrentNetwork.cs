using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Engine.Layers;

/// <summary>
/// A recurrent classifier: stacked layers and a linear layer. Holds the parameters and their packed copies; all
/// activations are in a <see cref="NetworkWorkspace"/>. After the parameters change, <see cref="Pack"/> must be called.
/// </summary>
public sealed class RecurrentNetwork
{
    /// <summary>Creates a network with zero parameters.</summary>
    /// <param name="shape">The architecture.</param>
    public RecurrentNetwork(NetworkShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.InputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.HiddenSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.LayerCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.ClassCount, 1);
        Shape = shape;
        Parameters = new ParameterSet(shape.Tensors());
        Layers = new RecurrentLayer[shape.LayerCount][];
        for (var l = 0; l < shape.LayerCount; l++)
        {
            Layers[l] = new RecurrentLayer[shape.DirectionCount];
            for (var d = 0; d < shape.DirectionCount; d++)
            {
                Layers[l][d] = new RecurrentLayer(shape, l, d);
            }
        }

        Head = new PackedMatrix(shape.ClassCount, shape.OutputSize);
        HeadTransposed = new PackedMatrix(shape.OutputSize, shape.ClassCount);
        HeadBias = new AlignedBuffer(Panel.PadRows(shape.ClassCount));
    }

    /// <summary>The architecture.</summary>
    public NetworkShape Shape { get; }

    /// <summary>The parameters, PyTorch's names and layout.</summary>
    public ParameterSet Parameters { get; }

    internal RecurrentLayer[][] Layers { get; }

    internal PackedMatrix Head { get; }

    internal PackedMatrix HeadTransposed { get; }

    internal AlignedBuffer HeadBias { get; }

    /// <summary>
    /// Draws the starting weights. Input weights: U(±g·√(3/fan-in)), that is standard deviation g/√fan-in, with g = 2 for
    /// data and 4 for the hidden states of the layer below (LeCun et al. 1998, wider: see docs/training.md); recurrent
    /// weights: an orthogonal matrix a gate (Saxe et al. 2014); LSTM forget bias <paramref name="forgetBias"/>
    /// (Jozefowicz et al. 2015), other biases 0; linear layer: U(±1/√H) as in PyTorch.
    /// </summary>
    /// <param name="random">The run's generator for weights.</param>
    /// <param name="forgetBias">Start of the LSTM's forget bias.</param>
    public void Initialize(SeededRandom random, float forgetBias = 1f) => Initialization.Draw(this, random, forgetBias);

    /// <summary>PyTorch's start: every recurrent parameter U(±1/√H), linear layer U(±1/√H).</summary>
    /// <param name="random">The run's generator for weights.</param>
    public void InitializeLikePyTorch(SeededRandom random) => Initialization.DrawUniform(this, random);

    /// <summary>Brings the packed copies up to date with <see cref="Parameters"/>.</summary>
    public void Pack()
    {
        foreach (var directions in Layers)
        {
            foreach (var layer in directions)
            {
                layer.Pack(Parameters);
            }
        }

        Head.Pack(Parameters["fc.weight"]);
        HeadTransposed.PackTransposed(Parameters["fc.weight"]);
        Parameters["fc.bias"].CopyTo(HeadBias.Span);
    }
}
