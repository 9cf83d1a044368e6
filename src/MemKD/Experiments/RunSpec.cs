using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MemKD.Distillation;
using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Series;
using MemKD.Training;

namespace MemKD.Experiments;

/// <summary>
/// Everything that decides the result of one run, and nothing else: no paths, dates, machines or thread counts. The
/// hash of its canonical text is the run's id.
/// </summary>
public sealed record RunSpec
{
    /// <summary>What <see cref="Method"/> calls a teacher's run.</summary>
    public const string TeacherMethod = "teacher";

    private const int Schema = 1;
    private const int IdLength = 32;

    /// <summary>The data set's name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Hash of the training cases, see <see cref="DatasetSource.ContentHash(TimeSeriesDataset)"/>.</summary>
    public required string TrainHash { get; init; }

    /// <summary>0 for the archive's split.</summary>
    public required int Resample { get; init; }

    /// <summary>The seed; teacher and students of a comparison share it.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How series become input.</summary>
    public required PreparationOptions Preparation { get; init; }

    /// <summary>The architecture that is trained.</summary>
    public required NetworkShape Shape { get; init; }

    /// <summary>A teacher's recipe; null for a student.</summary>
    public TrainingRecipe? Recipe { get; init; }

    /// <summary>A student's settings; null for a teacher.</summary>
    public DistillationSettings? Settings { get; init; }

    /// <summary>Id of the run whose model teaches; null for teachers and the student alone.</summary>
    public string? Teacher { get; init; }

    /// <summary><c>teacher</c>, <c>none</c>, or the method's text.</summary>
    public string Method => Settings?.Method.Text ?? TeacherMethod;

    /// <summary>Whether this trains a teacher.</summary>
    public bool IsTeacher => Settings is null;

    /// <summary>The run for a person: <c>CBF seed 0, memkd, 8 units</c>.</summary>
    public string Title =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Dataset}{(Resample == 0 ? "" : $" resample {Resample}")} seed {Seed}, {Method}, {Shape.HiddenSize} units"
        );

    /// <summary>The first 32 hexadecimal digits of the SHA-256 of <see cref="ToJson"/>.</summary>
    public string Id => CanonicalJson.Hash(ToJson())[..IdLength];

    /// <summary>The spec as an object; every default is written out.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["schema"] = Schema,
            ["version"] = string.Join('.', ModelOrigin.LibraryVersion.Split('.').Take(2)),
            ["kind"] = IsTeacher ? "teacher" : "student",
            ["dataset"] = Dataset,
            ["train_sha256"] = TrainHash,
            ["resample"] = Resample,
            ["seed"] = Seed,
            ["preparation"] = new JsonObject
            {
                ["max_length"] = Preparation.MaxLength,
                ["normalisation"] = Preparation.Normalization.ToText(),
                ["differences"] = Preparation.Differences,
            },
            ["shape"] = JsonSerializer.SerializeToNode(Shape, ModelJson.Default.NetworkShape),
        };
        if (Recipe is not null)
        {
            json["recipe"] = JsonSerializer.SerializeToNode(Recipe, RecipeJson.Default.TrainingRecipe);
        }

        if (Settings is not null)
        {
            json["settings"] = SettingsToJson(Settings);
        }

        if (Teacher is not null)
        {
            json["teacher"] = Teacher;
        }

        return json;
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InputException">Something is missing or has another type.</exception>
    public static RunSpec FromJson(JsonObject json)
    {
        try
        {
            var preparation = json["preparation"]!;
            return new RunSpec
            {
                Dataset = json["dataset"]!.GetValue<string>(),
                TrainHash = json["train_sha256"]!.GetValue<string>(),
                Resample = json["resample"]!.GetValue<int>(),
                Seed = json["seed"]!.GetValue<ulong>(),
                Preparation = new PreparationOptions
                {
                    MaxLength = preparation["max_length"]?.GetValue<int>(),
                    Normalization = NormalizationText.Parse(preparation["normalisation"]!.GetValue<string>()),
                    Differences = preparation["differences"]!.GetValue<bool>(),
                },
                Shape = json["shape"].Deserialize(ModelJson.Default.NetworkShape)!,
                Recipe = json["recipe"]?.Deserialize(RecipeJson.Default.TrainingRecipe),
                Settings = json["settings"] is JsonObject settings ? SettingsFromJson(settings) : null,
                Teacher = json["teacher"]?.GetValue<string>(),
            };
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new InputException($"this is no run of a plan ({e.Message.ReplaceLineEndings(" ")}).", e);
        }
    }

    /// <summary>Settings that mean the same have the same text, whatever was left to defaults.</summary>
    private static JsonObject SettingsToJson(DistillationSettings settings)
    {
        var method = settings.Method;
        var isChosen = !method.IsAlone && settings.Weight is null;
        var json = JsonSerializer
            .SerializeToNode(
                settings with
                {
                    Weight = method.IsAlone ? null : settings.Weight,
                    WeightGrid = isChosen ? settings.WeightGrid ?? method.WeightGrid : [],
                    WeightSchedule = method.IsAlone ? WeightSchedule.Constant : settings.WeightSchedule,
                },
                SettingsJson.Default.DistillationSettings
            )!
            .AsObject();
        json["method"] = method.FullText;
        json["untuned_weight"] = isChosen ? method.UntunedWeight : null;
        if (method.Factors is { Count: > 1 } factors)
        {
            json["factors"] = new JsonArray([.. factors.Select(f => JsonValue.Create(f))]); // they come from the terms' own λ
        }

        json.Remove(TeacherMemory); // a resource: the numbers are the same
        return json;
    }

    private static DistillationSettings SettingsFromJson(JsonObject json)
    {
        var whole = json.DeepClone().AsObject();
        whole.Remove("factors");
        whole[TeacherMemory] = new DistillationSettings().TeacherMemory;
        return whole.Deserialize(SettingsJson.Default.DistillationSettings)!;
    }

    private const string TeacherMemory = "teacher_memory";
}
