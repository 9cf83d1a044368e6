using System.Text.Json;
using System.Text.Json.Nodes;

namespace MemKD.Export.C99.Verification;

/// <summary>An exported student, found by its manifest.</summary>
/// <param name="Folder">Where its files lie.</param>
/// <param name="Name">What its names begin with.</param>
/// <param name="IsFloat">Computed in float.</param>
/// <param name="Numbers">float32, int16, int8 or int8-multiplier.</param>
/// <param name="StateBytes">State of one stream.</param>
public sealed record ExportedCode(string Folder, string Name, bool IsFloat, string Numbers, int StateBytes)
{
    private const long MostBytes = 10_000_000;

    /// <summary>All exported students of a folder, by name.</summary>
    /// <exception cref="InputException">There is none, or a manifest or a file is broken or missing.</exception>
    public static IReadOnlyList<ExportedCode> In(string folder)
    {
        ExportedCode[] found = Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, "*.json")
                    .Order(StringComparer.Ordinal)
                    .Select(Read)
                    .OfType<ExportedCode>(),
            ]
            : [];
        return found.Length > 0
            ? found
            : throw new InputException(
                $"{folder}: no exported C code here (NAME.json with format {ManifestText.Format}); export a student first."
            );
    }

    private static ExportedCode? Read(string path)
    {
        JsonNode? manifest;
        try
        {
            manifest = new FileInfo(path).Length > MostBytes ? null : JsonNode.Parse(File.ReadAllText(path));
        }
        catch (JsonException)
        {
            return null;
        }

        if (manifest is not JsonObject || Text(manifest["format"]) is not ManifestText.Format)
        {
            return null;
        }

        var name = Text(manifest["name"]) ?? "";
        CText.CheckName(name);
        var folder = Path.GetFullPath(Path.GetDirectoryName(path)!);
        foreach (var file in (string[])[$"{name}.h", $"{name}.c", $"{name}_test.c"])
        {
            if (!File.Exists(Path.Combine(folder, file)))
            {
                throw new InputException($"{path}: {file} is missing beside it; export the student again.");
            }
        }

        var numbers = Text(manifest["numbers"]) ?? "";
        var bytes = manifest["state_bytes"] is JsonValue value && value.TryGetValue(out int state) ? state : 0;
        return new ExportedCode(folder, name, numbers is "float32", numbers, bytes);
    }

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
