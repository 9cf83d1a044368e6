using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.CentralDifferences;

namespace MemKD.Tests.Distillation;

/// <summary>Methods on logits and on relations against PyTorch's automatic differentiation, in float64.</summary>
public class MethodPyTorchTests
{
    // A float32 gradient has 6e-8 of itself.
    private const double LossTolerance = 1e-10;
    private const double GradientTolerance = 2e-7;
    private static readonly MethodVectors Vectors = MethodVectors.Read();

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Methods_on_logits_agree(int classes)
    {
        var vectors = Vectors.Logits.Single(v => v.Classes == classes);
        using var batch = new MethodBatch(
            [.. vectors.Labels.Select(_ => 3)],
            new NetworkShape(CellKind.Rnn, 1, 2, 1, classes),
            new NetworkShape(CellKind.Gru, 1, 3, 1, classes)
        )
        {
            Labels = vectors.Labels,
            StudentLogits = [.. vectors.Student.Chunk(classes)],
            TeacherLogits = [.. vectors.Teacher.Chunk(classes)],
        };
        foreach (var expected in vectors.Results)
        {
            var loss = batch.Evaluate(batch.Method(expected.Method), new SeededRandom(1));

            Assert.Equal(1, loss / expected.Loss, LossTolerance);
            var difference = Difference(batch.LogitGradient, [.. expected.Gradient.Chunk(classes)]);
            Assert.True(difference < GradientTolerance, $"{expected.Method}: {difference}");
        }

        Assert.Equal(classes == 2 ? 4 : 8, vectors.Results.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Methods_on_states_agree(int index)
    {
        var vectors = Vectors.States[index];
        using var batch = new MethodBatch(
            vectors.Lengths,
            new NetworkShape(CellKind.Gru, 1, vectors.StudentUnits, 1, 2),
            new NetworkShape(CellKind.Lstm, 1, vectors.TeacherUnits, 1, 2, Bidirectional: true, Pooling.Mean)
        )
        {
            Student = vectors.Cases(vectors.Student, vectors.StudentUnits),
            Teacher = vectors.Cases(vectors.Teacher, 2 * vectors.TeacherUnits),
        };
        foreach (var expected in vectors.Results)
        {
            var loss = batch.Evaluate(batch.Method(expected.Method), new SeededRandom(1));

            Assert.Equal(1, loss / expected.Loss, LossTolerance);
            var gradient = vectors.Cases(expected.Gradient, vectors.StudentUnits);
            var difference = Difference(batch.HiddenGradient, gradient);
            Assert.True(difference < GradientTolerance, $"{expected.Method}: {difference}");
        }

        Assert.Equal(15, vectors.Results.Count);
    }
}

/// <summary>Written by oracle/pytorch_methods_relations.py.</summary>
internal sealed record MethodVectors(
    [property: JsonRequired] string Torch,
    [property: JsonRequired] IReadOnlyList<LogitVectors> Logits,
    [property: JsonRequired] IReadOnlyList<StateVectors> States
)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static MethodVectors Read() =>
        JsonSerializer.Deserialize<MethodVectors>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "pytorch_methods_relations.json")),
            Options
        )!;
}

/// <summary>Logits are [case, class].</summary>
internal sealed record LogitVectors(
    [property: JsonRequired] int Classes,
    [property: JsonRequired] int[] Labels,
    [property: JsonRequired] double[] Student,
    [property: JsonRequired] double[] Teacher,
    [property: JsonRequired] IReadOnlyList<MethodVector> Results
);

/// <summary>States are [case, time, unit], each case for its own length; the teacher has both directions.</summary>
internal sealed record StateVectors(
    [property: JsonRequired] int[] Lengths,
    [property: JsonRequired] int StudentUnits,
    [property: JsonRequired] int TeacherUnits,
    [property: JsonRequired] double[] Student,
    [property: JsonRequired] double[] Teacher,
    [property: JsonRequired] IReadOnlyList<MethodVector> Results
)
{
    public double[][][] Cases(double[] values, int units)
    {
        var rows = values.Chunk(units).ToArray();
        return [.. Lengths.Select((n, i) => rows.Skip(Lengths.Take(i).Sum()).Take(n).ToArray())];
    }
}

internal sealed record MethodVector(
    [property: JsonRequired] string Method,
    [property: JsonRequired] double Loss,
    [property: JsonRequired] double[] Gradient
);
