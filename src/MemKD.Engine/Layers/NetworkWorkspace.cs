using MemKD.Engine.Kernels;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;

namespace MemKD.Engine.Layers;

/// <summary>
/// The activations of one network for batches up to a size, and the passes over them: <see cref="Forward"/>, then
/// (for training) fill <see cref="LogitGradient"/>, add to <see cref="HiddenGradient"/>, and <see cref="Backward"/>.
/// Work is split over panels and directions, and over blocks of the weight gradient; sums have a fixed order, so results do not depend
/// on the number of threads.
/// </summary>
public sealed unsafe class NetworkWorkspace
{
    private readonly RecurrentNetwork network;
    private readonly NetworkShape shape;
    private readonly WorkerTeam team;
    private readonly VectorKernels kernels;
    private readonly LayerBuffers[] layers;
    private readonly Readout readout;
    private readonly GradientProducts products;
    private readonly int maxCases;
    private readonly int maxLength;
    private readonly Action<int> forwardPiece;
    private readonly Action<int> backwardPiece;
    private SequenceBatch batch = null!;
    private int current;

    /// <summary>Allocates room for a network's activations.</summary>
    /// <param name="network">The network.</param>
    /// <param name="maxCases">Cases in a batch at most.</param>
    /// <param name="maxLength">Time points at most.</param>
    /// <param name="team">The threads that share the work.</param>
    public NetworkWorkspace(RecurrentNetwork network, int maxCases, int maxLength, WorkerTeam team)
        : this(network, maxCases, maxLength, team, VectorKernels.Current) { }

    internal NetworkWorkspace(
        RecurrentNetwork network,
        int maxCases,
        int maxLength,
        WorkerTeam team,
        VectorKernels kernels
    )
    {
        this.network = network;
        this.team = team;
        this.kernels = kernels;
        this.maxCases = maxCases;
        this.maxLength = maxLength;
        shape = network.Shape;
        layers = new LayerBuffers[shape.LayerCount];
        for (var l = 0; l < layers.Length; l++)
        {
            layers[l] = new LayerBuffers(network.Layers[l], shape, l > 0, Panel.Count(maxCases), maxLength);
        }

        readout = new Readout(network, kernels, maxCases);
        products = new GradientProducts(network, kernels, team, Panel.Count(maxCases) * (maxLength + 2));
        forwardPiece = ForwardPiece;
        backwardPiece = BackwardPiece;
    }

    /// <summary>Logits of the last forward pass, [case, class].</summary>
    public Span<float> Logits => readout.Logits.AsSpan(0, batch.Count * shape.ClassCount);

    /// <summary>Gradient with respect to the logits, [case, class]; the caller writes it before <see cref="Backward"/>.</summary>
    public Span<float> LogitGradient => readout.LogitGradient.AsSpan(0, batch.Count * shape.ClassCount);

    /// <summary>Hidden states of the last layer after <see cref="Forward"/>.</summary>
    public HiddenStates Hidden => HiddenOf(shape.LayerCount - 1);

    /// <summary>
    /// Gradient with respect to the hidden states of the last layer: zero after <see cref="Forward"/> with
    /// <c>training</c>; a loss on hidden states adds to it.
    /// </summary>
    public HiddenStates HiddenGradient =>
        new(layers[^1].OutputGradient, batch, shape.OutputSize, layers[^1].OutputStride);

    /// <summary>Hidden states of a layer after <see cref="Forward"/>, without dropout.</summary>
    /// <param name="layer">0: the one that reads the series.</param>
    public HiddenStates HiddenOf(int layer) =>
        new(layers[layer].Output, batch, shape.OutputSize, layers[layer].OutputStride);

    /// <summary>Computes <see cref="Logits"/> and <see cref="Hidden"/>.</summary>
    /// <param name="input">The cases, no more and no longer than the workspace has room for.</param>
    /// <param name="training">Whether a backward pass follows.</param>
    /// <param name="dropout">
    /// Rate of dropout between layers: one mask a case and unit, the same at all time points (Gal &amp; Ghahramani 2016).
    /// </param>
    /// <param name="random">Generator of the masks; needed when <paramref name="dropout"/> is above 0.</param>
    public void Forward(SequenceBatch input, bool training, float dropout = 0f, SeededRandom? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Count, maxCases);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Length, maxLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Channels, shape.InputSize);
        batch = input;
        for (var l = 0; l + 1 < layers.Length; l++)
        {
            layers[l].DrawMask(batch, dropout, random);
        }

        if (training)
        {
            layers[^1].ClearOutputGradient(batch);
        }

        for (current = 0; current < layers.Length; current++)
        {
            layers[current].ClearBorders(batch);
            RunPieces(forwardPiece);
            layers[current].ApplyMask(kernels, batch);
        }

        readout.Forward(batch, layers[^1]);
    }

    /// <summary>Adds the gradient of the loss to <paramref name="gradient"/>.</summary>
    /// <param name="gradient">Same tensors as the network's parameters.</param>
    public void Backward(ParameterSet gradient)
    {
        readout.Backward(batch, layers[^1], gradient);
        for (current = layers.Length - 1; current >= 0; current--)
        {
            RunPieces(backwardPiece);
            if (current > 0)
            {
                layers[current - 1].CompleteGradient(kernels, batch, layers[current]);
            }
        }

        products.Accumulate(batch, layers, gradient);
    }

    /// <summary>One pass of the current layer; an activation takes about as long as twenty multiply-adds.</summary>
    private void RunPieces(Action<int> piece)
    {
        var pieces = batch.PanelCount * shape.DirectionCount;
        var terms = shape.LayerInputSize(current) + shape.HiddenSize + 20L;
        var perStep = shape.GateCount * shape.HiddenSize * terms * Panel.Lanes;
        team.Run(pieces, piece, pieces * batch.Length * perStep);
    }

    private void ForwardPiece(int piece)
    {
        var (panel, direction) = Math.DivRem(piece, shape.DirectionCount);
        network.Layers[current][direction].Forward(kernels, View(current, direction, panel));
    }

    private void BackwardPiece(int piece)
    {
        var (panel, direction) = Math.DivRem(piece, shape.DirectionCount);
        network.Layers[current][direction].Backward(kernels, View(current, direction, panel));
    }

    private LayerPanel View(int layer, int direction, int panel) =>
        layers[layer].View(batch, layer == 0 ? null : layers[layer - 1], direction, panel);
}
