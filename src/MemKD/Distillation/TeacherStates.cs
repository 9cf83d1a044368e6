using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Distillation;

/// <summary>
/// What a teacher says about the training cases: hidden states of its last layer (of all layers when a method asks for
/// them) and logits. Kept for all cases when they fit the memory cap, else computed again for every batch; the numbers
/// are the same.
/// </summary>
public sealed class TeacherStates
{
    private readonly RecurrentNetwork teacher;
    private readonly PreparedCases cases;
    private readonly WorkerTeam team;
    private readonly long memoryCap;
    private readonly float[]?[][] hidden;
    private readonly float[] logits;
    private int firstLayer;
    private Inference? again;

    /// <summary>Runs the teacher over the cases.</summary>
    /// <param name="teacher">The frozen teacher.</param>
    /// <param name="cases">The training cases.</param>
    /// <param name="memoryCap">Bytes that may be kept.</param>
    /// <param name="team">The threads that share the work.</param>
    public TeacherStates(RecurrentNetwork teacher, PreparedCases cases, long memoryCap, WorkerTeam team)
    {
        this.teacher = teacher;
        this.cases = cases;
        this.team = team;
        HiddenSize = teacher.Shape.OutputSize;
        ClassCount = teacher.Shape.ClassCount;
        LayerCount = teacher.Shape.LayerCount;
        this.memoryCap = memoryCap;
        hidden = [.. Enumerable.Range(0, LayerCount).Select(_ => new float[cases.Count][])];
        logits = new float[cases.Count * ClassCount];
        Keep(LayerCount - 1);
    }

    private TeacherStates(TeacherStates all, ReadOnlySpan<int> indices, PreparedCases chosen, WorkerTeam team)
    {
        teacher = all.teacher;
        cases = chosen;
        this.team = team;
        memoryCap = all.memoryCap;
        HiddenSize = all.HiddenSize;
        ClassCount = all.ClassCount;
        LayerCount = all.LayerCount;
        IsCached = all.IsCached;
        firstLayer = all.firstLayer;
        hidden = [.. Enumerable.Range(0, LayerCount).Select(_ => new float[chosen.Count][])];
        logits = new float[indices.Length * ClassCount];
        for (var i = 0; i < indices.Length; i++)
        {
            for (var layer = 0; layer < LayerCount; layer++)
            {
                hidden[layer][i] = all.hidden[layer][indices[i]];
            }

            all.Logits(indices[i]).CopyTo(logits.AsSpan(i * ClassCount));
        }
    }

    /// <summary>
    /// The states of some of the cases, without asking the teacher again; several threads may each use their own.
    /// </summary>
    /// <param name="indices">Numbers of the cases.</param>
    /// <param name="chosen">Those cases.</param>
    /// <param name="worker">The threads of the user.</param>
    public TeacherStates Select(ReadOnlySpan<int> indices, PreparedCases chosen, WorkerTeam worker) =>
        new(this, indices, chosen, worker);

    /// <summary>The frozen teacher, for methods that ask it about other series.</summary>
    public RecurrentNetwork Network => teacher;

    /// <summary>Cases N that are learnt from.</summary>
    public int CaseCount => cases.Count;

    /// <summary>Time points of the longest case.</summary>
    public int MaxLength => cases.MaxLength;

    /// <summary>Whether the hidden states of all cases are kept.</summary>
    public bool IsCached { get; private set; }

    /// <summary>Recurrent layers.</summary>
    public int LayerCount { get; }

    /// <summary>Hidden units H_T (of both directions).</summary>
    public int HiddenSize { get; }

    /// <summary>Classes K.</summary>
    public int ClassCount { get; }

    /// <summary>From now on the hidden states of all layers are there, not only those of the last.</summary>
    public void KeepAllLayers()
    {
        if (firstLayer > 0)
        {
            Keep(0);
        }
    }

    /// <summary>Makes sure that the hidden states of these cases are there until the next call.</summary>
    public void Require(ReadOnlySpan<int> indices)
    {
        if (!IsCached)
        {
            Recompute(indices.ToArray());
        }
    }

    /// <summary>Hidden states of a case in the last layer, [timepoint, unit].</summary>
    public ReadOnlySpan<float> Hidden(int index) => hidden[^1][index];

    /// <summary>Hidden states of a case in a layer, [timepoint, unit]; below the last after <see cref="KeepAllLayers"/>.</summary>
    public ReadOnlySpan<float> Hidden(int index, int layer) => hidden[layer][index];

    /// <summary>Logits of a case [K].</summary>
    public ReadOnlySpan<float> Logits(int index) => logits.AsSpan(index * ClassCount, ClassCount);

    /// <summary>A case's series, [channel, timepoint].</summary>
    public ReadOnlySpan<float> Series(int index) => cases.Values(index);

    /// <summary>Class number of a case.</summary>
    public int Label(int index) => cases.Labels[index];

    private void Keep(int first)
    {
        firstLayer = first;
        var bytes = cases.Lengths.Sum(l => (long)l * HiddenSize * sizeof(float)) * (LayerCount - first);
        IsCached = bytes <= memoryCap;
        Clear();
        new Inference(teacher, team).Visit(
            cases,
            (ws, start, count) =>
            {
                ws.Logits[..(count * ClassCount)].CopyTo(logits.AsSpan(start * ClassCount));
                for (var i = 0; IsCached && i < count; i++)
                {
                    Copy(ws, i, start + i);
                }
            }
        );
    }

    private void Recompute(int[] wanted)
    {
        Clear();
        again ??= new Inference(teacher, team);
        again.Visit(
            cases.Select(wanted),
            (ws, start, count) =>
            {
                for (var i = 0; i < count; i++)
                {
                    Copy(ws, i, wanted[start + i]);
                }
            }
        );
    }

    private void Clear()
    {
        foreach (var layer in hidden)
        {
            Array.Clear(layer);
        }
    }

    private void Copy(NetworkWorkspace ws, int place, int index)
    {
        for (var layer = firstLayer; layer < LayerCount; layer++)
        {
            var states = new float[cases.Lengths[index] * HiddenSize];
            ws.HiddenOf(layer).CopyCase(place, states);
            hidden[layer][index] = states;
        }
    }
}
