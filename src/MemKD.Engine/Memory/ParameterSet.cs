namespace MemKD.Engine.Memory;

/// <summary>One named tensor inside a <see cref="ParameterSet"/>.</summary>
/// <param name="Name">PyTorch's name, for example <c>rnn.weight_ih_l0</c>.</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Offset">First float in the block.</param>
public sealed record Parameter(string Name, int[] Shape, int Offset)
{
    /// <summary>Number of floats.</summary>
    public int Length { get; } = Shape.Aggregate(1, (a, b) => checked(a * b));
}

/// <summary>
/// All parameters of a network (or their gradients, or an optimizer's moments) in one block with named views, so
/// that optimizer, averaging and files see one span.
/// </summary>
public sealed class ParameterSet
{
    private readonly Dictionary<string, Parameter> byName;

    /// <summary>Allocates zeros for the given tensors, in order.</summary>
    public ParameterSet(IEnumerable<(string Name, int[] Shape)> tensors)
    {
        var list = new List<Parameter>();
        var offset = 0;
        foreach (var (name, shape) in tensors)
        {
            var parameter = new Parameter(name, shape, offset);
            list.Add(parameter);
            offset = checked(offset + parameter.Length);
        }

        Parameters = list;
        byName = list.ToDictionary(p => p.Name, StringComparer.Ordinal);
        Buffer = new AlignedBuffer(offset);
    }

    private ParameterSet(ParameterSet like)
    {
        Parameters = like.Parameters;
        byName = like.byName;
        Buffer = new AlignedBuffer(like.Length);
    }

    /// <summary>The tensors in order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Number of floats.</summary>
    public int Length => Buffer.Length;

    /// <summary>The whole block.</summary>
    public Span<float> Values => Buffer.Span;

    internal AlignedBuffer Buffer { get; }

    /// <summary>The values of one tensor, row-major.</summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    public Span<float> this[string name]
    {
        get
        {
            var parameter = byName[name];
            return Values.Slice(parameter.Offset, parameter.Length);
        }
    }

    /// <summary>A set of the same tensors, all zero.</summary>
    public ParameterSet ZerosLike() => new(this);

    /// <summary>A copy.</summary>
    public ParameterSet Clone()
    {
        var copy = new ParameterSet(this);
        Values.CopyTo(copy.Values);
        return copy;
    }
}
