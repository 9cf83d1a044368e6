using System.Globalization;
using MemKD.Bench.Measuring;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Optimization;
using MemKD.Engine.Random;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Bench.Groups;

/// <summary>What a training step works on, as words: <c>lstm 1 8 1 150 32 1 400</c>.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Inputs">Channels.</param>
/// <param name="Units">Hidden units.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Timepoints">Length of every case.</param>
/// <param name="Batch">Cases an update.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Pool">Cases to draw batches from.</param>
/// <param name="Bidirectional">Whether every layer runs both ways; as a word after the cell's: <c>gru-both</c>. Peers do not know it.</param>
internal sealed record StepSize(
    CellKind Cell,
    int Inputs,
    int Units,
    int Layers,
    int Timepoints,
    int Batch = 32,
    int Threads = 1,
    int Pool = 400,
    bool Bidirectional = false
)
{
    /// <summary>Classes of every case.</summary>
    public const int Classes = 4;

    /// <summary>Reads the words.</summary>
    public static StepSize Parse(string[] words) =>
        words[0].Split('-') is [var name, .. var both]
        && Enum.Parse<CellKind>(name, ignoreCase: true) is var cell
        && words[1..].Select(Worker.Number).ToArray() is [var d, var h, var l, var t, var b, var threads, var pool]
            ? new(cell, d, h, l, t, b, threads, pool, both is ["both"])
            : throw new ArgumentException("eight words", nameof(words));

    /// <summary>The words.</summary>
    public string Words =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Cell.ToString().ToLowerInvariant()}{(Bidirectional ? "-both" : "")} {Inputs} {Units} {Layers} {Timepoints} {Batch} {Threads} {Pool}"
        );

    /// <summary>For tables.</summary>
    public string Name =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Cell.ToString().ToUpperInvariant()}{(Bidirectional ? " both ways" : "")} {(Layers == 1 ? $"{Inputs}→{Units}" : $"{Layers}×{Units}")}, T={Timepoints}"
        );

    /// <summary>The network.</summary>
    public NetworkShape Shape => new(Cell, Inputs, Units, Layers, Classes, Bidirectional);

    /// <summary>
    /// Multiply-adds of a whole step in the matrices of the layers: forward, gradient of what comes in (not of the series),
    /// gradient of the weights. Activations, linear layer and optimizer are not counted.
    /// </summary>
    public double MultiplyAdds =>
        (double)Batch
        * Timepoints
        * ((3.0 * Shape.MultiplyAddsPerStep) - ((double)Shape.GateCount * Units * Inputs * Shape.DirectionCount));

    /// <summary>Cases of noise.</summary>
    public PreparedCases Cases()
    {
        var random = new SeededRandom(3);
        var values = new float[Pool * Inputs * Timepoints];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)random.NextGaussian();
        }

        return new PreparedCases(
            Inputs,
            [.. Enumerable.Repeat(Timepoints, Pool)],
            values,
            [.. Enumerable.Range(0, Pool).Select(i => i % Classes)],
            Classes
        );
    }

    /// <summary>The network with PyTorch's starting weights.</summary>
    public RecurrentNetwork Network()
    {
        var network = new RecurrentNetwork(Shape);
        network.InitializeLikePyTorch(new SeededRandom(4));
        return network;
    }
}

/// <summary>One update: cases into the batch, forward, loss, backward, Adam.</summary>
internal sealed class TrainingStep : IWork
{
    private readonly StepSize size;
    private readonly PreparedCases pool;
    private readonly RecurrentNetwork network;
    private readonly NetworkWorkspace workspace;
    private readonly SequenceBatch batch;
    private readonly ParameterSet gradient;
    private readonly Adam optimizer;
    private readonly IObjective objective;
    private readonly SeededRandom random = new(5);
    private readonly int[] cases;
    private readonly int[] labels;

    /// <summary>Prepares it.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="objective">Makes the loss from cases, network and threads; null: cross-entropy.</param>
    public TrainingStep(StepSize size, Func<PreparedCases, RecurrentNetwork, WorkerTeam, IObjective>? objective = null)
    {
        var team = new WorkerTeam(size.Threads); // ends with the process
        this.size = size;
        pool = size.Cases();
        network = size.Network();
        workspace = new NetworkWorkspace(network, size.Batch, size.Timepoints, team);
        batch = new SequenceBatch(size.Batch, size.Inputs, size.Timepoints);
        gradient = network.Parameters.ZerosLike();
        optimizer = new Adam(network.Parameters);
        this.objective = objective?.Invoke(pool, network, team) ?? new LabelObjective(0);
        cases = new int[size.Batch];
        labels = new int[size.Batch];
    }

    /// <summary>Floating-point operations of the matrices.</summary>
    public double Amount => 2 * size.MultiplyAdds;

    /// <inheritdoc/>
    public void Run(int repetitions)
    {
        for (var i = 0; i < repetitions; i++)
        {
            Update();
        }
    }

    private void Update()
    {
        batch.Begin(size.Batch, size.Timepoints);
        for (var i = 0; i < cases.Length; i++)
        {
            cases[i] = random.NextInt(pool.Count);
            labels[i] = pool.Labels[cases[i]];
            batch.Set(i, pool.Values(cases[i]));
        }

        gradient.Values.Clear();
        workspace.Forward(batch, training: true);
        objective.Evaluate(
            new ObjectiveBatch
            {
                Workspace = workspace,
                Cases = cases,
                Labels = labels,
                Progress = 0.5,
                Random = random,
                Gradient = gradient,
            }
        );
        workspace.Backward(gradient);
        optimizer.Step(network.Parameters, gradient, 0.001);
        network.Pack();
    }
}
