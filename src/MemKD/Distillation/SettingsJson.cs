using System.Text.Json;
using System.Text.Json.Serialization;

namespace MemKD.Distillation;

/// <summary>Distillation settings as JSON text, for model files and records of runs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(DistillationSettings))]
public sealed partial class SettingsJson : JsonSerializerContext
{
    /// <summary>One line, keys in snake_case; the same settings give the same text.</summary>
    public static string Write(DistillationSettings settings) =>
        JsonSerializer.Serialize(settings, Default.DistillationSettings);
}
