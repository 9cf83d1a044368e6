using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Distillation.Methods;
using MemKD.Engine.Random;

namespace MemKD.Tests.Distillation;

/// <summary>The loss and its gradient against PyTorch's norm, smooth_l1_loss and automatic differentiation, in float64.</summary>
public sealed class MemoryDiscrepancyPyTorchTests : IDisposable
{
    // As against finite differences: float32 (MemoryDiscrepancyTests).
    private const double LossTolerance = 2e-6;
    private const double GradientTolerance = 5e-6;
    private static readonly DiscrepancyVectors Vectors = DiscrepancyVectors.Read();
    private readonly DiscrepancyBatch batch = new(
        [.. Enumerable.Repeat(Vectors.Steps, Vectors.Cases)],
        Vectors.StudentUnits,
        Vectors.TeacherUnits
    );

    public MemoryDiscrepancyPyTorchTests()
    {
        batch.Student = Vectors.Shape(Vectors.Student, Vectors.StudentUnits);
        batch.Teacher = Vectors.Shape(Vectors.Teacher, Vectors.TeacherUnits);
    }

    /// <summary>0 is the authors' division without a guard; 0.75 is above the size of some states.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-6)]
    [InlineData(0.75)]
    public void The_short_term_loss_agrees(double epsilon)
    {
        var expected = Vectors.Guards.Single(g => g.Epsilon.Equals(epsilon)).ShortTerm;

        Agrees(expected, new() { LongTermWeight = 0, Epsilon = epsilon }, new SeededRandom(1));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-6)]
    [InlineData(0.75)]
    public void The_long_term_loss_agrees_for_every_pair(double epsilon)
    {
        var expected = Vectors.Guards.Single(g => g.Epsilon.Equals(epsilon)).Single;
        MemoryDiscrepancy.Options options = new()
        {
            ShortTermWeight = 0,
            PairCount = 1,
            Epsilon = epsilon,
        };
        var probe = new PairProbe(batch);
        var random = new SeededRandom(6);
        var seen = new HashSet<(int, int)>();
        for (var draw = 0; draw < 200; draw++)
        {
            var same = SeededRandom.FromState(random.GetState());
            var (start, end) = probe.Draw(options, random)!.Value;
            seen.Add((start, end));
            Agrees(expected.Single(v => v.Pairs[0][0] == start && v.Pairs[0][1] == end), options, same);
        }

        Assert.Equal(expected.Count, seen.Count);
    }

    public void Dispose() => batch.Dispose();

    private void Agrees(DiscrepancyVector expected, MemoryDiscrepancy.Options options, SeededRandom random)
    {
        var (loss, gradient) = batch.Evaluate(new MemoryDiscrepancy(options), random);

        Assert.Equal(1, loss / expected.Loss, LossTolerance);
        var difference = DiscrepancyReference.Difference(
            gradient,
            Vectors.Shape(expected.Gradient, Vectors.StudentUnits)
        );
        Assert.InRange(difference, 0, GradientTolerance);
    }
}

/// <summary>Written by oracle/pytorch_memkd.py. States and gradients are [case, time, unit].</summary>
internal sealed record DiscrepancyVectors(
    [property: JsonRequired] string Torch,
    [property: JsonRequired] int Cases,
    [property: JsonRequired] int Steps,
    [property: JsonRequired] int StudentUnits,
    [property: JsonRequired] int TeacherUnits,
    [property: JsonRequired] double[] Student,
    [property: JsonRequired] double[] Teacher,
    [property: JsonRequired] IReadOnlyList<GuardVectors> Guards
)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static DiscrepancyVectors Read() =>
        JsonSerializer.Deserialize<DiscrepancyVectors>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "pytorch_memkd.json")),
            Options
        )!;

    public double[][][] Shape(double[] values, int units) => [.. values.Chunk(units).Chunk(Steps)];
}

internal sealed record GuardVectors(
    [property: JsonRequired] double Epsilon,
    [property: JsonRequired] DiscrepancyVector ShortTerm,
    [property: JsonRequired] IReadOnlyList<DiscrepancyVector> Single
);

internal sealed record DiscrepancyVector(
    [property: JsonRequired] int[][] Pairs,
    [property: JsonRequired] double Loss,
    [property: JsonRequired] double[] Gradient
);
