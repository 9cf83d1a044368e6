using System.Runtime.InteropServices;
using MemKD.Distillation;
using MemKD.Engine;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Tests.Distillation;

/// <summary>What a batch looks like to a method under test.</summary>
internal sealed record PairShape(params int[] Lengths)
{
    public int Student { get; init; } = 3;

    public int Teacher { get; init; } = 5;

    public int TeacherLayers { get; init; } = 1;

    public bool Bidirectional { get; init; }

    public int Classes { get; init; } = 2;

    public int Channels { get; init; } = 1;

    /// <summary>Case numbers in the order of the batch; null: all.</summary>
    public int[]? Order { get; init; }

    /// <summary>Class of each case; null: in turn.</summary>
    public int[]? Labels { get; init; }
}

/// <summary>
/// A student and a teacher after a forward pass over cases of given lengths. Student states can be replaced, teacher states
/// too; a method's gradients can be read.
/// </summary>
internal sealed class PairBatch : IDisposable
{
    private const int Lanes = 16;
    private readonly WorkerTeam team = new(1);
    private readonly SequenceBatch input;
    private readonly int[] labels;

    public PairBatch(PairShape shape)
    {
        var random = new SeededRandom(7);
        var count = shape.Lengths.Length;
        float[] values =
        [
            .. Enumerable.Range(0, shape.Lengths.Sum() * shape.Channels).Select(_ => (float)random.NextGaussian()),
        ];
        labels = shape.Labels ?? [.. Enumerable.Range(0, count).Select(i => i % shape.Classes)];
        Cases = new PreparedCases(shape.Channels, shape.Lengths, values, labels, shape.Classes);
        Order = shape.Order ?? [.. Enumerable.Range(0, count)];
        var teacher = new RecurrentNetwork(
            new NetworkShape(
                CellKind.Lstm,
                shape.Channels,
                shape.Teacher,
                shape.TeacherLayers,
                shape.Classes,
                shape.Bidirectional
            )
        );
        teacher.Initialize(random);
        Student = new RecurrentNetwork(new NetworkShape(CellKind.Gru, shape.Channels, shape.Student, 1, shape.Classes));
        Student.Initialize(random);
        Teacher = new TeacherStates(teacher, Cases, long.MaxValue, team);
        Gradient = Student.Parameters.ZerosLike();
        Workspace = new NetworkWorkspace(Student, Order.Length, shape.Lengths.Max(), team);
        input = new SequenceBatch(Order.Length, shape.Channels, shape.Lengths.Max());
        Forward();
    }

    public PreparedCases Cases { get; }

    public int[] Order { get; }

    public TeacherStates Teacher { get; }

    public RecurrentNetwork Student { get; }

    public NetworkWorkspace Workspace { get; }

    /// <summary>Gradient of the student's parameters.</summary>
    public MemKD.Engine.Memory.ParameterSet Gradient { get; }

    /// <summary>The student's states [place in the batch][time][unit]; setting them rounds to float32.</summary>
    public double[][][] StudentStates
    {
        get => Read(Workspace.Hidden);
        set
        {
            for (var i = 0; i < Order.Length; i++)
            {
                for (var t = 0; t < value[i].Length; t++)
                {
                    var at = Workspace.Hidden.At(i / Lanes, t);
                    for (var u = 0; u < value[i][t].Length; u++)
                    {
                        at[(u * Lanes) + (i % Lanes)] = (float)value[i][t][u];
                    }
                }
            }
        }
    }

    /// <summary>The gradient with respect to them.</summary>
    public double[][][] StateGradient => Read(Workspace.HiddenGradient);

    /// <summary>The last layer's states of the teacher [place in the batch][time][unit]; setting them rounds to float32.</summary>
    public double[][][] TeacherStates
    {
        get => TeacherLayer(Teacher.LayerCount - 1);
        set
        {
            for (var i = 0; i < Order.Length; i++)
            {
                // The product hands out read-only spans; only a test may write to a teacher.
                var kept = Teacher.Hidden(Order[i]);
                var writable = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(kept), kept.Length);
                for (var k = 0; k < kept.Length; k++)
                {
                    writable[k] = (float)value[i][k / Teacher.HiddenSize][k % Teacher.HiddenSize];
                }
            }
        }
    }

    public double[][][] TeacherLayer(int layer) =>
        [
            .. Order.Select(i =>
                Teacher.Hidden(i, layer).ToArray().Select(h => (double)h).Chunk(Teacher.HiddenSize).ToArray()
            ),
        ];

    /// <summary>A method made by its row, as the product makes it.</summary>
    public IDistillationMethod Create(string method, ulong seed = 3) =>
        MethodChoice.Parse(method).Create(Teacher, Student, seed, team);

    public void Forward()
    {
        Student.Pack();
        input.Begin(Order.Length, Order.Max(i => Cases.Lengths[i]));
        for (var i = 0; i < Order.Length; i++)
        {
            input.Set(i, Cases.Values(Order[i]));
        }

        Workspace.Forward(input, training: true);
        Workspace.LogitGradient.Clear();
    }

    /// <summary>The method's loss; gradients start from <paramref name="start"/> (those of parameters from 0).</summary>
    public double Evaluate(
        IDistillationMethod method,
        SeededRandom? random = null,
        double weight = 1,
        double progress = 0.5,
        float start = 0
    )
    {
        for (var panel = 0; panel < Workspace.Hidden.PanelCount; panel++)
        {
            for (var t = 0; t < Workspace.Hidden.Length; t++)
            {
                Workspace.HiddenGradient.At(panel, t).Fill(start);
            }
        }

        Workspace.LogitGradient.Fill(start);
        Gradient.Values.Clear();
        foreach (var parameters in method.Auxiliary)
        {
            parameters.Gradient.Values.Clear();
        }

        return EvaluateOnly(method, random ?? new SeededRandom(1), weight, progress);
    }

    public double EvaluateOnly(IDistillationMethod method, SeededRandom random, double weight, double progress) =>
        method.Evaluate(
            new DistillationBatch
            {
                Cases = Order,
                Labels = labels,
                Teacher = Teacher,
                Hidden = Workspace.Hidden,
                Logits = Workspace.Logits,
                HiddenGradient = Workspace.HiddenGradient,
                LogitGradient = Workspace.LogitGradient,
                StudentGradient = Gradient,
                Random = random,
                Progress = progress,
                Weight = weight,
            }
        );

    public void Dispose() => team.Dispose();

    private double[][][] Read(HiddenStates states)
    {
        var result = new double[Order.Length][][];
        for (var i = 0; i < Order.Length; i++)
        {
            var own = new float[states.LengthOf(i) * states.Size];
            states.CopyCase(i, own);
            result[i] = [.. own.Select(h => (double)h).Chunk(states.Size)];
        }

        return result;
    }
}
