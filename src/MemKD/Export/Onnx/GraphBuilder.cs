using System.Runtime.InteropServices;
using Google.Protobuf;
using MemKD.Export.Onnx.Format;
using static MemKD.Export.Onnx.Format.AttributeProto.Types;
using static MemKD.Export.Onnx.Format.TensorProto.Types;

namespace MemKD.Export.Onnx;

/// <summary>
/// A graph put together in order: constants, then nodes that use what is already there. A node is named after its first
/// output. Values are little-endian, as the format wants them.
/// </summary>
internal sealed class GraphBuilder(string name)
{
    private readonly HashSet<string> constants = new(StringComparer.Ordinal);

    /// <summary>The graph so far.</summary>
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>An input of the graph; a dimension is a number, or a name where it is free.</summary>
    public string Input(string name, DataType type, string meaning, params object[] dimensions)
    {
        Graph.Input.Add(Value(name, type, meaning, dimensions));
        return name;
    }

    /// <summary>An output of the graph, made by a node.</summary>
    public void Output(string name, string meaning, params object[] dimensions) =>
        Graph.Output.Add(Value(name, DataType.Float, meaning, dimensions));

    /// <summary>A constant of float32 values.</summary>
    public string Floats(string name, long[] dimensions, ReadOnlySpan<float> values) =>
        Constant(name, DataType.Float, dimensions, MemoryMarshal.AsBytes(values));

    /// <summary>A constant of int8 values.</summary>
    public string Bytes(string name, long[] dimensions, ReadOnlySpan<sbyte> values) =>
        Constant(name, DataType.Int8, dimensions, MemoryMarshal.AsBytes(values));

    /// <summary>A vector of int64 values, for shapes and axes.</summary>
    public string Integers(string name, params long[] values) =>
        Constant(name, DataType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>One int64 value.</summary>
    public string Integer(string name, long value) =>
        Constant(name, DataType.Int64, [], MemoryMarshal.AsBytes<long>([value]));

    /// <summary>One float32 value.</summary>
    public string Number(string name, float value) => Floats(name, [], [value]);

    /// <summary>The number of an axis, as operators take it.</summary>
    public string Axis(int axis) => Integers($"axis_{axis}", axis);

    /// <summary>A node with one output, which it is named after; the output's name.</summary>
    public string Node(string operation, string output, string[] inputs, params AttributeProto[] attributes)
    {
        Node(operation, [output], inputs, attributes);
        return output;
    }

    /// <summary>A node with several outputs; "" stands for an input or output that is left out.</summary>
    public void Node(string operation, string[] outputs, string[] inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = Array.Find(outputs, o => o.Length > 0) ?? "" };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        node.Attribute.Add(attributes);
        Graph.Node.Add(node);
    }

    /// <summary>An attribute that is a whole number.</summary>
    public static AttributeProto Attribute(string name, long value) =>
        new()
        {
            Name = name,
            Type = AttributeType.Int,
            I = value,
        };

    /// <summary>An attribute that is a text.</summary>
    public static AttributeProto Attribute(string name, string value) =>
        new()
        {
            Name = name,
            Type = AttributeType.String,
            S = ByteString.CopyFromUtf8(value),
        };

    /// <summary>An attribute that is a list of whole numbers.</summary>
    public static AttributeProto Attribute(string name, long[] values) =>
        new()
        {
            Name = name,
            Type = AttributeType.Ints,
            Ints = { values },
        };

    private string Constant(string name, DataType type, long[] dimensions, ReadOnlySpan<byte> bytes)
    {
        if (constants.Add(name))
        {
            Graph.Initializer.Add(
                new TensorProto
                {
                    Name = name,
                    DataType = (int)type,
                    Dims = { dimensions },
                    RawData = ByteString.CopyFrom(bytes),
                }
            );
        }

        return name;
    }

    private static ValueInfoProto Value(string name, DataType type, string meaning, object[] dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (var dimension in dimensions)
        {
            shape.Dim.Add(
                dimension is string free
                    ? new TensorShapeProto.Types.Dimension { DimParam = free }
                    : new TensorShapeProto.Types.Dimension { DimValue = (int)dimension }
            );
        }

        return new ValueInfoProto
        {
            Name = name,
            DocString = meaning,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape },
            },
        };
    }
}
