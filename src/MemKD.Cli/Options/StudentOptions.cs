using System.CommandLine;
using MemKD.Distillation;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Training;

namespace MemKD.Cli.Options;

/// <summary>The student's architecture: a hidden size, or the largest that keeps a limit.</summary>
internal sealed class StudentOptions
{
    private readonly ShapeOptions shape;
    private readonly Option<double?> compression = NumberOption.Real(
        "--compression",
        "Largest student at least this many times smaller than the teacher, instead of --hidden",
        x => x >= 1,
        "from 1 up"
    );
    private readonly Option<long?> bytes = NumberOption.Whole(
        "--bytes",
        "Largest student whose weights fit so many bytes, instead of --hidden",
        1
    );

    /// <summary>Adds them to a verb.</summary>
    public StudentOptions(Command verb)
    {
        shape = new ShapeOptions(verb, withBidirectional: false);
        verb.Add(compression);
        verb.Add(bytes);
    }

    /// <summary>The student for a teacher, by default or, where nothing else is named, the authors'.</summary>
    /// <exception cref="UsageException">More than one size.</exception>
    /// <exception cref="InputException">No student is that small.</exception>
    public NetworkShape Get(RecurrentClassifier teacher, bool authors, ParseResult parsed)
    {
        var ratio = parsed.GetValue(compression);
        var limit = parsed.GetValue(bytes);
        var named = (shape.HasHidden(parsed) ? 1 : 0) + (ratio is null ? 0 : 1) + (limit is null ? 0 : 1);
        if (named > 1)
        {
            throw new UsageException("give one of --hidden, --compression and --bytes.");
        }

        var large = teacher.Network.Shape;
        var start = authors
            ? Recipes.AuthorsStudentShape(large.InputSize, large.ClassCount)
            : Recipes.StudentShape(large.InputSize, large.ClassCount);
        var student = shape.Apply(start, parsed);
        return ratio is { } r ? StudentSize.ForCompression(student, teacher.ParameterCount, r)
            : limit is { } b ? StudentSize.ForBytes(student, b)
            : student;
    }
}
