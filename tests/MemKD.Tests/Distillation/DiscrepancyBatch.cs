using System.Runtime.InteropServices;
using MemKD.Distillation;
using MemKD.Distillation.Methods;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Distillation;

/// <summary>
/// A student and a teacher after a forward pass over cases of the given lengths, with states that a test may replace:
/// MemKD's loss sees nothing but states.
/// </summary>
internal sealed class DiscrepancyBatch : IDisposable
{
    private const int Lanes = 16;
    private readonly WorkerTeam team = new(1);
    private readonly NetworkWorkspace workspace;
    private readonly TeacherStates teacher;
    private readonly int[] order;
    private readonly ParameterSet studentGradient;

    public DiscrepancyBatch(int[] lengths, int studentUnits = 3, int teacherUnits = 10, bool sameNetwork = false)
    {
        Lengths = lengths;
        var random = new SeededRandom(7);
        float[] values = [.. Enumerable.Range(0, lengths.Sum()).Select(_ => (float)random.NextGaussian())];
        var cases = new PreparedCases(1, lengths, values, new int[lengths.Length], 2);
        var teacherNetwork = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, teacherUnits, 1, 2));
        teacherNetwork.InitializeLikePyTorch(random);
        var student = teacherNetwork;
        if (!sameNetwork)
        {
            student = new RecurrentNetwork(new NetworkShape(CellKind.Gru, 1, studentUnits, 1, 2));
            student.InitializeLikePyTorch(random);
        }

        studentGradient = student.Parameters.ZerosLike();
        teacher = new TeacherStates(teacherNetwork, cases, long.MaxValue, team);
        workspace = new NetworkWorkspace(student, lengths.Length, lengths.Max(), team);
        var batch = new SequenceBatch(lengths.Length, 1, lengths.Max());
        batch.Begin(lengths.Length, lengths.Max());
        order = [.. Enumerable.Range(0, lengths.Length)];
        foreach (var i in order)
        {
            batch.Set(i, cases.Values(i));
        }

        workspace.Forward(batch, training: true);
    }

    public int[] Lengths { get; }

    /// <summary>The student's states [case][time][unit]; setting them rounds to float32.</summary>
    public double[][][] Student
    {
        get => Read(workspace.Hidden);
        set
        {
            foreach (var i in order)
            {
                for (var t = 0; t < Lengths[i]; t++)
                {
                    var at = workspace.Hidden.At(i / Lanes, t);
                    for (var u = 0; u < workspace.Hidden.Size; u++)
                    {
                        at[(u * Lanes) + (i % Lanes)] = (float)value[i][t][u];
                    }
                }
            }
        }
    }

    /// <summary>The teacher's states [case][time][unit]; setting them rounds to float32.</summary>
    public double[][][] Teacher
    {
        get =>
            [
                .. order.Select(i =>
                    teacher.Hidden(i).ToArray().Select(h => (double)h).Chunk(teacher.HiddenSize).ToArray()
                ),
            ];
        set
        {
            foreach (var i in order)
            {
                // The product hands out read-only spans; only a test may write to a teacher.
                var kept = teacher.Hidden(i);
                var writable = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(kept), kept.Length);
                for (var k = 0; k < kept.Length; k++)
                {
                    writable[k] = (float)value[i][k / teacher.HiddenSize][k % teacher.HiddenSize];
                }
            }
        }
    }

    /// <summary>The method's loss and what it adds to a gradient that starts at <paramref name="start"/>.</summary>
    public (double Loss, double[][][] Gradient) Evaluate(
        MemoryDiscrepancy method,
        SeededRandom random,
        double weight = 1,
        float start = 0
    )
    {
        for (var panel = 0; panel < workspace.Hidden.PanelCount; panel++)
        {
            for (var t = 0; t < workspace.Hidden.Length; t++)
            {
                workspace.HiddenGradient.At(panel, t).Fill(start);
            }
        }

        return (EvaluateOnly(method, random, weight), Read(workspace.HiddenGradient, atAllTimes: true));
    }

    public double EvaluateOnly(MemoryDiscrepancy method, SeededRandom random, double weight = 1) =>
        method.Evaluate(
            new DistillationBatch
            {
                Cases = order,
                Labels = order,
                Teacher = teacher,
                Hidden = workspace.Hidden,
                Logits = workspace.Logits,
                HiddenGradient = workspace.HiddenGradient,
                LogitGradient = workspace.LogitGradient,
                StudentGradient = studentGradient,
                Random = random,
                Progress = 0,
                Weight = weight,
            }
        );

    public void Dispose() => team.Dispose();

    private double[][][] Read(HiddenStates states, bool atAllTimes = false)
    {
        var result = new double[order.Length][][];
        foreach (var i in order)
        {
            result[i] = new double[atAllTimes ? states.Length : Lengths[i]][];
            for (var t = 0; t < result[i].Length; t++)
            {
                var at = states.At(i / Lanes, t);
                result[i][t] = new double[states.Size];
                for (var u = 0; u < states.Size; u++)
                {
                    result[i][t][u] = at[(u * Lanes) + (i % Lanes)];
                }
            }
        }

        return result;
    }
}
