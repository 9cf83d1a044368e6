using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Series;

namespace MemKD.Models;

/// <summary>Forward passes of a network over many cases.</summary>
public sealed class Inference
{
    private const int MostCases = 32;
    private const int FewestCases = 16;
    private const int LongSeries = 500;
    private readonly RecurrentNetwork network;
    private readonly WorkerTeam team;
    private NetworkWorkspace? workspace;
    private SequenceBatch? batch;
    private int room;
    private int casesAtOnce;

    /// <summary>Prepares passes of a network; buffers are kept from call to call.</summary>
    public Inference(RecurrentNetwork network, WorkerTeam team)
    {
        this.network = network;
        this.team = team;
    }

    /// <summary>Called for each batch with the workspace and the case number of the batch's first case.</summary>
    public delegate void BatchVisitor(NetworkWorkspace workspace, int first, int count);

    /// <summary>Runs all cases in order, some at a time.</summary>
    public void Visit(PreparedCases cases, BatchVisitor visitor)
    {
        if (cases.MaxLength > room)
        {
            room = cases.MaxLength;
            casesAtOnce = room > LongSeries ? FewestCases : MostCases;
            workspace = new NetworkWorkspace(network, casesAtOnce, room, team);
            batch = new SequenceBatch(casesAtOnce, network.Shape.InputSize, room);
        }

        for (var first = 0; first < cases.Count; first += casesAtOnce)
        {
            var count = Math.Min(casesAtOnce, cases.Count - first);
            batch!.Begin(count, cases.Lengths.AsSpan(first, count).ToArray().Max());
            for (var i = 0; i < count; i++)
            {
                batch.Set(i, cases.Values(first + i));
            }

            workspace!.Forward(batch, training: false);
            visitor(workspace, first, count);
        }
    }

    /// <summary>Soft-max probabilities, [case, class].</summary>
    public float[] Probabilities(PreparedCases cases)
    {
        var classes = network.Shape.ClassCount;
        var result = new float[cases.Count * classes];
        Visit(
            cases,
            (ws, first, count) =>
            {
                for (var i = 0; i < count; i++)
                {
                    Softmax.Probabilities(
                        ws.Logits.Slice(i * classes, classes),
                        result.AsSpan((first + i) * classes, classes)
                    );
                }
            }
        );
        return result;
    }
}
