using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;

namespace MemKD.Distillation;

/// <summary>
/// What a teacher says about the training cases: hidden states of its last layer and logits. Kept for all cases when
/// they fit the memory cap, else computed again for every batch; the numbers are the same.
/// </summary>
public sealed class TeacherStates
{
    private readonly RecurrentNetwork teacher;
    private readonly PreparedCases cases;
    private readonly WorkerTeam team;
    private readonly float[]?[] hidden;
    private readonly float[] logits;
    private readonly long memoryCap;
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
        this.memoryCap = memoryCap;
        HiddenSize = teacher.Shape.OutputSize;
        ClassCount = teacher.Shape.ClassCount;
        hidden = new float[cases.Count][];
        logits = new float[cases.Count * ClassCount];
        var bytes = cases.Lengths.Sum(l => (long)l * HiddenSize * sizeof(float));
        IsCached = bytes <= memoryCap;
        new Inference(teacher, team).Visit(cases, (ws, first, count) => Keep(ws, first, count, IsCached));
    }

    private TeacherStates(TeacherStates all, ReadOnlySpan<int> indices, PreparedCases chosen, WorkerTeam team)
    {
        teacher = all.teacher;
        cases = chosen;
        this.team = team;
        memoryCap = all.memoryCap;
        HiddenSize = all.HiddenSize;
        ClassCount = all.ClassCount;
        IsCached = all.IsCached;
        hidden = new float[indices.Length][];
        logits = new float[indices.Length * ClassCount];
        for (var i = 0; i < indices.Length; i++)
        {
            hidden[i] = all.hidden[indices[i]];
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
    public bool IsCached { get; }

    /// <summary>Hidden units H_T (of both directions).</summary>
    public int HiddenSize { get; }

    /// <summary>Classes K.</summary>
    public int ClassCount { get; }

    /// <summary>Makes sure that the hidden states of these cases are there until the next call.</summary>
    public void Require(ReadOnlySpan<int> indices)
    {
        if (!IsCached)
        {
            Recompute(indices.ToArray());
        }
    }

    /// <summary>Hidden states of a case, [timepoint, unit].</summary>
    public ReadOnlySpan<float> Hidden(int index) => hidden[index];

    /// <summary>Logits of a case [K].</summary>
    public ReadOnlySpan<float> Logits(int index) => logits.AsSpan(index * ClassCount, ClassCount);

    /// <summary>A case's series, [channel, timepoint].</summary>
    public ReadOnlySpan<float> Series(int index) => cases.Values(index);

    /// <summary>Class number of a case.</summary>
    public int Label(int index) => cases.Labels[index];

    private void Recompute(int[] wanted)
    {
        Array.Clear(hidden);
        again ??= new Inference(teacher, team);
        again.Visit(
            cases.Select(wanted),
            (ws, first, count) =>
            {
                for (var i = 0; i < count; i++)
                {
                    var index = wanted[first + i];
                    ws.Hidden.CopyCase(i, hidden[index] = new float[cases.Lengths[index] * HiddenSize]);
                }
            }
        );
    }

    private void Keep(NetworkWorkspace ws, int first, int count, bool keepHidden)
    {
        ws.Logits[..(count * ClassCount)].CopyTo(logits.AsSpan(first * ClassCount));
        for (var i = 0; keepHidden && i < count; i++)
        {
            ws.Hidden.CopyCase(i, hidden[first + i] = new float[cases.Lengths[first + i] * HiddenSize]);
        }
    }
}
