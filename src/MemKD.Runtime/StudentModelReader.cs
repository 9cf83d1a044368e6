using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MemKD.Runtime.Safetensors;

namespace MemKD.Runtime;

/// <summary>Makes a <see cref="StudentModel"/> of a model file (docs/formats/model.md); sizes are checked before memory is taken.</summary>
internal static class StudentModelReader
{
    private const string PreparationFormat = "memkd-preparation-2";
    private const string Damaged = "the file is damaged, export the model again.";

    /// <summary>Reads the model.</summary>
    /// <exception cref="InputException">Anything that is not a student of ours.</exception>
    public static StudentModel Read(SafetensorsFile file)
    {
        if (!file.Metadata.ContainsKey("memkd.architecture"))
        {
            throw new InputException(
                $"{file.Name}: has no MemKD metadata; only models that `memkd train` or `memkd distill` wrote can stream."
            );
        }

        var shape = Parse(file, "memkd.architecture", ModelTexts.Default.ArchitectureText);
        var classes = Parse(file, "memkd.classes", ModelTexts.Default.StringArray);
        var preparation = Parse(file, "memkd.preparation", PreparationTexts.Default.PreparationText);
        var cell = OneOf<Cell>(file, "cell", shape.Cell);
        var pooling = OneOf<StatePooling>(file, "pooling", shape.Pooling);
        CheckSizes(file, shape, cell);
        CheckClasses(file, shape, classes);
        CheckPreparation(file, shape, preparation);
        return new StudentModel
        {
            Cell = cell,
            ChannelCount = preparation.ChannelCount,
            HiddenSize = shape.HiddenSize,
            Layers = ReadLayers(file, shape, cell),
            Pooling = pooling,
            HeadWeights = Floats(file, "fc.weight", shape.ClassCount, shape.HiddenSize),
            HeadBias = Floats(file, "fc.bias", shape.ClassCount),
            Classes = classes,
            Scaling = ScalingOf(preparation)!.Value,
            ChannelMeans = preparation.ChannelMeans,
            ChannelDeviations = preparation.ChannelDeviations,
            DifferenceScales = preparation.DifferenceScales,
            MaxLength = preparation.MaxLength,
            TrainLength = preparation.MaxLengthOfTrain,
            RawLengths = preparation.RawLengthsOfTrain,
        };
    }

    private static LayerWeights[] ReadLayers(SafetensorsFile file, ArchitectureText shape, Cell cell)
    {
        var layers = new LayerWeights[shape.LayerCount];
        var rows = cell.GateCount() * shape.HiddenSize;
        for (var l = 0; l < layers.Length; l++)
        {
            var suffix = $"_l{l.ToString(CultureInfo.InvariantCulture)}";
            layers[l] = new LayerWeights(
                Floats(file, $"rnn.weight_ih{suffix}", rows, l == 0 ? shape.InputSize : shape.HiddenSize),
                Floats(file, $"rnn.weight_hh{suffix}", rows, shape.HiddenSize),
                Floats(file, $"rnn.bias_ih{suffix}", rows),
                Floats(file, $"rnn.bias_hh{suffix}", rows)
            );
        }

        return layers;
    }

    private static float[] Floats(SafetensorsFile file, string name, params ReadOnlySpan<int> shape)
    {
        var values = file.Floats(name, shape);
        return Array.TrueForAll(values, float.IsFinite)
            ? values
            : throw new InputException(
                $"{file.Name}: tensor '{name}' holds values that are not finite; train the model again."
            );
    }

    private static void CheckSizes(SafetensorsFile file, ArchitectureText shape, Cell cell)
    {
        var possible =
            shape.InputSize is > 0 and <= StudentModel.MaxParameters
            && shape.HiddenSize is > 0 and <= StudentModel.MaxHiddenSize
            && shape.LayerCount is > 0 and <= StudentModel.MaxLayers
            && shape.ClassCount is > 1 and <= StudentModel.MaxClasses;
        if (possible)
        {
            long h = shape.HiddenSize;
            var layers = shape.InputSize + ((shape.LayerCount - 1) * h) + (shape.LayerCount * (h + 2));
            possible = (cell.GateCount() * h * layers) + (shape.ClassCount * (h + 1)) <= StudentModel.MaxParameters;
        }

        if (!possible)
        {
            throw new InputException(
                $"{file.Name}: the architecture ({shape.LayerCount} layers, {shape.HiddenSize} units, {shape.InputSize} inputs, {shape.ClassCount} classes) is outside the limits ({StudentModel.MaxLayers} layers, {StudentModel.MaxHiddenSize} units, {StudentModel.MaxParameters} parameters, 2 to {StudentModel.MaxClasses} classes)."
            );
        }

        if (shape.Bidirectional)
        {
            throw new InputException(
                $"{file.Name}: the model also reads the series backwards, which a stream cannot be; distil a student from it (`memkd distill`)."
            );
        }
    }

