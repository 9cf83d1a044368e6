using System.Text.Json;
using System.Text.Json.Serialization;

namespace MemKD.Training;

/// <summary>A recipe as JSON text, for model files and records of runs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(TrainingRecipe))]
public sealed partial class RecipeJson : JsonSerializerContext
{
    /// <summary>One line, keys in snake_case; the same recipe gives the same text.</summary>
    public static string Write(TrainingRecipe recipe) => JsonSerializer.Serialize(recipe, Default.TrainingRecipe);
}
