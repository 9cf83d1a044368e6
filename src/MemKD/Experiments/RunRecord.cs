using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MemKD.Experiments;

/// <summary>
/// The one file of a finished run (docs/formats/record.md): what was asked for, what came out, and apart from both the
/// machine and the times, which no collected number may depend on.
/// </summary>
/// <param name="Spec">What the run did.</param>
/// <param name="Result">What came out.</param>
/// <param name="Machine">Version, system, processor, times.</param>
public sealed record RunRecord(RunSpec Spec, RunResult Result, JsonObject Machine)
{
    private const int Schema = 1;

    /// <summary>Seconds that the run took, reading and measuring included.</summary>
    public double Seconds => Machine["seconds"]?.GetValue<double>() ?? 0;

    /// <summary>The file's text: one line.</summary>
    public string ToText()
    {
        var (spec, result) = (Spec.ToJson(), Result.ToJson());
        return CanonicalJson.Write(
                new JsonObject
                {
                    ["schema"] = Schema,
                    ["id"] = Spec.Id,
                    ["sha256"] = Seal(spec, result),
                    ["spec"] = spec,
                    ["result"] = result,
                    ["machine"] = Machine.DeepClone(),
                }
            ) + "\n";
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    public void Write(string path) => WholeFile.Write(path, s => s.Write(Encoding.UTF8.GetBytes(ToText())));

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="id">The run that it must be of.</param>
    /// <exception cref="InputException">No record of this run, or changed after it was written.</exception>
    public static RunRecord Read(string path, string id)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path))!;
            var (spec, result) = (json["spec"]!.AsObject(), json["result"]!.AsObject());
            var record = new RunRecord(RunSpec.FromJson(spec), RunResult.FromJson(result), json["machine"]!.AsObject());
            return json["schema"]!.GetValue<int>() != Schema
                    ? throw new InputException(
                        $"{path}: a record of another schema; read it with the version that wrote it."
                    )
                : !string.Equals(json["id"]!.GetValue<string>(), id, StringComparison.Ordinal)
                || !string.Equals(CanonicalJson.Hash(spec)[..id.Length], id, StringComparison.Ordinal)
                    ? throw new InputException($"{path}: the record of another run.")
                : !string.Equals(json["sha256"]!.GetValue<string>(), Seal(spec, result), StringComparison.Ordinal)
                    ? throw new InputException($"{path}: changed after it was written.")
                : record;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or InvalidOperationException
                        or FormatException
                        or NullReferenceException
            )
        {
            throw new InputException($"{path}: no record of a run ({e.Message.ReplaceLineEndings(" ")}).", e);
        }
    }

    /// <summary>Hash of what must be the same on every machine.</summary>
    private static string Seal(JsonObject spec, JsonObject result) =>
        CanonicalJson.Hash(new JsonObject { ["spec"] = spec.DeepClone(), ["result"] = result.DeepClone() });
}