    private static void CheckClasses(SafetensorsFile file, ArchitectureText shape, string[] classes)
    {
        if (
            classes.Length != shape.ClassCount
            || classes.Contains(null)
            || classes.Distinct(StringComparer.Ordinal).Count() != classes.Length
        )
        {
            throw new InputException(
                $"{file.Name}: {classes.Length} class labels (each must be distinct) for {shape.ClassCount} outputs; {Damaged}"
            );
        }
    }

    private static void CheckPreparation(SafetensorsFile file, ArchitectureText shape, PreparationText p)
    {
        var stored = ScalingOf(p) == SampleScaling.TrainChannel ? p.ChannelCount : 0;
        if (
            !string.Equals(p.Format, PreparationFormat, StringComparison.Ordinal)
            || ScalingOf(p) is null
            || p.MaxLength is < 2
            || p.ChannelCount < 1
            || p.MaxLengthOfTrain < 1
            || !Fits(p.ChannelMeans, stored, double.NegativeInfinity)
            || !Fits(p.ChannelDeviations, stored, 0)
            || (p.DifferenceScales is not null && !Fits(p.DifferenceScales, p.ChannelCount, 0))
            || (p.RawLengthsOfTrain is { } raw && (raw.Shortest < 0 || raw.Shortest > raw.Longest))
        )
        {
            throw new InputException(
                $"{file.Name}: the preparation is not of the form {PreparationFormat}, or its values contradict each other; {Damaged}"
            );
        }

        var inputs = (p.DifferenceScales is null ? 1L : 2L) * p.ChannelCount;
        if (inputs != shape.InputSize)
        {
            throw new InputException(
                $"{file.Name}: prepared for {inputs} channels, the network takes {shape.InputSize}; {Damaged}"
            );
        }
    }

    private static bool Fits(double[] values, int count, double least) =>
        values.Length == count && Array.TrueForAll(values, v => double.IsFinite(v) && v >= least);

    private static SampleScaling? ScalingOf(PreparationText preparation) =>
        preparation.Normalization switch
        {
            "raw" => SampleScaling.Raw,
            "series-z" => SampleScaling.Series,
            "train-channel-z" => SampleScaling.TrainChannel,
            _ => null,
        };

    private static T OneOf<T>(SafetensorsFile file, string key, string text)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(text, StringComparer.Ordinal)
            ? Enum.Parse<T>(text)
            : throw new InputException(
                $"{file.Name}: metadata 'memkd.architecture' has the {key} {SafetensorsHeader.Quote(text)}, which is none of {string.Join(", ", Enum.GetNames<T>())}; {Damaged}"
            );

    private static T Parse<T>(SafetensorsFile file, string key, JsonTypeInfo<T> type)
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
                $"{file.Name}: metadata '{key}' is not what MemKD writes (line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}); {Damaged}",
                e
            );
        }

        throw new InputException($"{file.Name}: metadata '{key}' is missing; {Damaged}");
    }
}

/// <summary>The metadata <c>memkd.architecture</c>.</summary>
internal sealed record ArchitectureText(
    string Cell,
    int InputSize,
    int HiddenSize,
    int LayerCount,
    int ClassCount,
    bool Bidirectional = false,
    string Pooling = "Last"
);

/// <summary>The metadata <c>memkd.preparation</c>.</summary>
internal sealed record PreparationText(
    string Format,
    string Normalization,
    int? MaxLength,
    int ChannelCount,
    int MaxLengthOfTrain,
    double[] ChannelMeans,
    double[] ChannelDeviations,
    double[]? DifferenceScales = null,
    RawLengths? RawLengthsOfTrain = null
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(ArchitectureText))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ModelTexts : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(PreparationText))]
internal sealed partial class PreparationTexts : JsonSerializerContext;
