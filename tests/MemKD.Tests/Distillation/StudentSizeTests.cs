using MemKD.Distillation;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Training;

namespace MemKD.Tests.Distillation;

public class StudentSizeTests
{
    private static readonly NetworkShape Student = Recipes.StudentShape(2, 2);

    [Fact]
    public void The_default_teacher_500_times_smaller_is_the_student_of_8_units()
    {
        // A series and its differences; two layers of two directions: 2·(3·94·(2+94) + 2·282) + 2·(3·94·(188+94) + 2·282) + 2·188 + 2.
        const int Teacher = 215_826;
        Assert.Equal(Teacher, Recipes.TeacherShape(2, 2).ParameterCount);
        var chosen = StudentSize.ForCompression(Student, Teacher, 500);

        // 8 units: 4·8·(2+8) + 8·8 + 18 = 402 parameters, 9 units: 4·9·(2+9) + 8·9 + 20 = 488; a 500th of the teacher is 431.
        Assert.Equal(8, chosen.HiddenSize);
        Assert.Equal(402, chosen.ParameterCount);
        Assert.Equal(Student with { HiddenSize = 8 }, chosen);
    }

    [Theory]
    [InlineData(CellKind.Lstm, 1)]
    [InlineData(CellKind.Gru, 2)]
    [InlineData(CellKind.Rnn, 3)]
    public void The_size_is_the_largest_that_keeps_the_limit(CellKind cell, int layers)
    {
        var shape = new NetworkShape(cell, 3, 1, layers, 5);
        foreach (var bytes in new[] { 400, 1479, 1480, 4096, 65_536, 1_000_000 })
        {
            var chosen = StudentSize.ForBytes(shape, bytes);

            Assert.True(chosen.ParameterCount * 4 <= bytes);
            Assert.True((chosen with { HiddenSize = chosen.HiddenSize + 1 }).ParameterCount * 4 > bytes);
        }
    }

    [Theory]
    [InlineData(1608, 8)]
    [InlineData(1607, 7)]
    public void Bytes_are_four_a_parameter(int bytes, int hidden) =>
        Assert.Equal(hidden, StudentSize.ForBytes(Student, bytes).HiddenSize);

    [Fact]
    public void A_wish_that_no_student_fulfils_is_refused_with_the_least_that_does()
    {
        // One LSTM unit: 4·(2+1) + 8 + 2 + 2 = 24 parameters.
        Assert.Equal(1, StudentSize.ForBytes(Student, 96).HiddenSize);
        foreach (
            var wish in (Func<NetworkShape>[])
                [
                    () => StudentSize.ForBytes(Student, 95),
                    () => StudentSize.ForBytes(Student, -5),
                    () => StudentSize.ForCompression(Student, 215_826, 1e6),
                    () => StudentSize.ForCompression(Student, 215_826, double.PositiveInfinity),
                ]
        )
        {
            var refusal = Assert.Throws<InputException>(wish);
            Assert.Contains("at least 24", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_student_is_never_larger_than_a_model_file_may_be()
    {
        var many = Student with { LayerCount = 64 };

        Assert.InRange(StudentSize.ForBytes(many, long.MaxValue).ParameterCount, 40_000_000, ModelFile.MaxParameters);
        Assert.InRange(
            StudentSize.ForCompression(Student, 1000, 1e-9).ParameterCount,
            40_000_000,
            ModelFile.MaxParameters
        );
    }
}
