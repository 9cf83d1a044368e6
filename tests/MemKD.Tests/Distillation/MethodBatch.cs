using System.Runtime.InteropServices;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Memory;
using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Distillation;

/// <summary>
/// A mini-batch after a forward pass over made-up cases, with states and logits that a test may replace: a method sees
/// nothing else of the networks. The batch is the training cases in reverse, so that the teacher's case is never the
/// batch's by chance.
/// </summary>
internal class MethodBatch : IDisposable
{
    private const int Lanes = 16;
    private readonly WorkerTeam team = new(1);
    private readonly NetworkWorkspace workspace;
    private readonly RecurrentNetwork student;
    private readonly TeacherStates teacher;
    private readonly int[] cases;
    private readonly ParameterSet studentGradient;

    /// <param name="lengths">Time points of each case of the batch.</param>
    /// <param name="studentShape">The student, or null: it is the teacher.</param>
    /// <param name="teacherShape">The teacher.</param>
    public MethodBatch(int[] lengths, NetworkShape? studentShape, NetworkShape teacherShape)
    {
        Lengths = lengths;
        var random = new SeededRandom(7);
        float[] values = [.. Enumerable.Range(0, lengths.Sum()).Select(_ => (float)random.NextGaussian())];
        Labels = [.. Enumerable.Range(0, lengths.Length).Select(i => i % teacherShape.ClassCount)];
        var training = new PreparedCases(
            1,
            [.. lengths.Reverse()],
            values,
            [.. Labels.Reverse()],
            teacherShape.ClassCount
        );
        var teacherNetwork = new RecurrentNetwork(teacherShape);
        teacherNetwork.InitializeLikePyTorch(random);
        student = teacherNetwork;
        if (studentShape != null)
        {
            student = new RecurrentNetwork(studentShape);
            student.InitializeLikePyTorch(random);
        }

        studentGradient = student.Parameters.ZerosLike();
        teacher = new TeacherStates(teacherNetwork, training, long.MaxValue, team);
        workspace = new NetworkWorkspace(student, lengths.Length, lengths.Max(), team);
        var batch = new SequenceBatch(lengths.Length, 1, lengths.Max());
        batch.Begin(lengths.Length, lengths.Max());
        cases = [.. Enumerable.Range(0, lengths.Length).Reverse()];
        for (var i = 0; i < cases.Length; i++)
        {
            batch.Set(i, training.Values(cases[i]));
        }

        workspace.Forward(batch, training: true);
    }

    public int[] Lengths { get; }

    public int[] Labels { get; set; }

    public NetworkShape StudentShape => student.Shape;

    public NetworkShape TeacherShape => teacher.Network.Shape;

    /// <summary>The student's states [case][time][unit]; setting them rounds to float32.</summary>
    public double[][][] Student
    {
        get => Read(workspace.Hidden);
        set
        {
            for (var i = 0; i < cases.Length; i++)
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
        get => [.. cases.Select(c => Doubles(teacher.Hidden(c)).Chunk(teacher.HiddenSize).ToArray())];
        set
        {
            for (var i = 0; i < cases.Length; i++)
            {
                Overwrite(teacher.Hidden(cases[i]), [.. value[i].SelectMany(h => h)]);
            }
        }
    }

    /// <summary>The student's logits [case][class]; setting them rounds to float32.</summary>
    public double[][] StudentLogits
    {
        get => Doubles(workspace.Logits).Chunk(student.Shape.ClassCount).ToArray();
        set => Overwrite(workspace.Logits, [.. value.SelectMany(z => z)]);
    }

    /// <summary>The teacher's logits [case][class]; setting them rounds to float32.</summary>
    public double[][] TeacherLogits
    {
        get => [.. cases.Select(c => Doubles(teacher.Logits(c)))];
        set
        {
            for (var i = 0; i < cases.Length; i++)
            {
                Overwrite(teacher.Logits(cases[i]), value[i]);
            }
        }
    }

    /// <summary>What the last evaluation added to the logits' gradient, and where that started, [case][class].</summary>
    public double[][] LogitGradient => Doubles(workspace.LogitGradient).Chunk(student.Shape.ClassCount).ToArray();

    /// <summary>The same for the states' gradient, at all time points of the longest case.</summary>
    public double[][][] HiddenGradient => Read(workspace.HiddenGradient, atAllTimes: true);

    /// <summary>A method of the table for this pair.</summary>
    public IDistillationMethod Method(string text) => MethodChoice.Parse(text).Create(teacher, student, 1, team);

    /// <summary>The method's loss; gradients start at <paramref name="start"/>.</summary>
    public double Evaluate(IDistillationMethod method, SeededRandom random, double weight = 1, float start = 0)
    {
        for (var panel = 0; panel < workspace.Hidden.PanelCount; panel++)
        {
            for (var t = 0; t < workspace.Hidden.Length; t++)
            {
                workspace.HiddenGradient.At(panel, t).Fill(start);
            }
        }

        workspace.LogitGradient.Fill(start);
        return EvaluateOnly(method, random, weight);
    }

    /// <summary>The method's loss; gradients go on where they are.</summary>
    public double EvaluateOnly(IDistillationMethod method, SeededRandom random, double weight = 1) =>
        method.Evaluate(
            new DistillationBatch
            {
                Cases = cases,
                Labels = Labels,
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

    public void Dispose()
    {
        team.Dispose();
        GC.SuppressFinalize(this);
    }

    private double[][][] Read(HiddenStates states, bool atAllTimes = false)
    {
        var result = new double[cases.Length][][];
        for (var i = 0; i < cases.Length; i++)
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

    private static double[] Doubles(ReadOnlySpan<float> values) => [.. values.ToArray().Select(v => (double)v)];

    /// <summary>The product hands out read-only spans of a teacher; only a test may write to one.</summary>
    private static void Overwrite(ReadOnlySpan<float> kept, double[] values)
    {
        var writable = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(kept), kept.Length);
        for (var k = 0; k < kept.Length; k++)
        {
            writable[k] = (float)values[k];
        }
    }
}
