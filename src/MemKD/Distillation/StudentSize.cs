using System.Globalization;
using MemKD.Engine.Layers;
using MemKD.Models;

namespace MemKD.Distillation;

/// <summary>How large a student is to be: the largest hidden size that keeps a limit on its parameters.</summary>
public static class StudentSize
{
    private const int LargestHidden = 4096;

    /// <summary>The largest student at least <paramref name="ratio"/> times smaller than its teacher.</summary>
    /// <param name="student">The student's shape; its hidden size is replaced.</param>
    /// <param name="teacherParameters">Parameters of the teacher.</param>
    /// <param name="ratio">Teacher's parameters over student's.</param>
    /// <exception cref="InputException">Even one hidden unit is too many.</exception>
    public static NetworkShape ForCompression(NetworkShape student, int teacherParameters, double ratio)
    {
        var text = ratio.ToString("G6", CultureInfo.InvariantCulture);
        return Largest(student, (long)Math.Floor(teacherParameters / ratio), $"compression {text}");
    }

    /// <summary>The largest student whose float32 weights fit <paramref name="bytes"/>.</summary>
    /// <param name="student">The student's shape; its hidden size is replaced.</param>
    /// <param name="bytes">Bytes.</param>
    /// <exception cref="InputException">Even one hidden unit is too many.</exception>
    public static NetworkShape ForBytes(NetworkShape student, long bytes) =>
        Largest(student, bytes / sizeof(float), $"{bytes.ToString(CultureInfo.InvariantCulture)} bytes");

    private static NetworkShape Largest(NetworkShape student, long limit, string wish)
    {
        // A larger model file would not be read again.
        limit = Math.Min(limit, ModelFile.MaxParameters);
        var best = 0;
        for (var hidden = 1; hidden <= LargestHidden; hidden++)
        {
            if ((student with { HiddenSize = hidden }).ParameterCount > limit)
            {
                break;
            }

            best = hidden;
        }

        if (best == 0)
        {
            var least = (student with { HiddenSize = 1 }).ParameterCount;
            throw new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{wish} leaves {limit} parameters, and {student.ClassCount} classes with {student.InputSize} channels need at least {least}; ask for less compression or name --hidden."
                )
            );
        }

        return student with
        {
            HiddenSize = best,
        };
    }
}
