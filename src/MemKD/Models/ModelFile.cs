using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Engine.Layers;
using MemKD.Runtime;
using MemKD.Runtime.Safetensors;
using MemKD.Series;

namespace MemKD.Models;

/// <summary>
/// A model on disk: safetensors with PyTorch's parameter names, everything else as JSON texts in its metadata
/// (docs/formats/model.md). The same model gives the same bytes.
/// </summary>
public static class ModelFile
{
    /// <summary>The file's usual name in a model folder.</summary>
    public const string FileName = StudentModel.FileName;

    /// <summary>Limits a file must keep: nobody's classifier is larger, and a hostile file must not fill the memory.</summary>
    public const int MaxParameters = StudentModel.MaxParameters;

    /// <summary>Writes a model; the file appears whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written there.</exception>
    public static void Write(string path, RecurrentClassifier model)
    {
        var parameters = model.Network.Parameters;
        SafetensorsFile.Write(
            path,
            parameters.Parameters.Select(p => new SafetensorsTensor(p.Name, p.Shape, parameters[p.Name])),
            [
                new("format", "pt"),
                new(
                    "memkd.architecture",
                    JsonSerializer.Serialize(model.Network.Shape, ModelJson.Default.NetworkShape)
                ),
                new("memkd.classes", JsonSerializer.Serialize([.. model.Classes], ModelJson.Default.StringArray)),
                new("memkd.preparation", model.Preparation.ToJson()),
                new("memkd.origin", JsonSerializer.Serialize(model.Origin, ModelJson.Default.ModelOrigin)),
            ]
        );
    }

    /// <summary>Reads a model from a file, or from a folder that holds <see cref="FileName"/>.</summary>
    /// <exception cref="InputException">Not a model of ours: what is wrong and how to mend it.</exception>
    public static RecurrentClassifier Read(string path)
    {
        var file = SafetensorsFile.Read(Locate(path));
        if (!file.Metadata.ContainsKey("memkd.architecture"))
        {
            throw new InputException(
                $"{file.Name}: has no MemKD metadata; a PyTorch checkpoint is read with its class labels and preparation given (PyTorchCheckpoint)."
            );
        }

        var shape = Parse(file, "memkd.architecture", ModelJson.Default.NetworkShape);
        var classes = Parse(file, "memkd.classes", ModelJson.Default.StringArray);
        var origin = Parse(file, "memkd.origin", ModelJson.Default.ModelOrigin);
        Preparation preparation;
        try
        {
            preparation = Preparation.FromJson(file.Metadata.GetValueOrDefault("memkd.preparation", ""));
        }
        catch (InputException e)
        {
            throw new InputException($"{file.Name}: {e.Message}", e);
        }

        CheckShape(file.Name, shape);
        if (
            classes.Length != shape.ClassCount
            || classes.Contains(null)
            || classes.Distinct(StringComparer.Ordinal).Count() != classes.Length
        )
        {
            throw new InputException(
                $"{file.Name}: {classes.Length} class labels (each must be distinct) for {shape.ClassCount} outputs; the file is damaged, export the model again."
            );
        }

        if (preparation.InputSize != shape.InputSize)
        {
            throw new InputException(
                $"{file.Name}: prepared for {preparation.InputSize} channels, the network takes {shape.InputSize}; the file is damaged, export the model again."
            );
        }

        return new RecurrentClassifier(ReadNetwork(file, shape, name => name), classes, preparation, origin);
    }

    /// <summary>The model file that a path means: the file itself, or the one in a folder.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static string Locate(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        return File.Exists(file)
            ? file
            : throw new InputException(
                $"{path}: no model here ({FileName} is missing); give a folder that `memkd train` or `memkd distill` wrote."
            );
    }

    /// <summary>Fills a network of a shape from tensors; their names come from <paramref name="nameOf"/>.</summary>
    internal static RecurrentNetwork ReadNetwork(SafetensorsFile file, NetworkShape shape, Func<string, string> nameOf)
    {
        CheckShape(file.Name, shape);
        var values = shape.Tensors().Select(t => (t.Name, Values: file.Floats(nameOf(t.Name), t.Shape))).ToArray();
        var network = new RecurrentNetwork(shape);
        foreach (var (name, tensor) in values)
        {
            if (tensor.Any(v => !float.IsFinite(v)))
            {
                throw new InputException(
                    $"{file.Name}: tensor '{nameOf(name)}' holds values that are not finite; train the model again."
                );
            }

            tensor.CopyTo(network.Parameters[name]);
        }

        network.Pack();
        return network;
    }

    private static void CheckShape(string name, NetworkShape shape)
    {
        var possible =
            shape.InputSize is > 0 and <= MaxParameters
            && shape.HiddenSize is > 0 and <= StudentModel.MaxHiddenSize
            && shape.LayerCount is > 0 and <= StudentModel.MaxLayers
            && shape.ClassCount is > 1 and <= StudentModel.MaxClasses
            && Enum.IsDefined(shape.Cell)
            && Enum.IsDefined(shape.Pooling);
        var count = 0L;
        if (possible)
        {
            foreach (var (_, sizes) in shape.Tensors())
            {
                count += sizes.Aggregate(1L, (a, b) => a * b);
            }
        }

        if (!possible || count > MaxParameters)
        {
            throw new InputException(
                $"{name}: the architecture ({shape.LayerCount} layers × {shape.HiddenSize} units, {shape.InputSize} inputs, {shape.ClassCount} classes) is outside the limits ({StudentModel.MaxLayers} layers, {StudentModel.MaxHiddenSize} units, {MaxParameters} parameters, at least 2 classes)."
            );
        }
    }

    private static T Parse<T>(
        SafetensorsFile file,
        string key,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type
    )
    {
        try
        {
            if (JsonSerializer.Deserialize(file.Metadata.GetValueOrDefault(key, "null"), type) is { } value)
            {
                return value;
            }
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{file.Name}: metadata '{key}' is not what MemKD writes (line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}); the file is damaged, export the model again.",
                e
            );
        }

        throw new InputException(
            $"{file.Name}: metadata '{key}' is missing; the file is damaged, export the model again."
        );
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(NetworkShape))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ModelOrigin))]
internal sealed partial class ModelJson : JsonSerializerContext;
