using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Distillation.Methods;

namespace MemKD.Distillation;

/// <summary>Distillation settings as JSON text, for model files and records of runs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(DistillationSettings))]
[JsonSerializable(typeof(MemoryDiscrepancy.Options), TypeInfoPropertyName = "MemoryDiscrepancyOptions")]
public sealed partial class SettingsJson : JsonSerializerContext
{
    /// <summary>One line, keys in snake_case; the same settings give the same text.</summary>
    public static string Write(DistillationSettings settings) =>
        JsonSerializer.Serialize(settings, Default.DistillationSettings);
}
